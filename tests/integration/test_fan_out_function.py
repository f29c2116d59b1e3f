"""The worker of jobs, as Lambda calls it."""

from datetime import datetime, timedelta

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.fan_out import app
from postroom.ids import new_id
from postroom.leases.model import LEASE, Ticket
from postroom.leases.queue import JOBS
from tests.fakes.tables import template
from tests.fakes.time import NOON

TIMEOUT: int = template()["Resources"]["FanOutFunction"]["Properties"]["Timeout"]
ONE_CALL = timedelta(seconds=4 * (3 + 10))
"""At most: four attempts, each of which may wait so long for its connection and its answer."""


class Context(LambdaContext):
    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return TIMEOUT * 1000


def test_a_portion_begun_at_the_last_moment_may_use_up_its_lease_before_the_function_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[datetime] = []

    def run(_ticket: Ticket, stop_at: datetime) -> None:
        told.append(stop_at)

    monkeypatch.setattr(app, "_use_case", lambda: run)
    monkeypatch.setattr(app, "system_clock", lambda: NOON)
    body = JOBS.write(Ticket("ten_a", new_id("job", NOON)))

    app.handler({"Records": [{"messageId": "1", "body": body}]}, Context())

    [stop_at] = told
    assert NOON + timedelta(seconds=TIMEOUT) - stop_at > LEASE + ONE_CALL
