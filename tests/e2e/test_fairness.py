"""A quiet tenant beside a noisy one, on the same queue.

The local queue hands out what came first, whoever it is from; on AWS, the tenant named by each message makes it fair.
What is seen here is what our own code does: who has no room is put off at once, and holds up nobody behind.
"""

import time
from datetime import timedelta

import httpx

from tests.e2e.conftest import LiveStack
from tests.e2e.test_the_way_of_a_mail import caught_for, send
from tests.experiments.overtaking import Campaign

NOISY = 120


def test_a_quiet_tenants_mail_does_not_wait_for_those_of_a_noisy_one(stack: LiveStack, tenant: httpx.Client) -> None:
    campaign = Campaign(stack, tenant, pauses=(5.0,), expire_in=timedelta(seconds=200))
    with stack.caller(stack.new_tenant("quiet")) as quiet:
        stack.new_account(quiet.headers["Authorization"].split()[1], "quiet@example.com")
        campaign.begin(NOISY, "normal")
        campaign.wait_for_bulk(1)
        sent, asked = campaign.bulk_sent(), time.monotonic()

        send(quiet, to="ann.quiet@example.com")

        # Behind the others' it would come after their pauses, which are ten minutes.
        stack.mailbox.wait_for(caught_for(stack, "ann.quiet@example.com"), seconds=120)
    ahead = campaign.bulk_sent() - sent
    print(f"{ahead} of {NOISY} went before it, {time.monotonic() - asked:.1f} s after the request")  # noqa: T201 - figures
