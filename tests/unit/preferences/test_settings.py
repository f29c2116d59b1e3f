"""What users and tenants say for all events, over HTTP."""

import json
from typing import Any

import pytest

from tests.fakes.audit import MemoryAuditLog
from tests.unit.preferences.conftest import ADMIN, ANNS, CONFIRM, STRANGER, VIEWER, Office

SAID: dict[str, Any] = {
    "user": "ann",
    "quiet_hours": [],
    "timezone": None,
    "digest_hour": None,
    "digest_weekday": None,
    "most_per_hour": None,
    "revision": 0,
}
TENANTS: dict[str, Any] = {
    "defaults": {},
    "digest_hour": None,
    "digest_weekday": None,
    "most_per_hour": None,
    "confirmation_url": CONFIRM,
    "revision": 0,
}
NIGHT = {"days": ["monday", "friday"], "start": "22:00", "end": "06:30"}
WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def change(office: Office, caller: Any = ANNS, **body: object) -> Any:  # noqa: ANN401 - an answer
    return office("PUT", "users/ann/notification-settings", body, caller=caller)


def change_tenants(office: Office, **body: object) -> Any:  # noqa: ANN401 - an answer
    return office("PUT", "settings/preferences", body, caller=ADMIN)


def test_a_user_who_said_nothing_is_never_quiet_and_has_digests_at_eight(office: Office) -> None:
    assert office("GET", "users/ann/notification-settings").json == SAID
    overview = office("GET", "users/ann/effective-preferences").json
    assert (overview["timezone"], overview["digest_hour"], overview["digest_weekday"]) == ("UTC", 8, "monday")


def test_quiet_hours_and_digest_times_are_kept_and_left_out_is_left_as_it_is(office: Office) -> None:
    noon = {"start": "12:00", "end": "13:00"}

    answer = change(office, quiet_hours=[NIGHT, noon], timezone="Europe/Vienna")

    windows = [NIGHT, {"days": WEEK, **noon}]
    assert answer.json == SAID | {"quiet_hours": windows, "timezone": "Europe/Vienna", "revision": 1}
    changed = change(office, digest_hour=0, digest_weekday="sunday", most_per_hour=3).json
    assert (changed["quiet_hours"], changed["timezone"], changed["digest_hour"]) == (windows, "Europe/Vienna", 0)
    assert changed["most_per_hour"] == 3
    nothing = dict.fromkeys(("quiet_hours", "timezone", "digest_hour", "digest_weekday", "most_per_hour"))
    cleared = change(office, **nothing).json
    assert cleared | {"revision": 0} == SAID


def test_what_was_shown_may_be_put_back_as_a_whole(office: Office) -> None:
    shown = change(office, quiet_hours=[NIGHT], digest_hour=3).json

    assert change(office, **shown).json == shown | {"revision": 2}
    assert change(office, **shown).status == 409


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"quiet_hours": [{"start": "24:00", "end": "6:00"}]}, ["quiet_hours.0.start", "quiet_hours.0.end"]),
        ({"quiet_hours": [NIGHT | {"days": []}]}, ["quiet_hours.0.days"]),
        ({"quiet_hours": [NIGHT | {"days": ["mon"]}]}, ["quiet_hours.0.days.0"]),
        ({"quiet_hours": [NIGHT] * 22}, ["quiet_hours"]),
        ({"quiet_hours": [{"start": "00:00", "end": "00:00"}]}, ["quiet_hours"]),
        ({"quiet_hours": [{"start": "08:00", "end": "07:59"}], "digest_hour": 24}, ["digest_hour", "quiet_hours"]),
        ({"timezone": "Europe/Nowhere", "digest_weekday": "someday"}, ["timezone", "digest_weekday"]),
        ({"most_per_hour": 0}, ["most_per_hour"]),
        ({"most_per_hour": 101}, ["most_per_hour"]),
        ({"quiet": []}, ["quiet"]),
    ],
)
def test_what_cannot_be_is_named_by_field(office: Office, body: dict[str, Any], fields: list[str]) -> None:
    answer = change(office, **body)

    assert (answer.status, list(answer.fields)) == (422, fields)


def test_an_hour_of_the_week_is_left_free(office: Office) -> None:
    six_days = {"days": WEEK[:6], "start": "00:00", "end": "00:00"}

    assert change(office, quiet_hours=[six_days, {"days": ["sunday"], "start": "01:00", "end": "00:00"}]).status == 200
    assert change(office, quiet_hours=[six_days, {"days": ["sunday"], "start": "00:59", "end": "00:00"}]).status == 422


def test_settings_are_a_users_own_and_of_a_user_who_is_there(office: Office) -> None:
    change(office, digest_hour=3)

    assert change(office, caller=VIEWER, digest_hour=4).status == 403
    assert office("GET", "users/nobody/notification-settings").status == 404
    assert office("PUT", "users/nobody/notification-settings", {}).status == 404
    assert office("GET", "users/ann/notification-settings", caller=STRANGER).json == SAID
    assert office("GET", "users/olaf/notification-settings", caller=STRANGER).status == 404


def test_a_tenants_defaults_are_kept_one_by_one(office: Office) -> None:
    first = {"enabled": True, "job_types": ["sync"], "delivery": "daily", "roles": ["operator", "admin"]}

    change_tenants(office, defaults={"job_failed": first}, digest_hour=6)
    answer = change_tenants(office, defaults={"job_success": {"enabled": False}}, digest_weekday="friday")

    assert answer.json == TENANTS | {
        "defaults": {
            "job_failed": first | {"roles": ["admin", "operator"]},
            "job_success": {"enabled": False, "job_types": [], "delivery": "immediate", "roles": []},
        },
        "digest_hour": 6,
        "digest_weekday": "friday",
        "revision": 2,
    }
    assert office("GET", "settings/preferences", caller=VIEWER).json == answer.json
    assert list(change_tenants(office, defaults={"job_failed": None}).json["defaults"]) == ["job_success"]
    assert change_tenants(office, defaults=None).json["defaults"] == {}
    assert office("GET", "settings/preferences", caller=STRANGER).json == TENANTS


def test_how_many_come_at_once_is_the_users_word_else_the_tenants_else_ten(office: Office) -> None:
    def holding() -> int:
        found: int = office("GET", "users/ann/effective-preferences").json["most_per_hour"]
        return found

    assert holding() == 10
    change_tenants(office, most_per_hour=20)
    assert holding() == 20
    change(office, most_per_hour=3)
    assert holding() == 3


def test_a_tenants_word_is_used_where_the_user_has_none(office: Office) -> None:
    change_tenants(office, defaults={"job_success": {"enabled": True, "delivery": "daily"}}, digest_hour=6)

    told = office.effective("vera")["job_success"]

    assert (told["enabled"], told["delivery"], told["rule"]) == (True, "daily", "tenant")
    assert office("GET", "users/vera/effective-preferences").json["digest_hour"] == 6


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"defaults": {"job_lost": {"enabled": True}}}, ["defaults.job_lost"]),
        ({"defaults": {"job_failed": {"enabled": True, "roles": ["viewer"]}}}, ["defaults.job_failed.roles"]),
        ({"defaults": {"job_failed": {"delivery": "daily"}}}, ["defaults.job_failed.enabled"]),
        ({"defaults": {"job_failed": {"enabled": True, "roles": ["chief"]}}}, ["defaults.job_failed.roles.0"]),
        ({"confirmation_url": "https://evil.example.com/x"}, ["confirmation_url"]),
        ({"confirmation_url": "javascript:x", "digest_hour": -1}, ["digest_hour", "confirmation_url"]),
    ],
)
def test_what_a_tenant_cannot_say_is_named_by_field(office: Office, body: dict[str, Any], fields: list[str]) -> None:
    answer = change_tenants(office, **body)

    assert (answer.status, list(answer.fields)) == (422, fields)
    assert office("GET", "settings/preferences").json == TENANTS


def test_an_opt_out_may_be_the_default_of_any_role(office: Office) -> None:
    assert change_tenants(office, defaults={"job_failed": {"enabled": False, "roles": ["viewer"]}}).status == 200


def test_a_tenants_settings_are_an_admins_and_changed_as_they_were_seen(office: Office) -> None:
    assert office("PUT", "settings/preferences", {}).status == 403
    assert change_tenants(office, revision=0, digest_hour=1).status == 200
    assert change_tenants(office, revision=0, digest_hour=2).status == 409
    assert change_tenants(office, confirmation_url=None).json["confirmation_url"] is None


def told(log: MemoryAuditLog) -> list[dict[str, Any]]:
    """What each entry tells of, as plain JSON."""
    return [json.loads(json.dumps(entry.deed.after)) for entry in log.entries]


def test_the_log_tells_of_all_that_a_user_said(office: Office) -> None:
    digests = {"digest_hour": 7, "digest_weekday": "friday"}

    change(office, quiet_hours=[NIGHT], timezone="Europe/Vienna", most_per_hour=3, **digests)

    assert told(office.user_settings.log) == [
        {
            "quiet_hours": [{"days": ["friday", "monday"], "start": "22:00:00", "end": "06:30:00"}],
            "timezone": "Europe/Vienna",
            "digest_hour": 7,
            "digest_weekday": "friday",
            "most_per_hour": 3,
            "revision": 1,
        }
    ]


def test_the_log_tells_of_all_that_a_tenant_said(office: Office) -> None:
    default = {"enabled": True, "job_types": ["backup"], "delivery": "daily", "roles": ["operator", "admin"]}
    url = f"{CONFIRM}/here"

    times = {"digest_hour": 7, "digest_weekday": "friday", "most_per_hour": 20}

    change_tenants(office, defaults={"job_failed": default}, confirmation_url=url, **times)

    assert told(office.tenants.log) == [
        {
            "defaults": {"job_failed": default | {"roles": ["admin", "operator"]}},
            "digest_hour": 7,
            "digest_weekday": "friday",
            "most_per_hour": 20,
            "confirmation_url": url,
            "revision": 1,
        }
    ]
