"""OAuth2 accounts as their owner sees them over HTTP, and the callback as a browser sees it."""

import importlib.util
import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from local.place import ROOT
from postroom.accounts.health_answers import HealthAnswer
from postroom.accounts.manage import AccountRules, ChangeAccount, CreateAccount, DeleteAccount, FindAccounts
from postroom.accounts.model import AccountStatus, Authorization, CredentialKind
from postroom.accounts.routes import account_routes, health_routes
from postroom.errors import Unavailable
from postroom.idempotency.run_once import RunOnce
from postroom.oauth2.authorize import AskForConsent
from postroom.oauth2.connect import Connected, Outcome, Returned
from postroom.oauth2.page import page_of
from postroom.oauth2.routes import oauth2_routes
from postroom.tenancy.model import Caller, Role
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.fakes.accounts import MemoryPasswords
from tests.fakes.http import Answer, authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.oauth2 import ANN, TENANT, OAuth2World
from tests.fakes.pools import NoTies
from tests.faults.authorization_server import AuthorizationServer

NEW = {
    "email": ANN,
    "connection_type": "gmail",
    "credential": "oauth2",
    "smtp_host": "127.0.0.1",
    "smtp_use_tls": True,
}


class Owner:
    def __init__(self, world: OAuth2World) -> None:
        routes, passwords = Routes(), MemoryPasswords()
        needs = (world.accounts, passwords, AccountRules(local=True), lambda *_, paced=True: None, world.clock)
        find, change = FindAccounts(world.accounts), ChangeAccount(*needs)
        delete = DeleteAccount(world.accounts, passwords, NoTies(), needs[3])
        account_routes(routes, find, CreateAccount(*needs), change, delete, clock=world.clock)
        health_routes(routes, find, change, clock=world.clock)
        oauth2_routes(routes, AskForConsent(find, world.clients, world.consents, world.clock))
        self._api = Api(routes, RunOnce(MemoryRecords(), world.clock), world.clock)

    def __call__(self, method: str, path: str, body: object = None, *, role: Role = Role.ADMIN) -> Answer:
        return send(self._api, authorised(request(method, path, body), Caller(TENANT, "key_a", role)))

    def new(self, **changes: object) -> dict[str, Any]:
        answer = self("POST", "/v1/accounts", NEW | changes)
        assert answer.status == 201, answer.text
        created: dict[str, Any] = answer.json
        return created

    def link(self, account_id: str) -> str:
        return str(self("POST", f"/v1/accounts/{account_id}/oauth2/authorize").json["authorization_url"])


@pytest.fixture
def owner(world: OAuth2World) -> Owner:
    return Owner(world)


def test_an_account_by_oauth2_is_made_without_a_password_and_waits_for_its_owner(owner: Owner) -> None:
    created = owner.new()

    assert created["status"] == "pending"
    assert created["credential"] == "oauth2"
    assert created["smtp_password"] is None
    assert created["oauth2"] == {"connected": False, "authorized_at": None, "expires_at": None}


def test_an_account_by_password_says_so(owner: Owner) -> None:
    created = owner.new(credential="password", smtp_username=ANN, smtp_password="secret", status="active")

    assert (created["credential"], created["oauth2"], created["smtp_password"]) == ("password", None, "********")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"smtp_password": "secret"}, "smtp_password"),
        ({"status": "active"}, "status"),
        ({"credential": "magic"}, "credential"),
    ],
)
def test_what_does_not_go_with_oauth2_is_refused(owner: Owner, changes: dict[str, object], field: str) -> None:
    answer = owner("POST", "/v1/accounts", NEW | changes)

    assert answer.status == 422
    assert field in answer.fields
    assert owner("GET", "/v1/accounts").json["items"] == []


def test_an_account_that_was_not_authorized_cannot_be_switched_on(owner: Owner) -> None:
    account_id = owner.new()["id"]

    answer = owner("POST", f"/v1/accounts/{account_id}/resume")

    assert answer.status == 422
    assert "authorize" in answer.fields["status"]


def test_the_way_from_a_new_account_to_a_connected_one(
    owner: Owner, world: OAuth2World, server: AuthorizationServer
) -> None:
    account_id = owner.new()["id"]

    asked = owner("POST", f"/v1/accounts/{account_id}/oauth2/authorize")
    world.connect(server.consent(asked.json["authorization_url"]))
    shown = owner("GET", f"/v1/accounts/{account_id}")
    health = HealthAnswer.of(world.account(account_id), world.clock()).model_dump(mode="json")

    assert asked.status == 200
    assert health["token_expires_at"] == shown.json["oauth2"]["expires_at"]
    assert asked.json["expires_at"] == "2030-01-31T12:10:00Z"
    assert shown.json["oauth2"] == {
        "connected": True,
        "authorized_at": "2030-01-31T12:00:00Z",
        "expires_at": "2030-01-31T13:00:00Z",
    }
    assert not [secret for secret in server.issued if secret in asked.text + shown.text]


@pytest.mark.parametrize("status", AccountStatus)
def test_an_account_stays_connected_whatever_becomes_of_it(
    owner: Owner, world: OAuth2World, status: AccountStatus
) -> None:
    account = world.add(status=status, authorization=Authorization(world.clock()), secret_version="grant-1")

    shown = owner("GET", f"/v1/accounts/{account.id}").json

    assert (shown["status"], shown["oauth2"]["connected"]) == (status, True)


def test_what_was_read_can_be_sent_back(owner: Owner, world: OAuth2World, server: AuthorizationServer) -> None:
    account_id = owner.new()["id"]
    world.connect(server.consent(owner.link(account_id)))
    shown = owner("GET", f"/v1/accounts/{account_id}").json

    changed = owner("PUT", f"/v1/accounts/{account_id}", shown | {"daily_limit": 7}).json

    assert changed["daily_limit"] == 7
    assert (changed["credential"], changed["oauth2"]) == (shown["credential"], shown["oauth2"])
    assert world.account(account_id).secret_version is not None


def test_a_password_ends_the_use_of_oauth2(owner: Owner, world: OAuth2World, server: AuthorizationServer) -> None:
    account_id = owner.new()["id"]
    world.connect(server.consent(owner.link(account_id)))

    changed = owner("PUT", f"/v1/accounts/{account_id}", {"smtp_username": ANN, "smtp_password": "secret"}).json

    assert (changed["credential"], changed["oauth2"], changed["smtp_password"]) == ("password", None, "********")
    assert world.account(account_id).config.credential is CredentialKind.PASSWORD
    assert world.account(account_id).authorization is None


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.VIEWER])
def test_who_is_no_admin_gets_no_link(owner: Owner, role: Role) -> None:
    account_id = owner.new()["id"]

    assert owner("POST", f"/v1/accounts/{account_id}/oauth2/authorize", role=role).status == 403


def test_what_stands_in_the_way_is_said(owner: Owner) -> None:
    account_id = owner.new(connection_type="smtp")["id"]

    answer = owner("POST", f"/v1/accounts/{account_id}/oauth2/authorize")

    assert answer.status == 409
    assert "gmail or outlook" in answer.json["detail"]


# The callback


Connect = Callable[[Returned], Connected]


@pytest.fixture
def handler() -> ModuleType:
    path = ROOT / "functions/oauth2_callback/app.py"
    spec = importlib.util.spec_from_file_location("oauth2_callback_app", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def called_back(handler: ModuleType, connect: Connect, **query: str) -> Answer:
    handler._connect = lambda: connect  # type: ignore[attr-defined]
    event = request("GET", "/v1/oauth2/callback", query=query)
    answer = handler.handler(event, LambdaContext())
    return Answer(answer["statusCode"], answer["headers"], answer["body"])


def test_the_callback_hands_on_what_came(handler: ModuleType) -> None:
    came: list[Returned] = []

    def connect(returned: Returned) -> Connected:
        came.append(returned)
        return Connected(Outcome.CONNECTED, ANN)

    answer = called_back(handler, connect, state="s", code="c", scope="x", authuser="0")
    called_back(handler, connect, state="s", code="c", error="access_denied")
    called_back(handler, connect)

    assert came == [Returned("s", "c"), Returned("s", None), Returned("", None)]
    assert answer.status == 200
    assert f"{ANN} is connected" in answer.text


@pytest.mark.parametrize("error", [Unavailable(), RuntimeError("code=4/secret")])
def test_a_fault_of_ours_is_a_page_as_well_and_tells_nothing(
    handler: ModuleType, error: Exception, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def connect(returned: Returned) -> Connected:
        raise error

    answer = called_back(handler, connect, state="the-state", code="the-code")

    assert answer.status == 503
    logged = [record.getMessage() + repr(record.__dict__) for record in caplog.records]
    said = answer.text + capsys.readouterr().out + str(logged)
    assert "A consent could not be taken" in said
    assert not [secret for secret in ("the-state", "the-code", "4/secret") if secret in said]


@pytest.mark.parametrize("outcome", Outcome)
def test_a_page_runs_nothing_and_tells_nobody_its_address(outcome: Outcome) -> None:
    page = page_of(Connected(outcome, '<script>"&@example.com'))

    headers, body = page["headers"], page["body"]
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Content-Security-Policy"].startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "<script" not in body
    assert not re.search(r"\b(src|href|on\w+)=", body)


def test_each_outcome_has_its_status() -> None:
    statuses = {outcome.name: page_of(Connected(outcome, ANN))["statusCode"] for outcome in Outcome}

    assert statuses == {"CONNECTED": 200, "UNKNOWN": 400, "DENIED": 403, "UNFIT": 403, "FAILED": 502}
