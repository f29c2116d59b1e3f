"""Preferences on the deployed stack: by key and mail, and races on an engine that is exact."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from unittest.mock import patch
from uuid import uuid4

import httpx
import pytest

from postroom.audit.model import Entries
from postroom.clock import system_clock
from postroom.paging import PageRequest
from postroom.preferences.forget import ForgetUser
from postroom.preferences.model import Choice, Preference
from postroom.preferences.ports import Written
from postroom.preferences.rows import ROWS, preference_rows
from postroom.preferences.store import DynamoPreferences, DynamoUserSettings
from postroom.users.manage import DeleteUser
from postroom.users.store import ROWS as USER_ROWS
from postroom.users.store import DynamoUsers
from tests.builders import a_preference, a_user
from tests.e2e.conftest import LiveStack
from tests.e2e.test_the_way_of_a_mail import caught_for
from tests.faults.racing import race

APP = "https://app.example.com"
RACERS, ROUNDS = 16, 3


@pytest.fixture
def real_tables(stack: LiveStack) -> Iterator[None]:
    with stack.tables_here(DirectoryTable=(*ROWS, *USER_ROWS)):
        yield


def test_a_user_says_what_to_hear_and_confirms_where(stack: LiveStack, tenant: httpx.Client) -> None:
    admin = tenant.headers["Authorization"].split()[1]
    stack.new_account(admin, f"product.{uuid4().hex[:8]}@example.com", min_wait_time=0)
    there = f"ops.{uuid4().hex[:8]}@example.com"
    assert tenant.put("/v1/settings/mails", json={"origins": [APP]}).is_success
    assert tenant.put("/v1/settings/preferences", json={"confirmation_url": f"{APP}/confirm"}).is_success
    assert tenant.put("/v1/users/ann", json={"email": "ann@example.com", "role": "operator"}).is_success
    failed = {"nature": "failure", "template": "notification"}
    assert tenant.put("/v1/event-types/payment_failed", json=failed).status_code == 201
    key = tenant.post("/v1/keys", json={"name": "Ann", "role": "viewer", "user_id": "ann"}).json()["key"]

    with stack.caller(key) as ann:
        body = {"event_type": "payment_failed", "delivery": "daily", "email_address": there}
        made = ann.post("/v1/preferences", json=body)
        quiet = {"quiet_hours": [{"start": "22:00", "end": "06:00"}], "timezone": "Europe/Vienna"}
        settings = ann.put("/v1/users/ann/notification-settings", json=quiet)
        mine = ann.get("/v1/preferences/mine").json()["items"]
    [mail] = stack.mailbox.wait_for(caught_for(stack, there))
    token = re.findall(rf"{APP}/confirm\?token=([A-Za-z0-9_-]+)", mail.message.get_body(("plain",)).get_content())[0]  # type: ignore[union-attr]
    redeemed = tenant.post("/v1/tokens/verify", json={"token": token, "purpose": "notification_address"})
    told = {one["event_type"]: one for one in tenant.get("/v1/users/ann/effective-preferences").json()["items"]}

    assert (made.status_code, made.json()["id"], made.json()["email_confirmed"]) == (201, "ann~payment_failed", False)
    assert (settings.status_code, [one["id"] for one in mine]) == (200, ["ann~payment_failed"])
    assert (redeemed.status_code, redeemed.json()["user_id"]) == (200, "ann")
    assert (told["payment_failed"]["email_address"], told["payment_failed"]["rule"]) == (there, "own")
    assert tenant.delete("/v1/event-types/payment_failed").status_code == 409
    assert tenant.delete("/v1/event-types/payment_failed", params={"force": "true"}).status_code == 204
    bulk = {"preferences": [{"user": "ann", "event_type": "job_failed"}]}
    assert tenant.put("/v1/preferences/bulk", json=bulk).json()["items"][0]["status"] == 201
    assert tenant.delete("/v1/users/ann").status_code == 204
    assert tenant.get("/v1/preferences").json()["items"] == []


@pytest.mark.usefixtures("real_tables")
def test_of_many_changes_of_what_was_seen_one_is_made() -> None:
    assert _changed_by(DynamoPreferences()) == 1
    assert _changed_by(Naive()) > 1


def _changed_by(store: DynamoPreferences) -> int:
    """How many were told that their change of the same preference was made, and one of them stands there."""
    tenant_id, numbers, winners = f"ten_{uuid4().hex}", count(), list[int]()
    DynamoUsers().put(a_user(tenant_id=tenant_id), None)
    seen = a_preference(tenant_id=tenant_id)
    store.put(seen, None)

    def change() -> int:
        number = next(numbers)
        wanted = replace(seen, choice=Choice(enabled=True, job_types=(str(number),)), revision=2)
        won = store.put(wanted, seen) is Written.WRITTEN
        winners.extend([number] * won)
        return won

    made = race(RACERS, change)
    there = store.get(tenant_id, seen.id)
    assert there is not None
    assert int(there.choice.job_types[0]) in winners
    if made == 1:
        assert store.get_many(tenant_id, "job_failed", ["ann"]) == {"ann": there}
        assert store.subscribers(tenant_id, "job_failed", PageRequest()).items == (there,)
    return made


@pytest.mark.usefixtures("real_tables")
def test_a_user_who_is_deleted_meanwhile_leaves_nothing_behind() -> None:
    left = [_left_behind(DynamoPreferences()) for _ in range(ROUNDS)]

    assert left == [0] * ROUNDS
    assert any(_left_behind(Naive()) for _ in range(10 * ROUNDS))


class Naive(DynamoPreferences):
    """Writes without a look at whether the user is still there."""

    def put(self, preference: Preference, seen: Preference | None, entries: Entries = ()) -> Written:
        del seen
        for row in preference_rows(preference):
            row.save()
        return Written.WRITTEN


def _left_behind(store: DynamoPreferences) -> int:
    """How many preferences there are of a user whose deletion raced with them being made."""
    tenant_id, users = f"ten_{uuid4().hex}", DynamoUsers()
    users.put(a_user(tenant_id=tenant_id), None)
    delete = DeleteUser(users, ForgetUser(store, DynamoUserSettings()))

    numbers = count()

    def act() -> int:
        racer = next(numbers)
        if racer == RACERS // 2:
            delete(tenant_id, "ann")
            return 0
        for number in range(10):
            one = a_preference(tenant_id=tenant_id, event_type=f"job_{racer}_{number}", created_at=system_clock())
            store.put(one, None)
        return 10

    with patch("postroom.preferences.store.BUILT_IN", _Everything()):
        race(RACERS, act)
    return len(store.of_user(tenant_id, "ann"))


class _Everything:
    """All event types are there: the users are the matter here."""

    def __contains__(self, _: object) -> bool:
        return True
