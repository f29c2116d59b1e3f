import json
from typing import Any

import pytest

from postroom.audit.acting import entries_of
from postroom.audit.bounds import LARGEST, bounded
from postroom.audit.entry_rows import rows_of
from postroom.audit.model import Action, Deed
from tests.fakes.audit import acts


def changed(before: dict[str, Any], after: dict[str, Any]) -> Deed:
    return bounded(Deed.change(Action.ACCOUNT_CHANGED, "account/acc_1", before, after))


def size(deed: Deed) -> int:
    return len(json.dumps([deed.before, deed.after]))


def test_only_what_is_different_is_kept() -> None:
    deed = changed({"name": "a", "limit": 1, "gone": "x"}, {"name": "a", "limit": 2, "new": True})

    assert deed.before == {"limit": 1, "gone": "x"}
    assert deed.after == {"limit": 2, "new": True}


def test_what_was_not_there_and_what_is_nothing_are_the_same() -> None:
    deed = changed({"name": None}, {"limit": None, "strategy": "random"})

    assert (deed.before, deed.after) == ({}, {"strategy": "random"})


def test_a_long_value_is_cut_and_two_can_still_be_told_apart() -> None:
    one, other = "x" * 5000, "x" * 4999 + "y"

    deed = changed({"text": one}, {"text": other})

    assert deed.before["text"].startswith("x" * 500 + "… (5000 characters, sha256 ")
    assert deed.before["text"] != deed.after["text"]


def test_a_long_list_is_cut_like_a_text() -> None:
    deed = changed({}, {"account_ids": [f"acc_{number:026}" for number in range(1000)], "few": ["acc_1"]})

    assert deed.after["account_ids"].startswith('["acc_')
    assert deed.after["few"] == ["acc_1"]


@pytest.mark.parametrize("count", [1, 30, 2000])
@pytest.mark.parametrize("letter", ["x", "ü", "💌", '"', "\ud800"])
def test_an_entry_is_small_whatever_is_told(count: int, letter: str) -> None:
    view = {f"field_{number}": letter * 1000 for number in range(count)}

    deed = changed(view, {name: value + "!" for name, value in view.items()})

    assert size(deed) <= LARGEST


def test_an_entry_is_one_row_and_three_small_ones_that_find_it() -> None:
    with acts():
        rows = rows_of(entries_of("ten_a", Deed(Action.POOL_CHANGED, "pool/pool_1", {}, {"name": "x" * 100_000})))

    assert len(rows) == 4
    assert [len(str(row.attribute_values)) < 400 for row in rows] == [False, True, True, True]


@pytest.mark.parametrize(
    "name", ["password", "smtp_password", "client_secret", "refresh_token", "key_hash", "verifier"]
)
def test_what_is_called_like_a_secret_is_not_kept_although_nobody_should_tell_it(name: str) -> None:
    deed = changed({name: "correct horse"}, {name: "battery staple"})

    assert (deed.before, deed.after) == ({name: "********"}, {name: "********"})


@pytest.mark.parametrize("name", ["api_token", "Password", "webhookSecret"])
def test_what_a_tenant_calls_like_a_secret_inside_of_a_field_is_not_kept(name: str) -> None:
    deed = changed({}, {"attributes": {name: "correct horse", "plan": "gold"}})

    assert deed.after == {"attributes": {name: "********", "plan": "gold"}}


def test_what_is_said_of_an_event_type_is_kept_whatever_it_is_called() -> None:
    defaults = {"password_changed": {"enabled": True, "delivery": "daily"}}

    assert changed({}, {"defaults": defaults}).after == {"defaults": defaults}


def test_that_a_password_was_changed_is_told() -> None:
    assert changed({}, {"password_changed": True}).after == {"password_changed": True}
