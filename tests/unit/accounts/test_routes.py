"""What the owner of an account does over HTTP, as far as the routes themselves decide it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from postroom.accounts.manage import AccountRules, ChangeAccount, CreateAccount, DeleteAccount, FindAccounts
from postroom.accounts.model import Authorization, LastError, Lesson, PipeliningFault, Sessions
from postroom.accounts.reset import ResetAccount
from postroom.accounts.routes import account_routes, health_routes, usage_routes
from postroom.accounts.usage import ReadUsage
from postroom.clock import to_milliseconds
from postroom.idempotency.run_once import RunOnce
from postroom.tenancy.model import Caller, Role
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.builders import an_account
from tests.fakes.accounts import MemoryAccounts, MemoryPasswords
from tests.fakes.http import authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.pools import NoTies
from tests.fakes.time import NOON, FakeClock

ADMIN = Caller("ten_a", "key_a", Role.ADMIN)
ONE = "/v1/accounts/acc_1"
DAILY = (NOON + timedelta(days=6)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Owner:
    """Has one account, whose server was seen to pipeline badly and to want less and slower."""

    def __init__(self) -> None:
        store, clock, routes = MemoryAccounts(), FakeClock(), Routes()
        self.store, self.passwords = store, MemoryPasswords()
        store.add(
            an_account(
                secret_version="v",
                pipelining_fault=PipeliningFault(NOON, "503 5.5.1 out of order"),
                learned_daily=Lesson(12, NOON),
                learned_spacing=Lesson(8_000, NOON),
            )
        )
        needs = (store, self.passwords, AccountRules(local=False), lambda *_, paced=True: None, clock)
        find, change = FindAccounts(store), ChangeAccount(*needs)
        account_routes(
            routes, find, CreateAccount(*needs), change, DeleteAccount(*needs[:2], NoTies(), needs[3]), clock=clock
        )
        health_routes(routes, find, change, clock=clock)
        usage_routes(routes, find, ResetAccount(store, needs[3], clock), ReadUsage(store, clock), clock=clock)
        self._api = Api(routes, RunOnce(MemoryRecords(), clock), clock)

    def __call__(self, method: str, path: str, body: object = None, *, status: int = 200) -> Any:  # noqa: ANN401 - JSON
        answer = send(self._api, authorised(request(method, path, body), ADMIN))
        assert answer.status == status, answer.text
        return answer.json


def test_what_was_read_and_is_sent_back_changes_nothing_that_was_learned() -> None:
    owner = Owner()
    shown = owner("GET", ONE)

    changed = owner("PUT", ONE, shown | {"daily_limit": 7})

    assert changed["daily_limit"] == 7
    assert changed["pipelining"] == shown["pipelining"]
    assert changed["pipelining"]["reason"] == "503 5.5.1 out of order"


@pytest.mark.parametrize(
    ("path", "in_use", "reason"), [(f"{ONE}/resume", True, None), (f"{ONE}/pause", False, "503 5.5.1 out of order")]
)
def test_who_resumes_an_account_lets_its_server_pipeline_again(path: str, *, in_use: bool, reason: str | None) -> None:
    pipelining = Owner()("POST", path)["pipelining"]

    assert (pipelining["in_use"], pipelining["reason"]) == (in_use, reason)


def test_the_providers_are_listed_with_what_they_allow() -> None:
    presets = {preset["id"]: preset for preset in Owner()("GET", "/v1/accounts/presets")["items"]}

    assert {"gmail", "microsoft_365", "yahoo", "zoho", "ses", "custom"} < presets.keys()
    assert presets["microsoft_365"]["ports"] == [{"port": 587, "tls": "starttls"}]
    assert presets["microsoft_365"]["limits"]["pace"]["count"] == 30
    assert presets["zoho"]["limits"]["daily"]["source"]["read_on"] == "2026-11-20"
    assert presets["gmail"]["limits"]["daily"]["source"]["read_on"] is None
    assert presets["custom"]["limits"] == dict.fromkeys(presets["gmail"]["limits"])


def test_an_account_that_names_its_provider_needs_no_server() -> None:
    body = {"email": "ann@gmail.com", "connection_type": "gmail", "smtp_password": "app password"}

    account = Owner()("POST", "/v1/accounts", body, status=201)

    assert (account["smtp_host"], account["smtp_port"], account["smtp_use_tls"]) == ("smtp.gmail.com", 587, True)
    assert (account["smtp_username"], account["quota_window"]) == ("ann@gmail.com", "rolling_24h")


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        (
            {
                "smtp_host": "https://smtp.example.com/",
                "smtp_port": 65536,
                "smtp_use_tls": True,
                "smtp_use_ssl": True,
                "daily_limit": -1,
                "min_wait_time": -0.5,
                "max_connections": 0,
                "timezone": "Mars/Base",
            },
            {
                "smtp_host",
                "smtp_port",
                "smtp_use_ssl",
                "daily_limit",
                "min_wait_time",
                "max_connections",
                "timezone",
            },
        ),
        (
            {"connection_type": "gmail", "smtp_host": "smtp.example.com", "smtp_port": 25, "daily_limit": 501}
            | {"email": "ann@gmail.com", "smtp_username": "ann", "smtp_use_tls": True},
            {"smtp_host", "smtp_port", "daily_limit"},
        ),
        (
            {"connection_type": "gmail", "smtp_host": "smtp.example.com", "smtp_port": 65536, "smtp_use_tls": True},
            {"smtp_host", "smtp_port"},
        ),
    ],
)
def test_bad_input_is_said_all_at_once_and_leaves_neither_account_nor_secret(
    wrong: dict[str, object], fields: set[str]
) -> None:
    owner = Owner()
    good = {"email": "ann@example.com", "smtp_host": "smtp.example.com", "smtp_password": "secret"}

    problem = owner("POST", "/v1/accounts", good | wrong, status=422)

    assert {error["field"] for error in problem["errors"]} == fields
    assert len(owner.store.all_of("ten_a")) == 1
    assert owner.passwords.stored == 0


def test_who_resumes_or_resets_an_account_has_what_was_learned_of_its_limits_forgotten() -> None:
    for path in (f"{ONE}/resume", f"{ONE}/reset"):
        owner = Owner()
        before = owner("GET", ONE)["limits"]

        after = owner("POST", path)["limits"]

        assert before["daily"] == {"set": 30, "learned": 12, "provider": None, "effective": 12, "recovers_at": DAILY}
        assert before["spacing"]["learned"] == before["spacing"]["effective"] == 8.0
        assert after["daily"] == {"set": 30, "learned": None, "provider": None, "effective": 30, "recovers_at": None}
        assert after["spacing"]["effective"] == 1.0


def test_a_pause_forgets_nothing_of_the_limits() -> None:
    owner = Owner()

    assert owner("POST", f"{ONE}/pause")["limits"] == owner("GET", ONE)["limits"]


@pytest.mark.parametrize(
    ("change", "learned"),
    [
        ({"daily_limit": 29}, 12),
        ({"smtp_password": "new"}, 12),
        ({"smtp_host": "other.example.com", "smtp_password": "new"}, None),
        ({"email": "other@example.com"}, None),
        ({"smtp_username": "other"}, None),
    ],
)
def test_the_lessons_of_one_mailbox_do_not_bind_another(change: dict[str, object], learned: int | None) -> None:
    assert Owner()("PUT", ONE, change)["limits"]["daily"]["learned"] == learned


def test_the_owner_sees_how_an_account_does() -> None:
    owner = Owner()
    owner.store.add(
        an_account(
            id="acc_2",
            faults=4,
            proven=1,
            rest_until=NOON + timedelta(minutes=8),
            last_error=LastError(NOON, "rate", "421 4.7.28 slow down"),
            last_success=NOON - timedelta(hours=1),
            sessions=Sessions({"s1": to_milliseconds(NOON) + 60_000}, {"2030-01-31": 7}),
            authorization=Authorization(NOON - timedelta(days=9), NOON + timedelta(minutes=40)),
        )
    )

    health = owner("GET", "/v1/accounts/acc_2/health")

    assert (health["status"], health["circuit"], health["consecutive_faults"]) == ("active", "open", 4)
    assert health["open_until"] == "2030-01-31T12:08:00Z"
    assert health["last_success"] == "2030-01-31T11:00:00Z"
    assert health["last_error"] == {"at": "2030-01-31T12:00:00Z", "kind": "rate", "message": "421 4.7.28 slow down"}
    assert (health["logins"], health["open_connections"]) == (7, 1)
    assert health["token_expires_at"] == "2030-01-31T12:40:00Z"
    assert health["limits"]["daily"]["effective"] == 30


def test_the_usage_tells_of_a_day_what_was_sent_what_failed_and_what_was_put_off() -> None:
    owner = Owner()
    counter = replace(
        an_account().counter, day_used=9, tallies={"2030-01-31": {"sent": 9, "failed": 2, "busy": 3, "rate": 1}}
    )
    owner.store.add(an_account(id="acc_2", counter=counter))

    today, yesterday, *_ = owner("GET", "/v1/accounts/acc_2/usage")["items"]

    assert today == {
        "day": "2030-01-31",
        "used": 9,
        "sent": 9,
        "failed": 2,
        "deferred": {"busy": 3, "rate": 1},
    }
    assert yesterday == {"day": "2030-01-30", "used": 0, "sent": 0, "failed": 0, "deferred": {}}


def test_an_account_by_oauth2_needs_its_provider_and_address_alone() -> None:
    body = {"email": "ann@contoso.com", "connection_type": "outlook", "credential": "oauth2"}

    account = Owner()("POST", "/v1/accounts", body, status=201)

    assert (account["smtp_host"], account["smtp_username"], account["max_connections"]) == (
        "smtp.office365.com",
        "ann@contoso.com",
        3,
    )
