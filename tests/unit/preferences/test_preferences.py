"""Preferences over HTTP, on stores in memory."""

from dataclasses import replace
from typing import Any

import pytest

from postroom.preferences.model import Choice
from postroom.tenancy.model import Caller, Role
from postroom.users.model import UserRole
from tests.unit.preferences.conftest import ADMIN, ANNS, OPERATOR, STRANGER, VIEWER, Office

NEW: dict[str, Any] = {
    "id": "ann~job_failed",
    "user": "ann",
    "event_type": "job_failed",
    "enabled": True,
    "job_types": [],
    "delivery": "immediate",
    "email_address": None,
    "email_confirmed": False,
    "permitted": True,
    "revision": 1,
    "created_at": "2030-01-31T12:00:00Z",
    "updated_at": "2030-01-31T12:00:00Z",
}


def test_a_post_makes_a_preference(office: Office) -> None:
    answer = office.post()

    assert (answer.status, answer.json) == (201, NEW)
    assert office("GET", "preferences/ann~job_failed").json == NEW
    assert office("GET", "preferences").json == {"items": [NEW], "next_cursor": None}


def test_there_is_one_for_a_user_and_event_type(office: Office) -> None:
    office.post(delivery="daily")

    again = office.post(delivery="weekly")

    assert again.status == 409
    assert office("GET", "preferences/ann~job_failed").json["delivery"] == "daily"


def test_a_request_that_is_repeated_finds_what_it_made(office: Office) -> None:
    body = {"user": "ann", "event_type": "job_failed", "email_address": "a@b.example"}

    first, second = (office("POST", "preferences", body, headers={"idempotency-key": "k"}) for _ in range(2))

    assert (first.status, first.json) == (second.status, second.json)
    assert len(office.asked) == 1


def test_what_is_left_out_of_a_put_stays_as_it_is(office: Office) -> None:
    office.post(delivery="daily", job_types=["sync", "backup", "sync"])

    answer = office("PUT", "preferences/ann~job_failed", {"enabled": False})

    assert answer.status == 200
    assert answer.json == NEW | {
        "enabled": False,
        "delivery": "daily",
        "job_types": ["backup", "sync"],
        "revision": 2,
    }
    assert office("PUT", "preferences/ann~job_failed", {"job_types": None}).json["job_types"] == []
    assert office("PUT", "preferences/ann~job_failed", {"job_types": ["sync"]}).json["job_types"] == ["sync"]
    assert office("PUT", "preferences/ann~job_failed", {"job_types": []}).json["job_types"] == []


def test_what_was_shown_may_be_put_back_as_a_whole_and_changes_nothing(office: Office) -> None:
    shown = office.post(job_types=["sync"], email_address="a@b.example").json

    assert office("PUT", "preferences/ann~job_failed", shown).json == shown


@pytest.mark.parametrize("field", ["user", "event_type"])
def test_whose_it_is_and_of_what_cannot_be_changed(office: Office, field: str) -> None:
    office.post()

    answer = office("PUT", "preferences/ann~job_failed", {field: "olaf"})

    assert (answer.status, list(answer.fields)) == (422, [field])


def test_a_deleted_preference_gives_way_to_the_role(office: Office) -> None:
    office.post(enabled=False)
    assert office.effective()["job_failed"]["rule"] == "own"

    assert office("DELETE", "preferences/ann~job_failed").status == 204

    assert office("GET", "preferences/ann~job_failed").status == 404
    assert office("DELETE", "preferences/ann~job_failed").status == 404
    assert office.effective()["job_failed"]["rule"] == "role"


@pytest.mark.parametrize("preference_id", ["ann~job_success", "bob~job_failed", "ann", "~", "mine~", "x" * 200, "ä~b"])
def test_what_is_not_there_looks_the_same_however_it_is_asked_for(office: Office, preference_id: str) -> None:
    office.post()
    expected = office("GET", "preferences/nobody~job_failed").json | {"request_id": "request-1"}

    for method, body in (("GET", None), ("PUT", {"enabled": False}), ("DELETE", None)):
        assert office(method, f"preferences/{preference_id}", body).json == expected


def test_another_tenants_preference_is_not_there(office: Office) -> None:
    office.post()

    for method, body in (("GET", None), ("PUT", {"enabled": False}), ("DELETE", None)):
        assert office(method, "preferences/ann~job_failed", body, caller=STRANGER).status == 404
    assert office.ids(STRANGER) == []
    assert office("POST", "preferences", {"user": "olaf", "event_type": "job_failed"}, caller=STRANGER).status == 422
    assert office.ids() == ["ann~job_failed"]


def test_who_and_what_is_not_known_is_named_by_field(office: Office) -> None:
    answer = office.post("nobody", "job_lost")

    assert answer.status == 422
    assert set(answer.fields) == {"user", "event_type"}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"delivery": "monthly"}, "delivery"),
        ({"enabled": "yes"}, "enabled"),
        ({"job_types": [""]}, "job_types.0"),
        ({"job_types": ["x" * 65]}, "job_types.0"),
        ({"job_types": [f"type{number}" for number in range(31)]}, "job_types"),
        ({"email_address": "ann"}, "email_address"),
        ({"quiet_hours": []}, "quiet_hours"),
    ],
)
def test_what_cannot_be_is_named_by_field(office: Office, more: dict[str, Any], field: str) -> None:
    answer = office.post(**more)

    assert (answer.status, list(answer.fields)) == (422, [field])
    assert office.ids() == []


def test_a_role_is_refused_what_it_may_not_have_and_may_always_want_nothing(office: Office) -> None:
    refused = office.post("vera")

    assert (refused.status, list(refused.fields)) == (422, ["event_type"])
    assert office.post("vera", enabled=False).status == 201
    assert list(office("PUT", "preferences/vera~job_failed", {"enabled": True}).fields) == ["event_type"]
    assert office.post("vera", "job_success").status == 201
    assert office.post("vera", "compliance_violation").status == 201
    assert office.post("olaf", job_types=["backup"]).status == 201


def test_what_a_change_of_role_made_impossible_is_shown_and_not_used(office: Office) -> None:
    office.post("olaf", delivery="daily")
    office("PUT", "users/olaf", {"role": "viewer"})

    shown = office("GET", "preferences/olaf~job_failed").json
    effective = office.effective("olaf")["job_failed"]

    assert (shown["enabled"], shown["permitted"]) == (True, False)
    assert (effective["enabled"], effective["rule"], effective["own_is_unused"]) == (False, "system", True)
    office("PUT", "users/olaf", {"role": "operator"})
    assert office.effective("olaf")["job_failed"]["rule"] == "own"


def test_lists_are_filtered_and_come_page_by_page(office: Office) -> None:
    for user, event_type, enabled in (
        ("ann", "job_failed", True),
        ("ann", "job_success", False),
        ("olaf", "job_failed", False),
    ):
        office.post(user, event_type, enabled=enabled)

    first = office("GET", "preferences", query={"limit": "2"}).json
    second = office("GET", "preferences", query={"limit": "2", "cursor": first["next_cursor"]}).json

    assert [one["id"] for one in first["items"] + second["items"]] == office.ids()
    assert office.ids(order="-id") == ["olaf~job_failed", "ann~job_success", "ann~job_failed"]
    assert office.ids(user="ann") == ["ann~job_failed", "ann~job_success"]
    assert office.ids(event_type="job_failed") == ["ann~job_failed", "olaf~job_failed"]
    assert office.ids(enabled="false") == ["ann~job_success", "olaf~job_failed"]
    assert office.ids(event_type="job_failed", enabled="true") == ["ann~job_failed"]
    assert office.ids(user="nobody") == []


def test_a_change_is_made_of_what_was_seen_alone_when_that_is_said(office: Office) -> None:
    office.post()

    assert office("PUT", "preferences/ann~job_failed", {"delivery": "daily", "revision": 1}).status == 200
    assert office("PUT", "preferences/ann~job_failed", {"delivery": "weekly", "revision": 1}).status == 409
    assert office("GET", "preferences/ann~job_failed").json["delivery"] == "daily"


def test_of_two_changes_at_once_neither_is_lost(office: Office) -> None:
    office.post()
    seen = office.store.get("ten_a", "ann~job_failed")
    assert seen is not None
    office.store.before = [replace(seen, choice=Choice(enabled=False), revision=2)]

    changed = office("PUT", "preferences/ann~job_failed", {"delivery": "daily"}).json

    assert (changed["enabled"], changed["delivery"], changed["revision"]) == (False, "daily", 3)


def test_many_are_put_at_once_each_with_its_own_answer(office: Office) -> None:
    office.post(delivery="daily")

    answer = office(
        "PUT",
        "preferences/bulk",
        {
            "preferences": [
                {"user": "ann", "event_type": "job_failed", "enabled": False},
                {"user": "vera", "event_type": "job_failed"},
                {"user": "olaf", "event_type": "job_success", "delivery": "hourly"},
                {"user": "ann", "event_type": "job_failed", "revision": 9},
                "nothing",
                {"event_type": "job_success", "delivery": "never"},
            ]
        },
    )

    items = answer.json["items"]
    assert [one["status"] for one in items] == [200, 422, 201, 409, 422, 422]
    assert items[0]["preference"] == NEW | {"enabled": False, "delivery": "daily", "revision": 2}
    assert items[2]["preference"]["id"] == "olaf~job_success"
    assert items[1]["error"]["errors"][0]["field"] == "event_type"
    assert items[5]["error"]["errors"][0]["field"] == "delivery"
    assert office.ids() == ["ann~job_failed", "olaf~job_success"]


@pytest.mark.parametrize("preferences", [[], [{}] * 101])
def test_how_many_may_be_put_at_once(office: Office, preferences: list[object]) -> None:
    assert list(office("PUT", "preferences/bulk", {"preferences": preferences}).fields) == ["preferences"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.ADMIN])
def test_a_key_of_a_user_is_about_that_user_alone_whatever_its_role(office: Office, role: Role) -> None:
    office.post("olaf", delivery="daily")
    anns = Caller("ten_a", "key_b", role, user_id="ann")

    made = office("POST", "preferences", {"event_type": "job_failed"}, caller=anns)
    changed = office("PUT", "preferences/ann~job_failed", {"delivery": "hourly"}, caller=anns)

    assert (made.status, made.json["user"], changed.json["delivery"]) == (201, "ann", "hourly")
    assert office.ids(anns) == ["ann~job_failed"]
    assert office.ids(anns, user="olaf") == []
    assert office("POST", "preferences", {"user": "olaf", "event_type": "job_success"}, caller=anns).status == 422
    bulk = office("PUT", "preferences/bulk", {"preferences": [{"user": "olaf", "event_type": "x"}]}, caller=anns)
    assert [fault["field"] for fault in bulk.json["items"][0]["error"]["errors"]] == ["user"]
    for method, path, body in (
        ("GET", "preferences/olaf~job_failed", None),
        ("PUT", "preferences/olaf~job_failed", {"enabled": False}),
        ("DELETE", "preferences/olaf~job_failed", None),
        ("POST", "preferences/olaf~job_failed/confirmation", None),
        ("GET", "users/olaf/notification-settings", None),
        ("PUT", "users/olaf/notification-settings", {}),
        ("GET", "users/olaf/effective-preferences", None),
    ):
        assert office(method, path, body, caller=anns).status == 404, path
    assert office("DELETE", "preferences/ann~job_failed", caller=anns).status == 204
    assert office.ids() == ["olaf~job_failed"]


def test_mine_are_those_of_the_user_of_the_key(office: Office) -> None:
    for user in ("ann", "olaf"):
        office.post(user)

    assert [one["id"] for one in office("GET", "preferences/mine", caller=ANNS).json["items"]] == ["ann~job_failed"]
    assert office("GET", "preferences/mine", caller=OPERATOR).status == 403
    nobodys = Caller("ten_a", "key_n", Role.VIEWER, user_id="nobody")
    assert office("GET", "preferences/mine", caller=nobodys).status == 404


def test_a_viewer_without_a_user_reads_alone(office: Office) -> None:
    office.post()

    assert office.ids(VIEWER) == ["ann~job_failed"]
    assert office.post("ann", "job_success", caller=VIEWER).status == 403
    assert office("PUT", "preferences/ann~job_failed", "{broken", caller=VIEWER).status == 403
    assert office("DELETE", "preferences/ann~job_failed", caller=VIEWER).status == 403


def test_what_holds_is_told_of_every_event_type_with_its_rule(office: Office) -> None:
    office.post("ann", "job_success", job_types=["sync"], delivery="weekly")
    office("PUT", "settings/preferences", {"defaults": {"job_partial": {"enabled": False}}}, caller=ADMIN)

    told = office.effective()

    assert {name: (one["enabled"], one["rule"]) for name, one in told.items()} == {
        "compliance_violation": (False, "system"),
        "job_failed": (True, "role"),
        "job_partial": (False, "tenant"),
        "job_success": (True, "own"),
        "scheduled_backup_complete": (False, "system"),
    }
    assert told["job_success"] == {
        "event_type": "job_success",
        "nature": "news",
        "priority": "normal",
        "enabled": True,
        "job_types": ["sync"],
        "delivery": "weekly",
        "email_address": "ann@example.com",
        "rule": "own",
        "own_is_unused": False,
    }
    assert office("GET", "users/nobody/effective-preferences").status == 404


def test_what_a_deleted_user_said_is_gone_with_the_user(office: Office) -> None:
    for event_type in ("job_failed", "job_success"):
        office.post("ann", event_type)
    office.post("olaf")
    office("PUT", "users/ann/notification-settings", {"digest_hour": 3})

    assert office("DELETE", "users/ann").status == 204
    office("PUT", "users/ann", {"email": "ann@example.com", "role": UserRole.ADMIN})

    assert office.ids() == ["olaf~job_failed"]
    assert office("GET", "users/ann/notification-settings").json["digest_hour"] is None


def test_what_a_deletion_left_behind_goes_with_the_next_one(office: Office) -> None:
    office.post()
    user = office.users.get("ten_a", "ann")
    assert user is not None
    office.users.delete(user)

    assert office("DELETE", "users/ann").status == 404

    assert office.store.of_user("ten_a", "ann") == {}
