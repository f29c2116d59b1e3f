"""Pools over HTTP, on stores in memory."""

from datetime import timedelta
from typing import Any

import pytest

from postroom.accounts.manage import DeleteAccount
from postroom.errors import Conflict
from postroom.idempotency.run_once import RunOnce
from postroom.ids import Seed
from postroom.messages.model import Message, Status
from postroom.messages.outstanding import CountOutstanding
from postroom.pools.choice import ChangeChoice, ReadChoice
from postroom.pools.manage import ChangePool, CreatePool, DeletePool, FindPools, PoolRequest
from postroom.pools.routes import pool_routes, settings_routes
from postroom.pools.ties import AccountTies
from postroom.tenancy.model import Caller, Role
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.builders import a_message, an_account
from tests.fakes.accounts import MemoryAccounts, MemoryPasswords
from tests.fakes.http import Answer, authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.messages import MemoryMessages
from tests.fakes.pools import MemoryPools
from tests.fakes.time import NOON, FakeClock

TENANT = "ten_a"
ADMIN = Caller(TENANT, "key_a", Role.ADMIN)


class Owner:
    """Has the accounts acc_1 to acc_3."""

    def __init__(self) -> None:
        self.accounts, self.pools, self.messages, self.clock = (
            MemoryAccounts(),
            MemoryPools(),
            MemoryMessages(),
            FakeClock(),
        )
        self.woken: list[str] = []
        for number in (1, 2, 3):
            self.accounts.add(an_account(id=f"acc_{number}"))
        outstanding, known = CountOutstanding(self.messages, self.clock), self.accounts.known
        routes = Routes()
        self.create = CreatePool(self.pools, known, self.clock)
        pool_routes(
            routes,
            FindPools(self.pools),
            self.create,
            ChangePool(self.pools, known, self.woken.append, self.clock),
            DeletePool(self.pools, outstanding, self.woken.append),
        )
        settings_routes(routes, ReadChoice(self.pools), ChangeChoice(self.pools))
        self.delete_account = DeleteAccount(
            self.accounts, MemoryPasswords(), AccountTies(self.pools, outstanding, self.clock), lambda *_, **__: None
        )
        self._api = Api(routes, RunOnce(MemoryRecords(), self.clock), self.clock)

    def __call__(self, method: str, path: str, body: object = None, *, caller: Caller = ADMIN, **query: str) -> Answer:
        return send(self._api, authorised(request(method, path, body, query=query), caller))

    def created(self, *account_ids: str, **changes: object) -> dict[str, Any]:
        answer = self("POST", "/v1/pools", {"name": "Sales", "account_ids": list(account_ids)} | changes)
        assert answer.status == 201, answer.text
        found: dict[str, Any] = answer.json
        return found

    def shown(self, pool: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self("GET", f"/v1/pools/{pool['id']}").json
        return found

    def wait(self, **changes: object) -> Message:
        return self.messages.add(a_message(**{"status": Status.DEFERRED} | changes))


@pytest.fixture
def owner() -> Owner:
    return Owner()


def test_a_pool_has_each_account_once(owner: Owner) -> None:
    pool = owner.created("acc_2", "acc_1", "acc_2", strategy="sticky")

    assert pool["id"].startswith("pool_")
    assert (pool["account_ids"], pool["strategy"], pool["revision"]) == (["acc_1", "acc_2"], "sticky", 1)
    assert owner.shown(pool) == pool
    assert owner("GET", "/v1/pools").json["items"] == [pool]


def test_the_same_seed_makes_one_pool(owner: Owner) -> None:
    wanted, seed = PoolRequest("Sales", ("acc_1",), None), Seed.fresh(NOON)

    first, again = (owner.create(TENANT, wanted, seed) for _ in range(2))

    assert first == again


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"name", "account_ids"}),
        ({"name": " x", "account_ids": []}, {"name", "account_ids"}),
        ({"name": "", "account_ids": ["acc_1"]}, {"name"}),
        ({"name": "\u200b", "account_ids": ["acc_1"]}, {"name"}),
        ({"name": "\ufeff \u2800", "account_ids": ["acc_1"]}, {"name"}),
        ({"name": "x" * 101, "account_ids": ["acc_1"]}, {"name"}),
        ({"name": "x", "account_ids": ["acc_1"] * 1001}, {"account_ids"}),
        ({"name": "x", "account_ids": ["acc_1", "acc_9", "acc_2", "acc_8"]}, {"account_ids.1", "account_ids.3"}),
        ({"name": "x", "account_ids": ["acc_1", 7]}, {"account_ids.1"}),
        ({"name": "x", "account_ids": ["acc_1"], "strategy": "best"}, {"strategy"}),
        ({"name": "x", "account_ids": ["acc_1"], "id": "pool_mine"}, {"id"}),
    ],
)
def test_what_is_wrong_with_a_pool_is_told_by_field_and_nothing_is_stored(
    owner: Owner, body: dict[str, object], wrong: set[str]
) -> None:
    answer = owner("POST", "/v1/pools", body)

    assert answer.status == 422
    assert set(answer.fields) == wrong
    assert owner("GET", "/v1/pools").json["items"] == []


def test_a_strangers_account_cannot_be_put_into_a_pool(owner: Owner) -> None:
    owner.accounts.add(an_account(tenant_id="ten_b", id="acc_b"))

    answer = owner("POST", "/v1/pools", {"name": "x", "account_ids": ["acc_b"]})

    assert answer.fields == {"account_ids.0": "There is no such account"}


@pytest.mark.parametrize(
    "name", ["SALES east", "Sales\u00a0East", "Sales  East", "Sales East\u200b", "S\u00adales East"]
)
def test_a_name_that_is_taken_is_a_field_error(owner: Owner, name: str) -> None:
    owner.created("acc_1", name="Sales East")
    other = owner.created("acc_1", name="Sales West")

    assert set(owner("POST", "/v1/pools", {"name": name, "account_ids": ["acc_1"]}).fields) == {"name"}
    assert set(owner("PUT", f"/v1/pools/{other['id']}", {"name": name}).fields) == {"name"}


def test_a_name_keeps_what_joins_its_letters(owner: Owner) -> None:
    family = "\U0001f468\u200d\U0001f469 می\u200cشود"

    assert owner.created("acc_1", name=family)["name"] == family


def test_a_change_keeps_what_it_does_not_name_and_wakes_what_waits(owner: Owner) -> None:
    pool = owner.created("acc_1", strategy="sticky")

    changed = owner("PUT", f"/v1/pools/{pool['id']}", {"account_ids": ["acc_2"]}).json

    assert changed == pool | {"account_ids": ["acc_2"], "revision": 2, "updated_at": changed["updated_at"]}
    assert owner.woken == [TENANT]
    assert owner("PUT", f"/v1/pools/{pool['id']}", {"strategy": None}).json["strategy"] is None


def test_what_was_read_can_be_sent_back_once(owner: Owner) -> None:
    pool = owner.created("acc_1")

    first = owner("PUT", f"/v1/pools/{pool['id']}", pool | {"account_ids": ["acc_2"]})
    second = owner("PUT", f"/v1/pools/{pool['id']}", pool | {"account_ids": ["acc_3"]})

    assert (first.status, second.status) == (200, 409)
    assert owner.shown(pool)["account_ids"] == ["acc_2"]


def test_an_account_that_was_deleted_may_stay_in_a_pool_that_is_changed_otherwise(owner: Owner) -> None:
    pool = owner.created("acc_1", "acc_2")
    owner.accounts.remove(TENANT, "acc_2")

    kept = owner("PUT", f"/v1/pools/{pool['id']}", {"name": "other", "account_ids": ["acc_1", "acc_2"]})

    assert kept.status == 200


def test_another_tenants_pool_cannot_be_told_from_none(owner: Owner) -> None:
    path = f"/v1/pools/{owner.created('acc_1')['id']}"
    stranger = Caller("ten_b", "key_b", Role.ADMIN)

    for pool in (path, "/v1/pools/pool_none", f"/v1/pools/{'x' * 3000}"):
        assert owner("GET", pool, caller=stranger).status == 404
        assert owner("PUT", pool, {"name": "mine"}, caller=stranger).status == 404
        assert owner("DELETE", pool, caller=stranger).status == 404
    assert owner("GET", path).status == 200


def test_a_pool_that_nothing_waits_for_is_deleted(owner: Owner) -> None:
    pool = owner.created("acc_1")
    owner.wait(pool_id="pool_other")
    owner.wait(pool_id=pool["id"], status=Status.SENT)

    assert owner("DELETE", f"/v1/pools/{pool['id']}").status == 204
    assert owner("GET", f"/v1/pools/{pool['id']}").status == 404
    assert owner.woken == [TENANT]


@pytest.mark.parametrize("status", [Status.SCHEDULED, Status.DEFERRED, Status.QUEUED])
def test_a_pool_that_waiting_messages_name_is_deleted_only_by_force(owner: Owner, status: Status) -> None:
    pool = owner.created("acc_1")
    for _ in range(2):
        owner.wait(pool_id=pool["id"], status=status, send_at=NOON if status is Status.SCHEDULED else None)

    refused = owner("DELETE", f"/v1/pools/{pool['id']}")
    forced = owner("DELETE", f"/v1/pools/{pool['id']}", force="true")

    assert refused.status == 409
    assert "named by 2 waiting messages" in refused.json["detail"]
    assert "?force=true" in refused.json["detail"]
    assert forced.status == 204


def test_an_account_in_use_is_deleted_only_by_force_and_leaves_its_pools(owner: Owner) -> None:
    one, two = owner.created("acc_1", "acc_2"), owner.created("acc_1", name="Other")
    waiting = owner.wait(account_id="acc_1")
    owner.wait(used_account_id="acc_1")

    owner.clock.advance(timedelta(minutes=1))
    with pytest.raises(Conflict) as refused:
        owner.delete_account(TENANT, "acc_1")
    owner.delete_account(TENANT, "acc_1", force=True)

    assert refused.value.detail.startswith("This account is in the pools ")
    assert f"Sales ({one['id']})" in refused.value.detail
    assert f"Other ({two['id']})" in refused.value.detail
    assert "and named by 1 waiting message." in refused.value.detail
    assert owner.shown(one)["account_ids"] == ["acc_2"]
    assert owner.shown(two)["account_ids"] == []
    assert owner.shown(two)["updated_at"] == "2030-01-31T12:01:00Z"
    assert owner.accounts.get(TENANT, "acc_1") is None
    assert owner.messages.get(TENANT, waiting.id) == waiting


def test_of_many_pools_some_are_named(owner: Owner) -> None:
    for number in range(13):
        owner.created("acc_1", name=f"Pool {number}")

    with pytest.raises(Conflict, match=r"(Pool \d+ \(pool_\w+\), ){10}3 more\."):
        owner.delete_account(TENANT, "acc_1")


def test_an_account_that_nothing_uses_is_deleted_without_force(owner: Owner) -> None:
    owner.created("acc_1")

    owner.delete_account(TENANT, "acc_2")

    assert owner.accounts.get(TENANT, "acc_2") is None


def test_a_tenant_says_how_its_accounts_are_chosen(owner: Owner) -> None:
    assert owner("GET", "/v1/settings").json == {"strategy": "random"}
    assert owner("PUT", "/v1/settings", {"strategy": "round_robin"}).json == {"strategy": "round_robin"}
    assert owner("GET", "/v1/settings").json == {"strategy": "round_robin"}
    assert set(owner("PUT", "/v1/settings", {"strategy": "best"}).fields) == {"strategy"}
