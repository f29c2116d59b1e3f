"""Every act of ``audit.acts`` through the routes of the api, on moto: what it leaves in the log, and what not."""

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from moto import mock_aws
from pynamodb.models import Model

from postroom.audit.acts import ACTS, NoEntry
from postroom.bootstrap.api import build_api
from postroom.bootstrap.aws import forget_clients
from postroom.bootstrap.directory import build_directory
from postroom.change import Change, Set
from postroom.clock import system_clock
from postroom.ids import new_id
from postroom.messages.store import DynamoMessages
from postroom.oauth2.store import DIRECTORY_ROWS as CONSENT_ROWS
from postroom.settings import read_settings
from postroom.templates.own.rows import ROWS as TEMPLATE_ROWS
from postroom.tenancy.first_key import MakePlatformKey
from postroom.tenancy.model import Caller, Role
from postroom.web.api import Api
from tests.fakes.http import Answer, authorised, request, send
from tests.fakes.settings import UNUSED
from tests.fakes.tables import ENVIRONMENT, shape
from tests.faults.bare_aws import ROWS

PASSWORD = "correct-horse-battery"
HIDDEN_TEXT = "text of a template that no entry repeats"
PLATFORM = Caller("platform", "key_platform", Role.PLATFORM)


class Desk:
    """A tenant's admin, in a world with nothing else of that tenant's."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.tenant_id = new_id("ten", system_clock())
        self.admin = Caller(self.tenant_id, "key_admin", Role.ADMIN)

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        caller: Caller | None = None,
        **more: Any,  # noqa: ANN401
    ) -> Answer:
        event = request(method, path, body, **more)
        event["requestContext"]["http"] |= {"sourceIp": "192.0.2.7", "userAgent": "a client/1.0\x1b"}
        return send(self._api, authorised(event, caller or self.admin))

    def made(self, method: str, path: str, body: object = None, **more: Any) -> dict[str, Any]:  # noqa: ANN401
        answer = self.send(method, path, body, **more)
        assert answer.status < 300, answer.text
        found: dict[str, Any] = answer.json
        return found

    def log(self, caller: Caller | None = None, **query: str) -> list[dict[str, Any]]:
        """The oldest first."""
        path = "/v1/platform/audit" if caller is PLATFORM else "/v1/audit"
        answer = self.send("GET", path, query={"limit": "100", "order": "created_at", **query}, caller=caller)
        assert answer.status == 200, answer.text
        found: list[dict[str, Any]] = answer.json["items"]
        return found

    def account(self, **changes: object) -> str:
        body = {
            "email": "sales@example.com",
            "smtp_host": "127.0.0.1",
            "smtp_port": _closed_port(),
            "smtp_use_tls": True,
            "smtp_username": "sales",
            "smtp_password": PASSWORD,
        }
        return str(self.made("POST", "/v1/accounts", body | changes)["id"])

    def pool(self) -> str:
        body = {"name": "Sales", "account_ids": [self.account()]}
        return str(self.made("POST", "/v1/pools", body)["id"])

    def template(self) -> str:
        body = {"name": "hello", "subject": "Hello", "text": HIDDEN_TEXT}
        return str(self.made("POST", "/v1/templates", body)["id"])

    def message(self, **changes: object) -> str:
        self.account(status="active")
        body = {"to": ["ann@example.com"], "subject": "Hello", "text": "x", "send_at": in_an_hour()}
        return str(self.made("POST", "/v1/messages", {**body, **changes})["id"])

    def uncertain(self) -> str:
        message_id = self.message(send_at=None)
        store = DynamoMessages(read_settings(os.environ).retention)
        store.change(self.tenant_id, message_id, Change((Set(("status",), "uncertain"),)))
        return message_id

    def an_import(self) -> str:
        return str(self.made("POST", "/v1/users/imports", {"format": "csv"})["id"])

    def uploaded(self) -> str:
        import_id = self.an_import()
        key = f"imports/{self.tenant_id}/{import_id}/source"
        boto3.client("s3").put_object(Bucket="contents", Key=key, Body=b"id,email\nann,ann@example.com\n")
        return import_id


def in_an_hour() -> str:
    return (system_clock() + timedelta(hours=1)).isoformat()


def _closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with patch.dict("os.environ", ENVIRONMENT), mock_aws():
        dynamodb, sqs = boto3.client("dynamodb"), boto3.client("sqs")
        for name in ("accounts", "messages", "directory", "notifications"):
            dynamodb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **shape(name))
        queue = sqs.create_queue(QueueName="all")["QueueUrl"]
        boto3.client("s3").create_bucket(
            Bucket="contents", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        settings = {name: queue for name in UNUSED if name.endswith("_URL")}
        ours = {
            "POSTROOM_STAGE": "test",
            "POSTROOM_LOCAL": "true",
            "CONTENT_BUCKET": "contents",
            "SECRET_PREFIX": "test/",
            "SEALING_SECRET": "sealing",
            "LINKS_SECRET": "links",
            "STACK_NAME": "test",
            "ALARM_TOPIC": "test",
            "DEAD_LETTER_QUEUE_URL": sqs.create_queue(QueueName="dead")["QueueUrl"],
            "PUBLIC_URL": "https://mail.example.org",
            "GOOGLE_CLIENT_ID": "our-client",
        }
        tables = {f"{name.upper()}_TABLE": name for name in ("accounts", "messages", "directory", "notifications")}
        with patch.dict("os.environ", settings | ours | tables):
            _forget()
            yield build_api(read_settings(os.environ))
        _forget()


def _forget() -> None:
    rows: tuple[type[Model], ...] = (*ROWS, *TEMPLATE_ROWS, *CONSENT_ROWS)
    forget_clients()
    for row in rows:
        row._connection = None


@pytest.fixture
def desk(api: Api) -> Desk:
    return Desk(api)


@dataclass(frozen=True)
class Act:
    """``prepared`` makes what the path names; ``before`` and ``after`` are what the entry must have at least."""

    target: str
    after: Mapping[str, object] = field(default_factory=dict)
    before: Mapping[str, object] = field(default_factory=dict)
    body: object = None
    prepared: Callable[[Desk], str] = lambda _: ""
    caller: Caller | None = None


def _gmail(desk: Desk) -> str:
    return desk.account(connection_type="gmail", smtp_host="smtp.gmail.com", smtp_port=587)


def _active(desk: Desk) -> str:
    return desk.account(status="active")


def _user(desk: Desk) -> str:
    return str(desk.made("PUT", "/v1/users/ann", {"email": "ann@example.com"})["id"])


def _key(desk: Desk) -> str:
    return str(desk.made("POST", "/v1/keys", {"name": "ci", "role": "viewer"})["id"])


def _published(desk: Desk) -> str:
    template_id = desk.template()
    for text in ("one", "two"):
        desk.made("PUT", f"/v1/templates/{template_id}", {"text": text})
        desk.made("POST", f"/v1/templates/{template_id}/publish")
    return template_id


def _tenant(desk: Desk) -> str:
    return str(desk.made("POST", "/v1/tenants", {"name": "Acme"}, caller=PLATFORM)["id"])


NOTIFICATION = {"subject": "Hello", "message": "It works", "email_type": "notification"}


def _job(desk: Desk) -> str:
    body = {"user_ids": ["ann"], **NOTIFICATION}
    return str(desk.made("POST", "/v1/notifications/users", body)["id"])


def _a_user(desk: Desk) -> str:
    return str(desk.made("PUT", "/v1/users/user-7", {"email": "ann@example.com"})["id"])


def _event_type(desk: Desk) -> str:
    desk.made("PUT", "/v1/event-types/deploys", {"nature": "news", "template": "job_success"})
    return "deploys"


def _preference(desk: Desk) -> str:
    body = {"user": _a_user(desk), "event_type": "job_success", "enabled": True}
    return str(desk.made("POST", "/v1/preferences", body)["id"])


ACCOUNT, POOL, TEMPLATE, MESSAGE = "account/{id}", "pool/{id}", "template/{id}", "message/{id}"
IMPORT, KEY = "import/{id}", "key/{id}"

SCENARIOS: dict[str, Act] = {
    "POST /v1/keys": Act(KEY, {"name": "ci", "role": "viewer"}, body={"name": "ci", "role": "viewer"}),
    "DELETE /v1/keys/{key_id}": Act(KEY, prepared=_key),
    "POST /v1/accounts": Act(
        ACCOUNT,
        {"email": "sales@example.com", "daily_limit": 30, "password_changed": True, "revision": 1},
        body={"email": "sales@example.com", "smtp_host": "127.0.0.1", "smtp_password": PASSWORD, "smtp_username": "x"},
    ),
    "PUT /v1/accounts/{account_id}": Act(
        ACCOUNT,
        {"daily_limit": 50, "revision": 2, "password_changed": True},
        {"daily_limit": 30, "revision": 1},
        {"daily_limit": 50, "smtp_password": f"{PASSWORD}-2"},
        Desk.account,
    ),
    "DELETE /v1/accounts/{account_id}": Act(
        ACCOUNT, before={"email": "sales@example.com", "revision": 1}, prepared=Desk.account
    ),
    "POST /v1/accounts/{account_id}/pause": Act(
        ACCOUNT, {"status": "inactive"}, {"status": "active"}, prepared=_active
    ),
    "POST /v1/accounts/{account_id}/resume": Act(
        ACCOUNT, {"status": "active"}, {"status": "pending"}, prepared=Desk.account
    ),
    "POST /v1/accounts/{account_id}/reset": Act(ACCOUNT, {"resets": 1}, {"resets": 0}, prepared=Desk.account),
    "POST /v1/accounts/{account_id}/test-connection": Act(ACCOUNT, prepared=Desk.account),
    "POST /v1/accounts/test-connections": Act("accounts"),
    "POST /v1/accounts/{account_id}/test-email": Act(
        ACCOUNT, {"recipient_email": "ann@example.com"}, body={"recipient_email": "ann@example.com"}, prepared=_active
    ),
    "POST /v1/accounts/{account_id}/oauth2/authorize": Act(ACCOUNT, {"mailbox": "sales"}, prepared=_gmail),
    "POST /v1/pools": Act(POOL, {"name": "Sales", "revision": 1}, body={"name": "Sales", "account_ids": "{accounts}"}),
    "PUT /v1/pools/{pool_id}": Act(
        POOL, {"name": "Other", "revision": 2}, {"name": "Sales", "revision": 1}, {"name": "Other"}, Desk.pool
    ),
    "DELETE /v1/pools/{pool_id}": Act(POOL, before={"name": "Sales", "revision": 1}, prepared=Desk.pool),
    "PUT /v1/settings": Act("settings", {"strategy": "sticky"}, body={"strategy": "sticky"}),
    "POST /v1/messages/{message_id}/cancel": Act(
        MESSAGE, {"status": "cancelled"}, {"status": "scheduled"}, prepared=Desk.message
    ),
    "POST /v1/messages/{message_id}/resend": Act(
        MESSAGE, {"status": "queued"}, {"status": "uncertain"}, prepared=Desk.uncertain
    ),
    "PUT /v1/keys/{key_id}": Act(KEY, {"name": "batch"}, {"name": "ci"}, {"name": "batch"}, _key),
    "PUT /v1/tenants/{tenant_id}/limits": Act(
        "tenant/{id}",
        {"requests_per_minute": 77},
        body={"requests_per_minute": 77},
        prepared=_tenant,
        caller=PLATFORM,
    ),
    "POST /v1/notifications/users": Act(
        "job/{id}", {"users": 1, "kind": "notification"}, body={"user_ids": ["ann"], **NOTIFICATION}
    ),
    "POST /v1/notifications/user-types": Act(
        "job/{id}", {"user_types": ["admins"]}, body={"user_types": ["admins"], **NOTIFICATION}
    ),
    "POST /v1/jobs/{job_id}/cancel": Act("job/{id}", {"status": "cancelling"}, {"status": "waiting"}, prepared=_job),
    "PUT /v1/event-types/{event_type}": Act(
        "event_type/{id}",
        {"priority": "high", "revision": 2},
        {"priority": "normal", "revision": 1},
        {"priority": "high"},
        _event_type,
    ),
    "DELETE /v1/event-types/{event_type}": Act("event_type/{id}", before={"revision": 1}, prepared=_event_type),
    "POST /v1/preferences": Act(
        "preference/user-7~job_failed",
        {"enabled": False},
        body={"user": "user-7", "event_type": "job_failed", "enabled": False},
        prepared=_a_user,
    ),
    "PUT /v1/preferences/bulk": Act(
        "preference/user-7~job_failed",
        {"enabled": False},
        body={"preferences": [{"user": "user-7", "event_type": "job_failed", "enabled": False}]},
        prepared=_a_user,
    ),
    "PUT /v1/preferences/{preference_id}": Act(
        "preference/{id}", {"delivery": "daily"}, {"delivery": "immediate"}, {"delivery": "daily"}, _preference
    ),
    "DELETE /v1/preferences/{preference_id}": Act("preference/{id}", before={"enabled": True}, prepared=_preference),
    "PUT /v1/users/{user_id}/notification-settings": Act(
        "user/{id}", {"digest_hour": 7, "revision": 1}, {"revision": 0}, {"digest_hour": 7}, _a_user
    ),
    "POST /v1/users/{user_id}/preference-links/revoke": Act("user/{id}", prepared=_a_user),
    "PUT /v1/settings/preferences": Act(
        "settings/preferences", {"digest_hour": 7, "revision": 1}, {"revision": 0}, {"digest_hour": 7}
    ),
    "POST /v1/system/redrive": Act("dead-letters", {"limit": 5}, body={"limit": 5}, caller=PLATFORM),
    "PUT /v1/users/{user_id}": Act(
        "user/{id}", {"name": "Ann", "revision": 2}, {"revision": 1}, {"name": "Ann"}, prepared=_user
    ),
    "DELETE /v1/users/{user_id}": Act("user/{id}", before={"email": "ann@example.com", "revision": 1}, prepared=_user),
    "POST /v1/users/imports": Act(IMPORT, {"format": "csv"}, body={"format": "csv"}),
    "POST /v1/users/imports/{import_id}/upload": Act(IMPORT, prepared=Desk.an_import),
    "POST /v1/users/imports/{import_id}/start": Act(
        IMPORT, {"status": "running"}, {"status": "waiting"}, prepared=Desk.uploaded
    ),
    "POST /v1/templates": Act(
        TEMPLATE, {"name": "hello", "revision": 1}, body={"name": "hello", "subject": "Hello", "text": HIDDEN_TEXT}
    ),
    "PUT /v1/templates/{template_id}": Act(
        TEMPLATE, {"name": "other", "revision": 2}, {"name": "hello", "revision": 1}, {"name": "other"}, Desk.template
    ),
    "DELETE /v1/templates/{template_id}": Act(
        TEMPLATE, before={"name": "hello", "revision": 1}, prepared=Desk.template
    ),
    "POST /v1/templates/{template_id}/publish": Act(
        TEMPLATE, {"live_version": 1, "versions": 1}, {"versions": 0}, prepared=Desk.template
    ),
    "POST /v1/templates/{template_id}/rollback": Act(
        TEMPLATE, {"live_version": 1}, {"live_version": 2}, prepared=_published
    ),
    "PUT /v1/branding": Act("branding", {"name": "Acme", "revision": 1}, {"revision": 0}, {"name": "Acme"}),
    "PUT /v1/settings/mails": Act(
        "settings/mails",
        {"origins": ["https://app.example.com"], "revision": 1},
        {"origins": [], "revision": 0},
        {"origins": ["https://app.example.com"]},
    ),
    "POST /v1/tenants": Act("tenant/{id}", {"name": "Acme"}, body={"name": "Acme"}, caller=PLATFORM),
    "POST /v1/tenants/{tenant_id}/keys": Act(
        KEY,
        {"name": "rescue", "role": "admin"},
        body={"name": "rescue", "role": "admin"},
        prepared=_tenant,
        caller=PLATFORM,
    ),
}
BY_THE_PLATFORM_ALONE = {"DELETE /v1/platform/keys/{key_id}"}
"""Its keys are made by a command: see below."""


def test_there_is_a_scenario_for_every_act() -> None:
    acts = {route for route, act in ACTS.items() if not isinstance(act, NoEntry)}

    assert set(SCENARIOS) | BY_THE_PLATFORM_ALONE == acts


def path_of(route: str, thing: str) -> tuple[str, str]:
    method, _, path = route.partition(" ")
    start, brace, rest = path.partition("{")
    return method, f"{start}{thing}{rest.partition('}')[2]}" if brace else path


def body_of(act: Act, desk: Desk) -> object:
    if isinstance(act.body, dict) and act.body.get("account_ids") == "{accounts}":
        return act.body | {"account_ids": [desk.account()]}
    return act.body


@pytest.mark.parametrize("route", SCENARIOS)
def test_an_act_leaves_one_entry_that_says_who_what_and_from_where(desk: Desk, route: str) -> None:
    act = SCENARIOS[route]
    thing = act.prepared(desk)
    body = body_of(act, desk)
    known = {entry["id"] for entry in desk.log(act.caller)}

    method, path = path_of(route, thing)
    answer = desk.send(method, path, body, caller=act.caller)

    assert answer.status < 300, answer.text
    [entry] = [one for one in desk.log(act.caller) if one["id"] not in known]
    made = answer.json["id"] if route.startswith("POST") and "{id}" in act.target and not thing else thing
    made = answer.json["id"] if act.target == KEY and method == "POST" else made
    assert entry["action"] in [str(action) for action in ACTS[route]]  # type: ignore[union-attr]
    assert entry["target"] == act.target.format(id=made)
    assert {name: entry["after"].get(name) for name in act.after} == act.after
    assert {name: entry["before"].get(name) for name in act.before} == act.before
    assert entry["actor"] == {
        "tenant_id": None if act.caller is PLATFORM else desk.tenant_id,
        "key_id": (act.caller or desk.admin).key_id,
        "role": (act.caller or desk.admin).role.value,
        "user_id": (act.caller or desk.admin).user_id,
        "source_ip": "192.0.2.7",
        "user_agent": "a client/1.0",
        "request_id": "request-1",
    }


@pytest.mark.parametrize("route", SCENARIOS)
def test_an_act_that_is_refused_leaves_none(desk: Desk, route: str) -> None:
    act = SCENARIOS[route]
    known = len(desk.log(act.caller))
    viewer = Caller(desk.tenant_id, "key_v", Role.VIEWER)
    method, path = path_of(route, "ten_00000000000000000000000000")

    refused = [desk.send(method, path, act.body, caller=viewer)]
    if "{" in route:
        refused.append(desk.send(method, path, act.body, caller=act.caller))
    if act.body is not None:
        refused.append(desk.send(method, path, {"unknown": 1}, caller=act.caller))

    assert [answer.status for answer in refused if not 400 <= answer.status < 500] == []
    assert len(desk.log(act.caller)) == known


def test_a_conflict_leaves_no_entry(desk: Desk) -> None:
    pool_id, known = desk.pool(), len(desk.log())

    answer = desk.send("PUT", f"/v1/pools/{pool_id}", {"name": "Other", "revision": 7})
    refused = desk.send("POST", f"/v1/accounts/{desk.account()}/test-email", {"recipient_email": "ann@example.com"})

    assert (answer.status, refused.status) == (409, 409)
    assert [one["action"] for one in desk.log()[known:]] == ["account.created"]


def test_no_secret_is_in_any_entry(desk: Desk) -> None:
    account_id = desk.account()
    desk.made("PUT", f"/v1/accounts/{account_id}", {"smtp_password": f"{PASSWORD}-2"})
    issued = desk.made("POST", "/v1/keys", {"name": "ci", "role": "viewer"})["key"]
    tenant = desk.made("POST", "/v1/tenants", {"name": "Acme"}, caller=PLATFORM)["admin_key"]["key"]
    upload = desk.made("POST", "/v1/users/imports", {"format": "csv"})["upload"]["url"]
    consent = desk.made("POST", f"/v1/accounts/{_gmail(desk)}/oauth2/authorize")["authorization_url"]
    desk.made("PUT", f"/v1/templates/{desk.template()}", {"text": f"{HIDDEN_TEXT}, changed"})
    state = parse_qs(urlsplit(consent).query)["state"][0]

    kept = boto3.client("dynamodb").scan(TableName="directory", ConsistentRead=True)["Items"]
    entries = [str(item) for item in kept if "#AUDIT" in item["pk"]["S"]]

    assert len([one for one in entries if desk.tenant_id in one]) > 20
    for secret in (PASSWORD, HIDDEN_TEXT, issued, issued[-20:], tenant, upload, state, "AWS4-HMAC", "code_challenge"):
        assert not [one for one in entries if secret in one], secret


def test_an_account_that_is_deleted_by_force_leaves_its_pools_in_the_log_as_well(desk: Desk) -> None:
    pool_id = desk.pool()
    [account_id] = desk.made("GET", f"/v1/pools/{pool_id}")["account_ids"]

    desk.send("DELETE", f"/v1/accounts/{account_id}", query={"force": "true"})

    left = desk.log(target=f"pool/{pool_id}")[-1]
    assert (left["action"], left["before"]["account_ids"]) == ("pool.changed", [account_id])
    assert left["after"] == {"account_ids": [], "revision": 2}
    assert desk.log()[-1]["target"] in {f"account/{account_id}", f"pool/{pool_id}"}


def test_of_a_key_that_is_bound_to_a_user_the_user_is_told(desk: Desk) -> None:
    preference, bound = _preference(desk), Caller(desk.tenant_id, "key_b", Role.VIEWER, "user-7")

    desk.made("PUT", f"/v1/preferences/{preference}", {"enabled": False}, caller=bound)

    [entry] = desk.log(key_id="key_b")
    assert (entry["actor"]["user_id"], entry["actor"]["role"]) == ("user-7", "viewer")


def test_what_is_changed_twice_by_one_request_is_told_twice(desk: Desk) -> None:
    named = {"user": _a_user(desk), "event_type": "job_success"}
    changes = [named | {"enabled": enabled} for enabled in (True, False, True)]

    desk.made("PUT", "/v1/preferences/bulk", {"preferences": changes})

    told = desk.log(target="preference/user-7~job_success")
    assert sorted(entry["after"]["revision"] for entry in told) == [1, 2, 3]


def test_an_event_type_that_is_deleted_by_force_leaves_what_it_takes_along_in_the_log(desk: Desk) -> None:
    user, event_type = _a_user(desk), _event_type(desk)
    desk.made("POST", "/v1/preferences", {"user": user, "event_type": event_type, "enabled": True})
    default = {event_type: {"enabled": True, "roles": ["admin"]}}
    desk.made("PUT", "/v1/settings/preferences", {"defaults": default})
    known = [entry["id"] for entry in desk.log()]

    assert desk.send("DELETE", f"/v1/event-types/{event_type}", query={"force": "true"}).status == 204

    told = [(entry["action"], entry["target"]) for entry in desk.log() if entry["id"] not in known]
    assert sorted(told) == [
        ("event_type.deleted", f"event_type/{event_type}"),
        ("preference.deleted", f"preference/{user}~{event_type}"),
        ("preference_settings.changed", "settings/preferences"),
    ]


def test_a_user_who_is_deleted_leaves_the_preferences_in_the_log_as_well(desk: Desk) -> None:
    preference = _preference(desk)

    assert desk.send("DELETE", "/v1/users/user-7").status == 204

    told = {(entry["action"], entry["target"]) for entry in desk.log()}
    assert {("user.deleted", "user/user-7"), ("preference.deleted", f"preference/{preference}")} <= told


def test_a_request_that_is_repeated_leaves_one_entry(desk: Desk) -> None:
    headers, body = {"idempotency-key": "k1"}, {"name": "ci", "role": "viewer"}

    for _ in range(2):
        desk.made("POST", "/v1/keys", body, headers=headers)

    assert len(desk.log(action="key.issued")) == 1


def test_a_user_that_is_put_as_it_is_leaves_no_further_entry(desk: Desk) -> None:
    for _ in range(2):
        _user(desk)

    assert [one["action"] for one in desk.log()] == ["user.created"]


def test_what_the_platform_does_to_a_tenant_the_tenant_sees_without_the_place(desk: Desk) -> None:
    tenant_id = desk.made("POST", "/v1/tenants", {"name": "Acme"}, caller=PLATFORM)["id"]
    desk.made("POST", f"/v1/tenants/{tenant_id}/keys", {"name": "rescue", "role": "admin"}, caller=PLATFORM)

    seen = desk.log(Caller(tenant_id, "key_t", Role.ADMIN))

    assert [one["action"] for one in seen] == ["tenant.created", "key.issued"]
    assert {(one["actor"]["key_id"], one["actor"]["source_ip"], one["actor"]["user_agent"]) for one in seen} == {
        ("key_platform", None, None)
    }
    assert seen[-1]["id"] in {one["id"] for one in desk.log(PLATFORM, target=seen[-1]["target"])}


def test_a_platform_key_that_is_revoked_is_in_the_platforms_log(desk: Desk) -> None:
    make = MakePlatformKey(build_directory("directory"), system_clock)
    kept, lost = (make(another=True) for _ in range(2))

    answer = desk.send("DELETE", f"/v1/platform/keys/{lost.key.id}", caller=PLATFORM)

    made, revoked = desk.log(PLATFORM, target=f"key/{lost.key.id}")
    assert answer.status == 204
    assert (made["action"], made["actor"]["key_id"]) == ("key.issued", None)
    assert (revoked["action"], revoked["actor"]["key_id"]) == ("key.revoked", "key_platform")
    assert kept.text not in str(desk.log(PLATFORM))


def test_the_log_is_filtered_and_read_page_by_page(desk: Desk) -> None:
    account_id = desk.account()
    for limit in range(40, 45):
        desk.made("PUT", f"/v1/accounts/{account_id}", {"daily_limit": limit})
    desk.made("PUT", "/v1/branding", {"name": "Acme"})

    query, shown = {"limit": "2", "target": f"account/{account_id}", "action": "account.changed"}, []
    while True:
        page = desk.made("GET", "/v1/audit", query=query)
        shown += [one["after"]["daily_limit"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]

    assert shown == [44, 43, 42, 41, 40]
    assert desk.log(key_id="key_other") == []
    assert len(desk.log(key_id="key_admin")) == 7
    assert desk.log(to="2020-01-01") == []
    assert len(desk.made("GET", "/v1/audit", query={"from": "2020-01-01"})["items"]) == 7


@pytest.mark.parametrize(
    ("query", "field"),
    [({"action": "pool.polished"}, "action"), ({"from": "yesterday"}, "from"), ({"cursor": "x"}, "cursor")],
)
def test_a_filter_that_is_wrong_is_named(desk: Desk, query: dict[str, str], field: str) -> None:
    answer = desk.send("GET", "/v1/audit", query=query)

    assert (answer.status, list(answer.fields)) == (422, [field])


def test_only_an_admin_reads_the_log_and_a_platform_key_only_its_own(desk: Desk) -> None:
    operator = Caller(desk.tenant_id, "key_o", Role.OPERATOR)

    refused = [("/v1/audit", operator), ("/v1/audit", PLATFORM), ("/v1/platform/audit", desk.admin)]

    assert [desk.send("GET", path, caller=caller).status for path, caller in refused] == [403, 403, 403]


def test_the_log_of_another_tenant_is_never_shown(api: Api, desk: Desk) -> None:
    pool_id, stranger = desk.pool(), Desk(api)

    assert stranger.log() == []
    assert stranger.log(target=f"pool/{pool_id}") == []
    assert stranger.log(key_id="key_admin") == []
    assert stranger.log(action="pool.created") == []
