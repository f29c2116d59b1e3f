"""The whole check, as a key sees it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from postroom.accounts.model import Account, AccountStatus
from postroom.errors import Unavailable
from postroom.idempotency.run_once import RunOnce
from postroom.mails.model import MailSettings
from postroom.messages.model import Message
from postroom.paging import Page, PageRequest, page_of
from postroom.pools.model import Pool
from postroom.system.configuration import look_at_tenant
from postroom.system.configuration.check import CheckConfiguration
from postroom.system.configuration.deployed import Chosen
from postroom.system.configuration.look_at_deployment import LookAtDeployment
from postroom.system.configuration.look_at_tenant import LookAtTenant, Sources
from postroom.system.configuration.ports import Listeners
from postroom.system.configuration.routes import configuration_routes
from postroom.system.model import Guide, WatchedQueue
from postroom.templates.model import Reference
from postroom.templates.own.model import Template, Variant
from postroom.tenancy.model import PLATFORM_TENANT, ApiKey, Caller, Role
from postroom.users.model import User
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.builders import a_message, a_pool, a_template, a_user, an_account
from tests.fakes.http import Answer, authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.system import FakeGauges
from tests.fakes.time import NOON, FakeClock

QUEUE = WatchedQueue("high", "high", timedelta(minutes=5), "sender", Guide.OLD_MAIL, Guide.DEAD_LETTERS, at_least=6)


class FakeFacts:
    def __init__(self) -> None:
        self.skewed = timedelta()
        self.asked = Event()
        self.down = False

    def lets_rows_go(self, table: str) -> bool:
        return table == "m"

    def bucket_answers(self, bucket: str) -> bool:
        return bucket == "b"

    def may_run(self, worker: str) -> timedelta:
        assert worker == "sender"
        return timedelta(seconds=60)

    def listeners(self) -> Listeners:
        return Listeners(1, 0)

    def has_secret(self, name: str) -> bool:
        return name in {"sealing", "oauth2/google"}

    def skew(self) -> timedelta:
        self.asked.set()
        if self.down:
            raise Unavailable
        return self.skewed

    def is_on_aws(self) -> bool:
        return True


class Desk:
    """All is well, until a test changes it."""

    def __init__(self) -> None:
        self.accounts: list[Account] = [an_account(email="a@acme.com", smtp_host="smtp.acme.com", secret_version="1")]
        self.pools: list[Pool] = [a_pool("acc_1")]
        self.templates: list[Template] = []
        self.messages: list[Message] = []
        self.users: list[User] = [a_user(email="ann@acme.com")]
        self.keys = [_key(1), _key(2), _key(3, PLATFORM_TENANT, Role.PLATFORM), _key(4, PLATFORM_TENANT, Role.PLATFORM)]
        self.settings = MailSettings()
        self.facts, self.clock = FakeFacts(), FakeClock()
        self.secrets_looked_for = self.accounts_read = 0
        self.before_accounts: Callable[[], object] = lambda: None
        routes = Routes()
        tenant = LookAtTenant(self._sources(), timedelta(days=90), local=False, clock=self.clock)
        configuration_routes(routes, CheckConfiguration(self._deployment(), tenant, self.clock))
        self._api = Api(routes, RunOnce(MemoryRecords(), self.clock), self.clock)

    def _sources(self) -> Sources:
        return Sources(
            accounts=self._accounts,
            holds_secret=self._holds,
            pools=_pages(lambda: self.pools),
            templates=_pages(lambda: self.templates),
            built_in=lambda: ("password_reset",),
            lint_live=lambda _, template: ["A link leads nowhere"] if template.variant.name == "broken" else [],
            mail_settings=lambda _: self.settings,
            latest=_pages(lambda: self.messages),
            users=_pages(lambda: self.users),
            keys=_pages(lambda: self.keys),
        )

    def _accounts(self, tenant_id: str) -> list[Account]:
        self.accounts_read += 1
        self.before_accounts()
        return [one for one in self.accounts if one.tenant_id == tenant_id]

    def _holds(self, _: str, account_id: str, version: str) -> bool:
        self.secrets_looked_for += 1
        if version == "down":
            raise Unavailable
        return not account_id.endswith("_lost")

    def _deployment(self) -> LookAtDeployment:
        days = timedelta(days=1)
        chosen = Chosen(
            local=False,
            public_url="https://mail.acme.com",
            message_lifetime=3 * days,
            retention=90 * days,
            lease=timedelta(seconds=90),
            client_ids={"google": "client"},
        )
        tables, secrets = {"messages": "m"}, {"google": "oauth2/google"}
        return LookAtDeployment(chosen, (QUEUE,), tables, "b", "sealing", secrets, FakeGauges(), self.facts)

    def ask(self, role: Role = Role.ADMIN, tenant_id: str = "ten_a") -> Answer:
        owner = PLATFORM_TENANT if role is Role.PLATFORM else tenant_id
        return send(self._api, authorised(request("GET", "/v1/system/config-check"), Caller(owner, "key_a", role)))

    def check(self, role: Role = Role.ADMIN, tenant_id: str = "ten_a") -> Any:  # noqa: ANN401 - JSON
        answer = self.ask(role, tenant_id)
        assert answer.status == 200, answer.text
        return answer.json

    def wrong(self) -> dict[str, str]:
        return {point["check"]: point["level"] for point in self.check()["points"] if point["level"] != "ok"}


def _key(number: int, tenant_id: str = "ten_a", role: Role = Role.ADMIN) -> ApiKey:
    return ApiKey(tenant_id, f"key_{number}", f"key {number}", role, "…", NOON)


def _pages(items: Callable[[], Sequence[Any]]) -> Callable[[str, PageRequest], Page[Any]]:
    def page(tenant_id: str, wanted: PageRequest) -> Page[Any]:
        own = [one for one in items() if one.tenant_id == tenant_id]
        own = own[::-1] if wanted.newest_first else own
        return page_of(own, wanted.limit, lambda one: str(one.id))

    return page


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_where_all_is_well_every_check_says_so(desk: Desk) -> None:
    told = desk.check()

    assert (told["ok"], told["errors"], told["warnings"], told["bounded"]) == (True, 0, 0, [])
    assert {point["level"] for point in told["points"]} == {"ok"}
    areas = ["accounts", "pools", "templates", "mails", "users", "keys", "deployment"]
    assert list(dict.fromkeys(point["area"] for point in told["points"])) == areas


def test_each_area_is_looked_at(desk: Desk) -> None:
    desk.accounts.append(an_account(id="acc_2", status=AccountStatus.ERROR, email="b@acme.com"))
    desk.pools.append(a_pool(id="pool_2"))
    desk.templates = [a_template(variant=Variant("broken", template_id="tpl_1", live=1))]
    desk.messages = [a_message(template=Reference("password_reset", "", 0))]
    desk.users = [a_user(email="ann@example.com")]
    desk.keys = desk.keys[:1]
    desk.facts.skewed = timedelta(minutes=10)

    told = desk.check()

    assert desk.wrong() == {
        "accounts_stopped": "error",
        "pools_empty": "error",
        "templates_lint": "warning",
        "mails_origins": "error",
        "users_addresses": "warning",
        "keys_second": "warning",
        "clock": "error",
    }
    assert (told["ok"], told["errors"], told["warnings"]) == (False, 4, 3)
    assert all(point["remedy"] for point in told["points"] if point["level"] != "ok")


def test_a_warning_alone_is_no_fault(desk: Desk) -> None:
    desk.keys = desk.keys[:1]

    assert desk.check()["ok"]


def test_an_area_that_cannot_be_read_is_an_error_and_the_others_are_checked(desk: Desk) -> None:
    desk.accounts = [replace(desk.accounts[0], secret_version="down")]
    desk.facts.down = True

    told = desk.check()

    assert desk.wrong() == {"unavailable": "error", "reachable": "error"}
    [unread] = [point for point in told["points"] if point["check"] == "unavailable"]
    assert (unread["area"], unread["found"]) == ("accounts", "could not be read (Unavailable)")


def test_of_very_many_only_the_first_are_looked_at_and_that_is_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, most in {"_MOST_ACCOUNTS": 3, "_MOST_SECRETS": 2, "_MOST_OTHERS": 2, "_MOST_LINTED": 1}.items():
        monkeypatch.setattr(look_at_tenant, name, most)
    desk.accounts = [replace(desk.accounts[0], id=f"acc_{number}") for number in range(4)]
    desk.templates = [
        a_template(f"tpl_{n}", variant=Variant(f"t{n}", template_id=f"tpl_{n}", live=1)) for n in range(3)
    ]
    desk.users = [a_user(id=f"user_{number}") for number in range(3)]

    told = desk.check()

    assert told["bounded"] == [
        "Of accounts the first 3 were looked at",
        "Of the secrets of accounts the first 2 were looked at",
        "Of templates the first 2 were looked at",
        "Of published templates the first 1 were looked at",
        "Of users the first 2 were looked at",
    ]
    assert desk.secrets_looked_for == 2


def test_of_very_many_keys_the_newest_are_looked_at(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_at_tenant, "_MOST_KEYS", 2)
    desk.keys = [replace(_key(number), revoked_at=desk.clock()) for number in range(3)] + [_key(4)]

    told = desk.check()

    assert desk.wrong() == {"keys_second": "warning"}
    assert told["bounded"] == ["Of keys the first 2 were looked at"]


def test_a_platform_key_is_told_of_the_deployment_and_its_own_keys_alone(desk: Desk) -> None:
    desk.accounts = []

    told = desk.check(Role.PLATFORM)

    assert {point["area"] for point in told["points"]} == {"deployment", "keys"}
    assert told["ok"]
    desk.keys.pop()
    assert desk.check(Role.PLATFORM)["warnings"] == 1


def test_a_tenant_is_told_nothing_of_another(desk: Desk) -> None:
    desk.accounts = [replace(desk.accounts[0], id="acc_lost")]

    assert "a@acme.com" in desk.ask().text
    assert "a@acme.com" not in desk.ask(tenant_id="ten_b").text


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.VIEWER])
def test_who_may_not_mend_it_need_not_see_it(desk: Desk, role: Role) -> None:
    assert desk.ask(role).status == 403


def test_a_tenants_accounts_are_read_once(desk: Desk) -> None:
    assert desk.check()["ok"]

    assert desk.accounts_read == 1


def test_the_deployment_is_asked_while_the_tenant_is_looked_at(desk: Desk) -> None:
    asked_meanwhile: list[bool] = []
    desk.before_accounts = lambda: asked_meanwhile.append(desk.facts.asked.wait(30))

    desk.check()

    assert asked_meanwhile == [True]
