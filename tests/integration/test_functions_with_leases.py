"""The workers of imports and of what is meant for many users, as Lambda calls them."""

from datetime import datetime, timedelta
from types import ModuleType

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.fan_out import app as fan_out
from functions.importer import app as importer
from postroom.bootstrap.fan_out import WORKS
from postroom.errors import PostroomError
from postroom.ids import new_id
from postroom.leases.model import LEASE, Ticket
from postroom.leases.queue import IMPORTS, Payloads
from tests.fakes.tables import timeout_of
from tests.fakes.time import NOON

ONE_CALL = timedelta(seconds=4 * (3 + 10))
"""At most: four attempts, each of which may wait so long for its connection and its answer."""

WORKERS = [
    (importer, "ImporterFunction", IMPORTS),
    *((fan_out, "FanOutFunction", kind) for kind in WORKS),
]


class Context(LambdaContext):
    def __init__(self, seconds: int) -> None:
        self._seconds = seconds

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override]
        return self._seconds * 1000


@pytest.mark.parametrize(("app", "name", "payloads"), WORKERS)
def test_a_portion_begun_at_the_last_moment_may_use_up_its_lease_before_the_function_ends(
    monkeypatch: pytest.MonkeyPatch, app: ModuleType, name: str, payloads: Payloads
) -> None:
    stop_at = told_to_stop_at(monkeypatch, app, name, payloads)

    assert NOON + timedelta(seconds=timeout_of(name)) - stop_at > LEASE + ONE_CALL


@pytest.mark.parametrize("kind", WORKS)
def test_long_work_lets_others_go_first_every_minute(monkeypatch: pytest.MonkeyPatch, kind: Payloads) -> None:
    stop_at = told_to_stop_at(monkeypatch, fan_out, "FanOutFunction", kind)

    assert stop_at - NOON <= timedelta(minutes=1)


def told_to_stop_at(monkeypatch: pytest.MonkeyPatch, app: ModuleType, name: str, payloads: Payloads) -> datetime:
    told: list[datetime] = []

    def run(_ticket: Ticket, stop_at: datetime) -> None:
        told.append(stop_at)

    monkeypatch.setattr(app, "_use_case", lambda *_: run)
    monkeypatch.setattr(app, "system_clock", lambda: NOON)
    body = payloads.write(Ticket("ten_a", new_id(payloads.prefix, NOON)))

    app.handler({"Records": [{"messageId": "1", "body": body}]}, Context(timeout_of(name)))

    [stop_at] = told
    return stop_at


@pytest.mark.parametrize(("app", "name", "payloads"), WORKERS)
def test_what_is_no_ticket_is_left_to_the_queue(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, app: ModuleType, name: str, payloads: Payloads
) -> None:
    worked_on: list[object] = []
    monkeypatch.setattr(app, "_use_case", lambda *_: lambda *asked: worked_on.append(asked))

    with pytest.raises(PostroomError):
        app.handler({"Records": [{"messageId": "1", "body": "{}"}]}, Context(timeout_of(name)))

    assert "A payload cannot be read" in caplog.messages
    assert worked_on == []
