"""What a tenant is told of what it can send."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from postroom.accounts.model import AccountStatus, ConnectionType
from postroom.messages.model import Priority, RecipientStatus, Status
from tests.builders import a_pool, an_account
from tests.fakes.time import NOON
from tests.unit.capacity.conftest import Desk

UNPACED: Mapping[str, Any] = {"min_wait_time": 0.0}


def test_it_tells_what_can_be_sent_now_in_an_hour_and_today(desk: Desk) -> None:
    desk.account(id="acc_1", daily_limit=30, **UNPACED)
    desk.account(id="acc_2", daily_limit=1000, min_wait_time=60.0)

    told = desk.capacity()

    assert told["now"] == 31
    assert (told["next_hour"]["can_send"], told["next_hour"]["until"]) == (90, "2030-01-31T13:00:00Z")
    assert told["today"]["can_send"] == 30 + 12 * 60
    assert told["today"]["last_ends_at"] == "2030-02-01T00:00:00Z"
    assert told["waiting"]["count"] == 0
    assert told["waiting"]["drained_at"] == "2030-01-31T12:00:00Z"


def test_it_tells_of_each_account_whether_it_can_send_and_why_not(desk: Desk) -> None:
    desk.account(id="acc_1", daily_limit=30)
    desk.account(id="acc_2", status=AccountStatus.INACTIVE)
    desk.account(id="acc_3", rest_until=NOON + timedelta(minutes=5))
    full = an_account(id="acc_4", daily_limit=3)
    desk.accounts.add(replace(full, counter=replace(full.counter, day_used=3)))

    told = {one["account_id"]: (one["can_send"], one["because"], one["from"]) for one in desk.capacity()["accounts"]}

    assert told == {
        "acc_1": (True, "has 30 left", "2030-01-31T12:00:00Z"),
        "acc_2": (False, "is inactive until its owner resumes it", None),
        "acc_3": (False, "rests after a fault", "2030-01-31T12:05:00Z"),
        "acc_4": (False, "has used its limit of 3", "2030-02-01T00:00:00Z"),
    }


def test_what_waits_is_counted_and_its_end_is_foretold(desk: Desk) -> None:
    account = an_account(daily_limit=3, **UNPACED)
    desk.accounts.add(replace(account, counter=replace(account.counter, day_used=3)))
    midnight = NOON + timedelta(hours=12)
    for priority in (Priority.HIGH, Priority.NORMAL, Priority.NORMAL):
        desk.message(status=Status.DEFERRED, priority=priority, next_attempt_at=midnight)
    desk.message(status=Status.QUEUED, priority=Priority.LOW)
    desk.message(status=Status.SCHEDULED, send_at=midnight + timedelta(days=1))
    desk.message(status=Status.SENT)

    told = desk.capacity()

    waiting = told["waiting"]
    assert (waiting["count"], waiting["queued"], waiting["deferred"]) == (4, 1, 3)
    assert waiting["by_priority"] == {"high": 1, "normal": 2, "low": 1}
    assert (waiting["at_least"], waiting["estimated"]) == (False, False)
    assert told["scheduled"] == {"count": 1, "at_least": False}
    assert told["next_hour"]["of_waiting"] == 0
    assert waiting["drained_at"] == "2030-02-02T00:00:00Z"


@pytest.mark.parametrize(
    ("status", "because"),
    [
        (None, "There is no account to send it"),
        (AccountStatus.INACTIVE, "sales@example.com is inactive until its owner resumes it"),
        (AccountStatus.PENDING, "sales@example.com is pending until its connection has been tested"),
    ],
)
def test_what_will_never_go_says_why(desk: Desk, status: AccountStatus | None, because: str) -> None:
    if status is not None:
        desk.account(status=status)
    desk.message()

    waiting = desk.capacity()["waiting"]

    assert waiting["drained_at"] is None
    assert waiting["blocked"] == [{"count": 1, "because": because}]


def test_what_names_a_stopped_account_does_not_hide_when_the_others_have_gone(desk: Desk) -> None:
    desk.account(id="acc_1", **UNPACED)
    desk.account(id="acc_2", email="b@example.com", status=AccountStatus.ERROR)
    desk.message()
    desk.message(account_id="acc_2")

    waiting = desk.capacity()["waiting"]

    assert waiting["drained_at"] is None
    assert waiting["others_gone_at"] == "2030-01-31T12:00:00Z"
    assert waiting["blocked"] == [{"count": 1, "because": "b@example.com was stopped"}]


def test_a_mail_to_more_than_any_account_takes_is_blocked_and_not_averaged_away(desk: Desk) -> None:
    desk.account(connection_type=ConnectionType.GMAIL, daily_limit=400, **UNPACED)
    to_many = {f"r{number}@example.com": RecipientStatus.PENDING for number in range(101)}
    for _ in range(9):
        desk.message(status=Status.DEFERRED, next_attempt_at=NOON)
    desk.message(status=Status.DEFERRED, next_attempt_at=NOON, recipients=to_many)
    desk.message(recipients=to_many)
    desk.message()

    waiting = desk.capacity()["waiting"]

    because = "sales@example.com may send a mail to 100 recipients at most, and it has 101"
    assert waiting["blocked"] == [{"count": 2, "because": because}]
    assert waiting["others_gone_at"] == "2030-01-31T12:00:00Z"
    assert desk.capacity(account_ids="acc_1")["waiting"]["blocked"] == waiting["blocked"]


def test_a_mail_to_many_is_foretold_by_the_accounts_that_take_it(desk: Desk) -> None:
    desk.account(id="acc_1", connection_type=ConnectionType.GMAIL, **UNPACED)
    full = an_account(id="acc_2", email="b@example.com", daily_limit=3)
    desk.accounts.add(replace(full, counter=replace(full.counter, day_used=3)))
    to_many = {f"r{number}@example.com": RecipientStatus.PENDING for number in range(101)}
    desk.message(recipients=to_many)

    assert desk.capacity()["waiting"]["drained_at"] == "2030-02-01T00:00:00Z"


def test_a_set_of_accounts_is_told_of_by_itself(desk: Desk) -> None:
    desk.account(id="acc_1", daily_limit=30, **UNPACED)
    desk.account(id="acc_2", daily_limit=500, **UNPACED)
    desk.message(account_id="acc_1")
    desk.message(account_id="acc_2")
    desk.message()

    told = desk.capacity(account_ids="acc_1")

    assert told["now"] == 30
    assert [one["account_id"] for one in told["accounts"]] == ["acc_1"]
    assert told["waiting"]["count"] == 2


def test_a_pool_is_told_of_by_itself(desk: Desk) -> None:
    desk.account(id="acc_1", daily_limit=30, **UNPACED)
    desk.account(id="acc_2", daily_limit=500, **UNPACED)
    desk.pools.add(a_pool(id="pool_1", account_ids=("acc_2",)))
    desk.message(pool_id="pool_1")
    desk.message(account_id="acc_1")

    told = desk.capacity(pool_id="pool_1")

    assert (told["now"], told["waiting"]["count"]) == (500, 1)
    assert desk.ask("/v1/capacity", pool_id="pool_2").status == 404
    assert desk.ask("/v1/capacity", pool_id="pool_1", tenant="ten_b").status == 404
    assert desk.ask("/v1/capacity", pool_id="pool_1", account_ids="acc_1").status == 422


def test_what_names_an_empty_pool_never_goes(desk: Desk) -> None:
    desk.account()
    desk.pools.add(a_pool(id="pool_1", name="Spring", account_ids=()))
    desk.message(pool_id="pool_1")
    desk.message(pool_id="pool_gone")

    blocked = desk.capacity()["waiting"]["blocked"]

    assert desk.capacity(pool_id="pool_1")["waiting"]["count"] == 1
    assert {one["because"] for one in blocked} == {
        "The pool Spring has no accounts",
        "The pool that it names was deleted",
    }


@pytest.mark.parametrize(
    ("account_ids", "words"),
    [
        ("acc_9", "There is no such account: acc_9"),
        ("acc_1,acc_9, acc_8", "There is no such account: acc_8, acc_9"),
        ("acc_1,", "must be ids of accounts, separated by commas"),
        (",", "must be ids of accounts, separated by commas"),
    ],
)
def test_an_account_that_is_not_there_is_named(desk: Desk, account_ids: str, words: str) -> None:
    desk.account(id="acc_1")

    answer = desk.ask("/v1/capacity", account_ids=account_ids)

    assert answer.status == 422
    assert answer.json["errors"] == [{"field": "account_ids", "message": words}]


@pytest.mark.parametrize("account_ids", ["", "acc_1," * 1000])
def test_no_list_and_an_endless_one_are_refused(desk: Desk, account_ids: str) -> None:
    desk.account(id="acc_1")

    assert desk.ask("/v1/capacity", account_ids=account_ids).status == 422


def test_a_space_behind_the_comma_does_no_harm(desk: Desk) -> None:
    desk.account(id="acc_1")
    desk.account(id="acc_2")

    assert desk.capacity(account_ids="acc_1, acc_2")["accounts_in_all"] == 2


def test_nothing_is_told_of_another_tenant(desk: Desk) -> None:
    desk.account(id="acc_1")
    message = desk.message()

    told = desk.ask("/v1/capacity", tenant="ten_b").json

    assert (told["now"], told["waiting"]["count"], told["accounts"]) == (0, 0, [])
    assert desk.ask("/v1/capacity", tenant="ten_b", account_ids="acc_1").status == 422
    assert desk.ask(f"/v1/messages/{message.id}/explain", tenant="ten_b").status == 404


def test_more_than_can_be_counted_is_told_to_be_more() -> None:
    desk = Desk(most=10, every=5)
    desk.account(daily_limit=1000, **UNPACED)
    for _ in range(25):
        desk.message(status=Status.DEFERRED, next_attempt_at=NOON)

    waiting = desk.capacity()["waiting"]

    assert (waiting["count"], waiting["at_least"], waiting["estimated"]) == (10, True, True)
    assert waiting["queued_at_most"] == 0


@pytest.mark.parametrize("bounds", [{"every": 5}, {"most": 5}], ids=["sampled", "not all looked at"])
def test_that_nothing_of_a_part_was_found_is_no_end_of_it(bounds: dict[str, int]) -> None:
    desk = Desk(**bounds)
    desk.account(id="acc_1", **UNPACED)
    desk.account(id="acc_2", **UNPACED)
    for number in range(10):
        desk.message(status=Status.DEFERRED, next_attempt_at=NOON, account_id="acc_2" if number == 9 else "acc_1")

    waiting = desk.capacity(account_ids="acc_2")["waiting"]

    assert (waiting["count"], waiting["drained_at"]) == (0, None)


def test_of_very_many_accounts_a_hundred_are_shown_and_all_are_counted(desk: Desk) -> None:
    for number in range(120):
        desk.account(id=f"acc_{number:03}", daily_limit=10, **UNPACED)

    told = desk.capacity()

    assert (len(told["accounts"]), told["accounts_in_all"], told["now"]) == (100, 120, 1200)


def test_queues_that_do_not_answer_hide_nothing(desk: Desk) -> None:
    desk.queues.down = True
    desk.account()
    desk.message()

    assert desk.capacity()["waiting"]["count"] == 1
