"""Why a message waits and until when, by how things stand now."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from postroom.accounts.model import Account, AccountStatus, ConnectionType, LastError, Lesson, QuotaUnit, QuotaWindow
from postroom.clock import to_milliseconds
from postroom.delivery.strategies import kept_by
from postroom.messages.model import Attempt, OnUncertain, Priority, Reason, RecipientStatus, Status
from postroom.pools.model import Strategy
from tests.builders import a_pool, an_account
from tests.fakes.pools import choose
from tests.fakes.time import NOON
from tests.unit.capacity.conftest import Desk

MIDNIGHT = NOON + timedelta(hours=12)
IN_AN_HOUR = NOON + timedelta(hours=1)


def full(**changes: Any) -> Account:  # noqa: ANN401 - any field of it
    account = an_account(**{"daily_limit": 3, "min_wait_time": 0.0} | changes)
    return replace(account, counter=replace(account.counter, day_used=3))


def test_what_is_queued_says_since_when_and_who_can_send_it(desk: Desk) -> None:
    desk.account(min_wait_time=0.0)

    told = desk.explain(desk.message())

    assert told["summary"] == (
        "It is in the queue of normal priority; it was accepted at 2030-01-31 12:00:00 UTC. "
        "sales@example.com can send it as soon as a sender takes it from its queue."
    )
    assert (told["waits"], told["status"], told["reason"]) == (True, "queued", None)
    assert told["expected_at"] == "2030-01-31T12:00:00Z"
    assert told["position"] == {"ahead": 0, "at_least": False, "estimated": False}


def test_what_waits_for_a_quota_says_until_when(desk: Desk) -> None:
    desk.accounts.add(full())
    detail = "sales@example.com has used its limit of 3"

    told = desk.explain(
        desk.message(status=Status.DEFERRED, reason=Reason.QUOTA, detail=detail, next_attempt_at=MIDNIGHT)
    )

    assert told["summary"] == f"{detail}. It comes to a sender again at 2030-02-01 00:00:00 UTC."
    assert told["until"] == "2030-02-01T00:00:00Z"
    assert told["candidates"] == [
        {
            "account_id": "acc_1",
            "email": "sales@example.com",
            "can_send": False,
            "because": "has used its limit of 3",
            "from": "2030-02-01T00:00:00Z",
        }
    ]
    assert told["expected_at"] == "2030-02-01T00:00:00Z"


def test_an_account_that_can_send_by_now_is_told_beside_what_was_stored(desk: Desk) -> None:
    desk.account(daily_limit=30)
    waiting = desk.message(
        status=Status.DEFERRED, reason=Reason.QUOTA, detail="a has used its limit of 3", next_attempt_at=MIDNIGHT
    )

    assert desk.explain(waiting)["summary"].endswith(
        "sales@example.com can send again by now: it is taken up then, or sooner if an account is changed."
    )


@pytest.mark.parametrize("reason", [Reason.PACE, Reason.TURN])
@pytest.mark.parametrize(
    ("comes_in", "words"),
    [
        (60, ""),
        (3600, " free@example.com can send again by now: it is taken up then, or sooner if an account is changed."),
    ],
)
def test_an_appointment_is_kept_although_another_account_can_send(
    desk: Desk, reason: Reason, comes_in: int, words: str
) -> None:
    paced = an_account(id="acc_2", min_wait_time=60.0)
    desk.account(id="acc_1", email="free@example.com", min_wait_time=0.0)
    desk.accounts.add(replace(paced, counter=replace(paced.counter, next_send_ms=to_milliseconds(IN_AN_HOUR))))
    comes_at = NOON + timedelta(seconds=comes_in)
    waiting = desk.message(
        status=Status.DEFERRED, reason=reason, detail="d", next_attempt_at=comes_at, appointed_account_id="acc_2"
    )

    told = desk.explain(waiting)

    assert [one["can_send"] for one in told["candidates"]] == [True, False]
    assert told["summary"] == f"d. It comes to a sender again at {comes_at:%Y-%m-%d %H:%M:%S} UTC.{words}"


def test_what_is_due_is_taken_up_within_a_minute(desk: Desk) -> None:
    desk.account()
    waiting = desk.message(status=Status.DEFERRED, reason=Reason.PACE, detail="d", next_attempt_at=NOON)

    told = desk.explain(waiting)

    assert told["summary"].endswith("It is due now, and goes to its queue by 2030-01-31 12:01:00 UTC.")


def test_what_will_find_its_account_full_at_its_time_says_so(desk: Desk) -> None:
    desk.accounts.add(full())
    waiting = desk.message(
        status=Status.DEFERRED, reason=Reason.PACE, detail="one every 60 s", next_attempt_at=IN_AN_HOUR
    )

    assert desk.explain(waiting)["summary"].endswith(
        "No account can send it now: sales@example.com has used its limit of 3, until 2030-02-01 00:00:00 UTC."
    )


@pytest.mark.parametrize(
    ("status", "because"),
    [
        (AccountStatus.INACTIVE, "is inactive until its owner resumes it"),
        (AccountStatus.PENDING, "is pending until its connection has been tested"),
        (AccountStatus.ERROR, "was stopped: 535 5.7.8 Bad credentials"),
    ],
)
def test_a_named_account_that_cannot_send_wants_somebody_to_act(
    desk: Desk, status: AccountStatus, because: str
) -> None:
    error = LastError(NOON, "auth", "535 5.7.8 Bad credentials") if status is AccountStatus.ERROR else None
    desk.account(status=status, last_error=error)
    desk.account(id="acc_2")

    told = desk.explain(desk.message(account_id="acc_1"))

    assert f"sales@example.com {because}. Somebody has to act first" in told["summary"]
    assert told["expected_at"] is None
    assert [one["account_id"] for one in told["candidates"]] == ["acc_1"]


def test_what_was_said_when_it_was_put_off_is_not_said_again(desk: Desk) -> None:
    desk.account(status=AccountStatus.INACTIVE)
    detail = "sales@example.com is inactive until its owner resumes it"
    waiting = desk.message(
        status=Status.DEFERRED, reason=Reason.ACCOUNT, detail=detail, next_attempt_at=IN_AN_HOUR, expires_at=MIDNIGHT
    )

    assert desk.explain(waiting)["summary"] == (
        f"{detail}. It comes to a sender again at 2030-01-31 13:00:00 UTC. "
        "Somebody has to act first; it expires at 2030-02-01 00:00:00 UTC."
    )


def test_accounts_that_were_all_stopped_are_counted(desk: Desk) -> None:
    error = LastError(NOON, "auth", "535 no")
    for number in range(3):
        desk.account(id=f"acc_{number}", status=AccountStatus.ERROR, last_error=error)

    summary = desk.explain(desk.message())["summary"]

    assert "None of 3 accounts can send: sales@example.com was stopped: 535 no." in summary


def to(count: int) -> dict[str, RecipientStatus]:
    return {f"r{number}@example.com": RecipientStatus.PENDING for number in range(count)}


@pytest.mark.parametrize(
    ("account", "recipients", "because"),
    [
        ({"connection_type": ConnectionType.GMAIL}, 101, "may send a mail to 100 recipients at most, and it has 101"),
        ({"quota_unit": QuotaUnit.RECIPIENTS}, 31, "may send to 30 recipients a day, and it has 31"),
        ({"daily_limit": 0}, 1, "has a limit of 0"),
        ({"high_priority_share": 100}, 1, "keeps its whole limit for mail of high priority"),
    ],
)
def test_what_no_limit_ever_takes_wants_somebody_to_act(
    desk: Desk, account: dict[str, Any], recipients: int, because: str
) -> None:
    desk.account(**account)

    told = desk.explain(desk.message(recipients=to(recipients)))

    assert f"sales@example.com {because}. Somebody has to act first" in told["summary"]
    assert (told["candidates"][0]["because"], told["candidates"][0]["from"]) == (because, None)
    assert told["expected_at"] is None


def test_a_limit_that_was_learned_is_waited_for(desk: Desk) -> None:
    lesson = Lesson(10, NOON - timedelta(hours=1))
    desk.account(quota_unit=QuotaUnit.RECIPIENTS, daily_limit=100, learned_daily=lesson)

    told = desk.explain(desk.message(recipients=to(25), expires_at=NOON + timedelta(days=5)))

    assert "Somebody has to act first" not in told["summary"]
    assert told["candidates"][0]["because"] == "may send to 10 recipients a day, and it has 25"
    assert told["candidates"][0]["from"] == "2030-02-02T11:00:00Z"
    assert told["expected_at"] == "2030-02-03T00:00:00Z"


@pytest.mark.parametrize(
    ("changes", "recipients"),
    [({"quota_unit": QuotaUnit.RECIPIENTS}, 10), ({"high_priority_share": 34}, 1)],
    ids=["recipients", "kept for high priority"],
)
def test_an_account_can_send_again_when_enough_has_come_back_for_the_mail(
    desk: Desk, changes: dict[str, Any], recipients: int
) -> None:
    account = an_account(daily_limit=30, min_wait_time=0.0, quota_window=QuotaWindow.ROLLING_24H, **changes)
    hour = account.counter.hour
    hours = {hour - 20: 1, hour - 1: 29, hour: 0}
    desk.accounts.add(replace(account, counter=replace(account.counter, hours=hours, rolling_used=30)))

    told = desk.explain(desk.message(recipients=to(recipients)))

    assert told["candidates"][0]["from"] == told["expected_at"] == "2030-02-01T13:00:00Z"


def test_a_named_account_that_was_deleted_is_said_to_be(desk: Desk) -> None:
    desk.account(id="acc_2")

    told = desk.explain(desk.message(account_id="acc_1"))

    assert told["summary"].endswith("The account that it names was deleted.")
    assert (told["candidates"], told["expected_at"]) == ([], None)


def test_that_nobody_may_carry_it_is_said_once(desk: Desk) -> None:
    detail = "There is no account to send it"
    waiting = desk.message(status=Status.DEFERRED, reason=Reason.NO_ACCOUNT, detail=detail, next_attempt_at=IN_AN_HOUR)

    assert desk.explain(waiting)["summary"] == f"{detail}. It comes to a sender again at 2030-01-31 13:00:00 UTC."


def test_a_pool_without_accounts_is_named(desk: Desk) -> None:
    desk.account()
    desk.pools.add(a_pool(id="pool_1", name="Spring", account_ids=()))

    assert desk.explain(desk.message(pool_id="pool_1"))["summary"].endswith("The pool Spring has no accounts.")


def test_only_the_accounts_of_its_pool_are_its_candidates(desk: Desk) -> None:
    for number in range(3):
        desk.account(id=f"acc_{number}")
    desk.pools.add(a_pool(id="pool_1", account_ids=("acc_1",)))

    told = desk.explain(desk.message(pool_id="pool_1"))

    assert [one["account_id"] for one in told["candidates"]] == ["acc_1"]


def test_a_sticky_message_is_explained_by_the_account_that_keeps_its_recipient(desk: Desk) -> None:
    waiting = desk.message(strategy=Strategy.STICKY)
    accounts = [an_account(id=f"acc_{number}", email=f"m{number}@example.com") for number in range(5)]
    keeper = kept_by(waiting.recipients, accounts)
    for account in accounts:
        desk.accounts.add(replace(account, rest_until=IN_AN_HOUR) if account is keeper else account)

    told = desk.explain(waiting)

    assert [one["account_id"] for one in told["candidates"]] == [keeper.id]
    assert told["summary"].endswith(
        f"No account can send it now: {keeper.config.email} rests after a fault, until 2030-01-31 13:00:00 UTC."
    )
    assert told["expected_at"] == "2030-01-31T13:00:00Z"


def test_what_nobody_keeps_may_go_by_all(desk: Desk) -> None:
    for number in range(5):
        desk.accounts.add(full(id=f"acc_{number}"))
    choose(desk.pools, "ten_a", Strategy.STICKY)

    assert desk.explain(desk.message())["candidates_in_all"] == 5


def test_the_servers_own_words_are_told_of_a_retry(desk: Desk) -> None:
    desk.account()
    words = "451 4.7.1 Greylisted"

    told = desk.explain(
        desk.message(status=Status.DEFERRED, reason=Reason.RETRY, detail=words, next_attempt_at=IN_AN_HOUR)
    )

    assert told["summary"] == f"{words}. It comes to a sender again at 2030-01-31 13:00:00 UTC."
    assert told["expected_at"] == "2030-01-31T13:00:00Z"


def test_what_is_scheduled_says_for_when(desk: Desk) -> None:
    desk.account()

    told = desk.explain(
        desk.message(status=Status.SCHEDULED, send_at=IN_AN_HOUR, next_attempt_at=IN_AN_HOUR, reason=Reason.SCHEDULED)
    )

    assert told["summary"] == "It is to be sent at 2030-01-31 13:00:00 UTC."
    assert told["expected_at"] == "2030-01-31T13:00:00Z"


def test_what_is_held_says_what_its_owner_can_do(desk: Desk) -> None:
    desk.account()
    held = desk.message(
        status=Status.UNCERTAIN, reason=Reason.HELD, detail="It is not known", on_uncertain=OnUncertain.HOLD
    )

    told = desk.explain(held)

    assert not told["waits"]
    assert f"POST /v1/messages/{held.id}/resend sends it again" in told["summary"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.SENT, "sales@example.com sent it at 2030-01-31 12:00:00 UTC; the server said: 250 ok"),
        (Status.FAILED, "It was given up: 550 no such user."),
        (Status.CANCELLED, "It was cancelled before it was sent."),
        (Status.SENDING, "sales@example.com is sending it"),
        (Status.SUPPRESSED, "suppression list"),
        (Status.DELIVERED, "and it was delivered."),
        (Status.BOUNCED, "and it came back."),
        (Status.COMPLAINED, "and its recipient complained."),
    ],
)
def test_what_is_finished_says_what_became_of_it(desk: Desk, status: Status, words: str) -> None:
    desk.account()
    attempt = Attempt(NOON, "acc_1", "accepted", "final_dot", "250 ok")

    told = desk.explain(
        desk.message(
            status=status,
            used_account_id="acc_1",
            sent_at=NOON,
            detail="550 no such user" if status is Status.FAILED else "",
            attempts=(attempt,),
        )
    )

    assert words in told["summary"]
    assert (told["waits"], told["position"], told["candidates"]) == (False, None, [])


def test_those_before_it_are_counted_if_they_are_as_urgent(desk: Desk) -> None:
    desk.account(min_wait_time=60.0)
    for priority in (Priority.HIGH, Priority.NORMAL, Priority.NORMAL, Priority.LOW):
        desk.message(priority=priority)
    asked = desk.message()
    desk.message()

    told = desk.explain(asked)

    assert told["position"] == {"ahead": 3, "at_least": False, "estimated": False}
    assert told["expected_at"] == "2030-01-31T12:03:00Z"


def test_those_before_it_are_said_to_be_estimated_when_a_sample_was_read() -> None:
    desk = Desk(every=5)
    desk.account(min_wait_time=60.0)
    for _ in range(10):
        desk.message(status=Status.DEFERRED, next_attempt_at=NOON)

    assert desk.explain(desk.message())["position"] == {"ahead": 10, "at_least": False, "estimated": True}


def test_nothing_is_expected_of_what_expires_before(desk: Desk) -> None:
    desk.accounts.add(full())

    assert desk.explain(desk.message(expires_at=IN_AN_HOUR))["expected_at"] is None


def test_what_expires_before_its_account_is_ready_never_comes_to_a_sender_again(desk: Desk) -> None:
    desk.accounts.add(full())
    detail = "sales@example.com has used its limit of 3; it expires before that"
    waiting = desk.message(status=Status.DEFERRED, reason=Reason.QUOTA, detail=detail, expires_at=IN_AN_HOUR)

    told = desk.explain(waiting)

    assert told["summary"] == f"{detail}: at 2030-01-31 13:00:00 UTC."
    assert (told["waits"], told["until"], told["expected_at"]) == (True, None, None)


def test_what_expires_first_is_taken_up_if_an_account_is_changed(desk: Desk) -> None:
    desk.account(daily_limit=30)
    waiting = desk.message(status=Status.DEFERRED, reason=Reason.QUOTA, detail="d", expires_at=IN_AN_HOUR)

    told = desk.explain(waiting)

    assert told["summary"].endswith("sales@example.com can send again by now: it is taken up if an account is changed.")
    assert told["expected_at"] is None


@pytest.mark.parametrize("status", [Status.QUEUED, Status.DEFERRED, Status.SCHEDULED])
def test_what_has_expired_is_not_said_to_be_due(desk: Desk, status: Status) -> None:
    desk.account()

    told = desk.explain(desk.message(status=status, next_attempt_at=NOON, expires_at=NOON))

    assert told["summary"] == "It expired at 2030-01-31 12:00:00 UTC, and is given up as soon as it is looked at."
    assert (told["until"], told["expected_at"]) == (None, None)


@pytest.mark.parametrize("message_id", ["msg_nothing", "msg_01h455vb4pex5vsknk084sn02q", "acc_1"])
def test_a_message_that_is_not_there_is_not_found(desk: Desk, message_id: str) -> None:
    assert desk.ask(f"/v1/messages/{message_id}/explain").status == 404


def test_every_status_has_its_sentence(desk: Desk) -> None:
    for status in Status:
        assert desk.explain(desk.message(status=status))["summary"]
