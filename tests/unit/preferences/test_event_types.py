"""Event types over HTTP, on stores in memory."""

from dataclasses import replace
from typing import Any

import pytest

from postroom.event_types.manage import MOST
from postroom.event_types.model import BUILT_IN
from postroom.priorities import Priority
from tests.unit.preferences.conftest import ADMIN, OPERATOR, STRANGER, VIEWER, Office

NEW: dict[str, Any] = {"nature": "failure", "template": "notification"}
PAID: dict[str, Any] = {
    "name": "payment_failed",
    "nature": "failure",
    "template": "notification",
    "priority": "normal",
    "description": "",
    "built_in": False,
    "revision": 1,
    "updated_at": "2030-01-31T12:00:00Z",
}


def put(office: Office, event_type: str = "payment_failed", /, **body: object) -> Any:  # noqa: ANN401 - an answer
    return office("PUT", f"event-types/{event_type}", body, caller=ADMIN)


def delete(office: Office, name: str = "payment_failed", **query: str) -> int:
    return office("DELETE", f"event-types/{name}", caller=ADMIN, query=query).status


def names(office: Office, caller: Any = VIEWER) -> list[str]:  # noqa: ANN401 - a caller
    return [one["name"] for one in office("GET", "event-types", caller=caller).json["items"]]


def test_a_put_makes_an_event_type_and_says_so(office: Office) -> None:
    answer = put(office, **NEW)

    assert (answer.status, answer.json) == (201, PAID)
    assert office("GET", "event-types/payment_failed", caller=VIEWER).json == PAID
    assert names(office) == sorted([*BUILT_IN, "payment_failed"])
    assert names(office, STRANGER) == sorted(BUILT_IN)
    assert office("GET", "event-types/payment_failed", caller=STRANGER).status == 404


def test_what_is_left_out_of_a_put_stays_as_it_is(office: Office) -> None:
    put(office, **NEW, description="A card was declined")

    answer = put(office, priority="high")

    assert answer.status == 200
    assert answer.json == PAID | {"priority": "high", "description": "A card was declined", "revision": 2}
    assert put(office, **answer.json).json == answer.json


def test_a_built_in_type_gets_another_template_and_priority_and_goes_back(office: Office) -> None:
    changed = put(office, "job_failed", template="our_failures", priority="high").json

    assert (changed["template"], changed["priority"], changed["built_in"]) == ("our_failures", "high", True)
    assert list(put(office, "job_failed", nature="news").fields) == ["nature"]
    assert delete(office, "job_failed") == 204
    assert office("GET", "event-types/job_failed").json["template"] == "job_failed"
    assert delete(office, "job_failed") == 409


def test_a_change_of_a_built_in_type_takes_nobody_their_preference(office: Office) -> None:
    office.post()
    put(office, "job_failed", priority="high")

    assert delete(office, "job_failed") == 204

    assert office.ids() == ["ann~job_failed"]


@pytest.mark.parametrize(
    ("name", "body", "fields"),
    [
        ("payment_failed", {}, ["nature", "template"]),
        ("Payment-failed", NEW, ["name"]),
        ("x" * 65, NEW, ["name"]),
        ("payment_failed", NEW | {"template": "missing"}, ["template"]),
        ("payment_failed", NEW | {"nature": "disaster"}, ["nature"]),
        ("payment_failed", NEW | {"name": "other"}, ["name"]),
        ("payment_failed", NEW | {"colour": "red"}, ["colour"]),
    ],
)
def test_what_cannot_be_is_named_by_field(office: Office, name: str, body: dict[str, Any], fields: list[str]) -> None:
    answer = put(office, name, **body)

    assert (answer.status, list(answer.fields)) == (422, fields)


def test_a_key_gives_no_priority_that_it_has_not(office: Office) -> None:
    caller = replace(ADMIN, highest_priority=Priority.NORMAL)

    answer = office("PUT", "event-types/job_failed", {"priority": "high"}, caller=caller)

    assert (answer.status, list(answer.fields)) == (422, ["priority"])


def test_a_tenant_has_so_many_of_its_own_at_most(office: Office) -> None:
    for number in range(MOST):
        assert put(office, f"type{number}", **NEW).status == 201

    assert list(put(office, "one_more", **NEW).fields) == ["name"]
    assert put(office, "type1", priority="low").status == 200
    first = office("GET", "event-types", query={"limit": "100"}).json
    second = office("GET", "event-types", query={"limit": "100", "cursor": first["next_cursor"]}).json
    assert len(first["items"]) + len(second["items"]) == MOST + len(BUILT_IN)
    assert second["next_cursor"] is None


def test_a_type_that_is_in_use_is_deleted_by_force_with_what_was_said_of_it(office: Office) -> None:
    put(office, **NEW)
    office.post("ann", "payment_failed")
    office("PUT", "settings/preferences", {"defaults": {"payment_failed": {"enabled": True}}}, caller=ADMIN)

    assert delete(office) == 409
    assert delete(office, force="true") == 204

    assert office.ids() == []
    assert office("GET", "settings/preferences").json["defaults"] == {}
    assert delete(office) == 404
    assert "payment_failed" not in office.effective()


def test_a_default_that_goes_with_its_type_is_told_as_a_change_of_the_settings(office: Office) -> None:
    put(office, **NEW)
    office("PUT", "settings/preferences", {"defaults": {"payment_failed": {"enabled": True}}}, caller=ADMIN)

    delete(office, force="true")

    said, taken = (entry.deed for entry in office.tenants.log.entries)
    assert (taken.action, taken.before["revision"], taken.after["revision"]) == ("preference_settings.changed", 1, 2)
    assert (taken.before["defaults"], taken.after["defaults"]) == (said.after["defaults"], {})


def test_a_change_of_what_was_seen_alone(office: Office) -> None:
    put(office, **NEW)

    assert put(office, priority="high", revision=1).status == 200
    assert put(office, priority="low", revision=1).status == 409
    assert put(office, "other", **NEW, revision=1).status == 409


def test_only_an_admin_says_what_there_is(office: Office) -> None:
    assert office("PUT", "event-types/payment_failed", NEW, caller=OPERATOR).status == 403
    assert office("DELETE", "event-types/job_failed", caller=OPERATOR).status == 403
