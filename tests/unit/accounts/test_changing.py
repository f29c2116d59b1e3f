from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from postroom.accounts.changing import plan_change
from postroom.accounts.model import (
    Account,
    AccountStatus,
    LastError,
    Lesson,
    Pipelining,
    PipeliningFault,
    QuotaUnit,
    Sessions,
)
from postroom.change import Change, Equals, Remove, Set, Step
from tests.builders import an_account
from tests.fakes.time import NOON

LATER = NOON + timedelta(hours=1)
ERROR = LastError(NOON, "auth", "535 no")
TROUBLED: dict[str, Any] = {
    "faults": 3,
    "last_error": ERROR,
    "rest_until": LATER,
    "learned_daily": Lesson(10, NOON),
    "learned_spacing": Lesson(5000, NOON),
    "pipelining_fault": PipeliningFault(NOON, "it hung up"),
    "sessions": Sessions({"ses_1": 1}, {}, logging_in="ses_1"),
}
CHANGES: tuple[dict[str, Any], ...] = (
    {},
    {"sender_name": "Another"},
    {"smtp_host": "another.example.com", "min_wait_time": 9.0},
    {"smtp_pipelining": Pipelining.OFF},
    {"status": AccountStatus.INACTIVE},
    {"timezone": "Asia/Tokyo"},
)


def planned(
    seen: Account,
    secret_version: str | None = None,
    *,
    afresh: bool = False,
    **changes: Any,  # noqa: ANN401 - any field
) -> Change:
    return plan_change(seen, replace(seen.config, **changes), secret_version, LATER, afresh=afresh)


def steps_of(change: Change) -> dict[str, Step]:
    return {".".join(step.path): step for step in change.steps}


def set_by(change: Change, name: str) -> object:
    """What the change sets this to; None where it leaves it alone."""
    step = steps_of(change).get(name)
    return step.value if isinstance(step, Set) else None


def removed_by(change: Change) -> set[str]:
    return {name for name, step in steps_of(change).items() if isinstance(step, Remove)}


def required_by(change: Change) -> dict[str, object]:
    return {".".join(one.path): one.value for one in change.requires if isinstance(one, Equals)}


def test_what_was_decided_takes_the_place_of_what_was_seen() -> None:
    seen = an_account(revision=4, quota_unit=QuotaUnit.RECIPIENTS, reply_to="ann@example.com")

    change = planned(seen, sender_name="Another", reply_to=None, quota_unit=QuotaUnit.MESSAGES)

    assert set_by(change, "sender_name") == "Another"
    assert {"reply_to", "quota_unit"} <= removed_by(change)
    assert (set_by(change, "revision"), set_by(change, "updated_ms")) == (5, int(LATER.timestamp() * 1000))
    assert required_by(change)["revision"] == 4


@pytest.mark.parametrize(
    ("changes", "secret_version", "afresh", "decides"),
    [
        ({"sender_name": "Another", "timezone": "Asia/Tokyo", "daily_limit": 7}, None, False, False),
        ({"status": AccountStatus.INACTIVE}, None, False, True),
        ({"smtp_host": "another.example.com"}, None, False, True),
        ({}, "v2", False, True),
        ({}, None, True, True),
    ],
)
def test_the_status_is_written_by_who_decides_on_it_and_by_nobody_else(
    changes: dict[str, Any], secret_version: str | None, *, afresh: bool, decides: bool
) -> None:
    change = planned(an_account(), secret_version, afresh=afresh, **changes)

    assert (set_by(change, "status") is not None) is decides
    assert ("status" in required_by(change)) is decides


@pytest.mark.parametrize("given", [{"smtp_host": "another.example.com"}, {"secret_version": "v2"}])
def test_what_was_refused_and_is_mended_goes_on(given: dict[str, Any]) -> None:
    seen = an_account(status=AccountStatus.ERROR)

    change = planned(seen, **given)

    assert set_by(change, "status") == "active"
    assert required_by(change)["status"] == "error"


def test_a_stop_that_has_nothing_to_do_with_the_change_stays() -> None:
    change = planned(an_account(status=AccountStatus.ERROR, **TROUBLED), sender_name="Another")

    assert "status" not in steps_of(change)
    assert not {"faults", "last_error", "rest_until_ms"} & steps_of(change).keys()


def test_a_password_takes_the_place_of_the_secret_and_of_a_consent() -> None:
    with_one, without = planned(an_account(), "v2"), planned(an_account(secret_version="v1"))

    assert set_by(with_one, "secret_version") == "v2"
    assert "oauth2" in removed_by(with_one)
    assert not {"secret_version", "oauth2"} & steps_of(without).keys()


@pytest.mark.parametrize(
    ("changes", "secret_version"),
    [({"smtp_host": "another.example.com"}, None), ({"smtp_username": "another"}, None), ({}, "v2")],
)
def test_an_account_that_connects_anew_is_on_trial_with_nothing_said_against_it(
    changes: dict[str, Any], secret_version: str | None
) -> None:
    change = planned(an_account(**TROUBLED), secret_version, **changes)

    assert "proven" not in steps_of(change)
    assert set_by(change, "faults") == 0
    assert {"last_error", "rest_until_ms", "logging_in", "sessions.ses_1"} <= removed_by(change)


def test_an_account_that_is_switched_on_is_on_trial() -> None:
    change = planned(an_account(status=AccountStatus.INACTIVE), status=AccountStatus.ACTIVE)

    assert "proven" not in steps_of(change)
    assert set_by(change, "faults") == 0


@pytest.mark.parametrize(("proven", "goes_on_as"), [(4, 5), (3, None)])
def test_what_was_proven_stays_so_and_what_was_not_does_not_become_so(proven: int, goes_on_as: int | None) -> None:
    change = planned(an_account(revision=4, proven=proven), sender_name="Another")

    assert set_by(change, "proven") == goes_on_as


def test_afresh_ends_a_rest_and_lets_a_log_in_that_is_under_way_finish() -> None:
    change = planned(an_account(**TROUBLED), afresh=True)

    assert {"last_error", "rest_until_ms"} <= removed_by(change)
    assert not {"logging_in", "sessions.ses_1", "proven"} & steps_of(change).keys()


def test_afresh_takes_nothing_from_an_account_that_is_well() -> None:
    change = planned(an_account(revision=4), afresh=True)

    assert set_by(change, "proven") == 5
    assert "faults" not in steps_of(change)


@pytest.mark.parametrize(
    ("changes", "afresh", "forgotten"),
    [
        ({"smtp_host": "another.example.com"}, False, {"lessons", "pipelining"}),
        ({"smtp_username": "another"}, False, {"lessons"}),
        ({"smtp_port": 2525}, False, {"pipelining"}),
        ({"smtp_pipelining": Pipelining.OFF}, False, {"pipelining"}),
        ({"sender_name": "Another"}, False, set()),
        ({}, True, {"lessons", "pipelining"}),
    ],
)
def test_what_was_learned_is_forgotten_with_what_it_was_learned_of(
    changes: dict[str, Any], forgotten: set[str], *, afresh: bool
) -> None:
    removed = removed_by(planned(an_account(**TROUBLED), afresh=afresh, **changes))

    assert ({"learned_daily", "learned_spacing"} <= removed) is ("lessons" in forgotten)
    assert ("pipelining_fault" in removed) is ("pipelining" in forgotten)


def test_a_new_pace_and_one_that_is_no_longer_learned_void_the_appointments() -> None:
    learned = an_account(learned_spacing=Lesson(5000, NOON))

    assert set_by(planned(an_account(), min_wait_time=9.0), "booked_ms") == 0
    assert set_by(planned(learned, smtp_host="another.example.com"), "booked_ms") == 0
    assert "booked_ms" not in steps_of(planned(an_account(), smtp_host="another.example.com"))
    assert "booked_ms" not in steps_of(planned(learned, sender_name="Another"))


def test_another_time_zone_has_another_end_of_its_day() -> None:
    seen = an_account(timezone="UTC", created_at=datetime(2026, 6, 1, 12, tzinfo=UTC))

    change = plan_change(seen, replace(seen.config, timezone="Asia/Tokyo"), None, datetime(2026, 6, 1, 12, tzinfo=UTC))

    assert set_by(change, "rolls_at") == int(datetime(2026, 6, 1, 15, tzinfo=UTC).timestamp() * 1000)
    assert "rolls_at" not in steps_of(planned(seen, sender_name="Another"))


@pytest.mark.parametrize("status", list(AccountStatus))
def test_no_change_says_two_things_of_one_attribute_which_dynamodb_refuses(status: AccountStatus) -> None:
    seen = an_account(status=status, **TROUBLED)

    for changes, version, afresh in product(CHANGES, (None, "v2"), (False, True)):
        said = Counter(step.path for step in planned(seen, version, afresh=afresh, **changes).steps)
        assert set(said.values()) == {1}, (changes, version, afresh)
