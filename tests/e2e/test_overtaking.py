"""Mail of high priority overtakes bulk mail, however much of it waits, and whatever its accounts were promised to."""

from datetime import timedelta

import httpx
import pytest

from tests.e2e.conftest import LiveStack
from tests.experiments.overtaking import Campaign


def told(words: str) -> None:
    print(words)  # noqa: T201 - the figures


def test_a_password_reset_overtakes_bulk_mail_that_has_all_appointments(stack: LiveStack, tenant: httpx.Client) -> None:
    campaign = Campaign(stack, tenant, pauses=(3.0, 4.0), expire_in=timedelta(seconds=150))
    campaign.begin(200)
    campaign.wait_for_bulk(4)

    found = campaign.ask(200)

    told(f"of {found.waiting} bulk mails {found.ahead} went before the reset, {found.seconds:.1f} s after the request")
    assert found.waiting > 150
    assert found.ahead <= 25  # a mail for each account in every 3 to 4 s, on a slow machine too
    assert found.naive["status"] in {"queued", "deferred"}


@pytest.mark.long
@pytest.mark.parametrize("pauses", [(0.0,), (1.0, 1.0)], ids=["as fast as the server takes it", "with a pace"])
def test_a_password_reset_overtakes_ten_thousand_bulk_mails(
    stack: LiveStack, tenant: httpx.Client, pauses: tuple[float, ...]
) -> None:
    campaign = Campaign(stack, tenant, pauses, expire_in=timedelta(seconds=1200))
    campaign.begin(10_000)
    campaign.wait_for_bulk(10, seconds=900)  # The local queue has what the test before has left in front of it.

    found = campaign.ask(10_000)

    told(f"of {found.waiting} bulk mails {found.ahead} went before the reset, {found.seconds:.1f} s after the request")
    assert found.waiting > 1_000
    assert found.ahead < found.waiting / 4
    assert found.naive["status"] in {"queued", "deferred"}
