"""The audit log when writers race and answers get lost, on an engine that is exact. Each has a naive control."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import pairwise
from uuid import uuid4

import httpx
import pytest

from postroom.accounts.manage import AccountRules, ChangeAccount
from postroom.accounts.model import Account
from postroom.audit.acting import Acting, acting, entries_of
from postroom.audit.entry_rows import write_alone
from postroom.audit.model import KEPT, Actor, Entry
from postroom.audit.ports import Filter
from postroom.audit.store import DynamoAuditLog
from postroom.bootstrap import aws as clients
from postroom.bootstrap.accounts import build_accounts, build_pools
from postroom.bootstrap.directory import build_directory
from postroom.change import Change, Set
from postroom.clock import system_clock
from postroom.dynamo import save
from postroom.errors import Conflict, Unavailable
from postroom.ids import Seed, new_id
from postroom.paging import PageRequest
from postroom.pools.deeds import pool_changed
from postroom.pools.manage import ChangePool, PoolRequest
from postroom.pools.model import Pool
from postroom.pools.store import DynamoPools, PoolRow
from postroom.settings import read_settings
from postroom.tenancy.change_key import ChangeKey, KeyChange
from postroom.tenancy.deeds import key_changed
from postroom.tenancy.model import ApiKey, Role
from postroom.tenancy.store import DirectoryStore
from tests.builders import a_pool, an_account
from tests.e2e.conftest import LiveStack
from tests.e2e.test_the_way_of_a_mail import finished, send
from tests.fakes.accounts import MemoryPasswords
from tests.faults.bare_aws import ROWS, BareAws, bare_aws
from tests.faults.botocore_faults import DynamoFaults, Shares
from tests.faults.dynamo_proxy import Call, DynamoProxy, every_first
from tests.faults.racing import race

WRITERS = 20
TRIES = 3


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareAws]:
    with bare_aws(tmp_path_factory.mktemp("aws")) as running:
        yield running


@contextmanager
def here(aws: BareAws, endpoint: str | None = None) -> Iterator[DynamoPools]:
    """The stores, speaking to DynamoDB directly or at another address."""
    elsewhere = {"AWS_ENDPOINT_URL_DYNAMODB": endpoint} if endpoint else {}
    with aws.here({**aws.settings("unused"), **elsewhere}):
        settings = read_settings(os.environ)
        clients.name(ROWS, settings.directory_table)
        build_accounts(settings)
        yield build_pools(settings)


@contextmanager
def somebody(tenant_id: str) -> Iterator[None]:
    now = system_clock()
    actor = Actor(tenant_id, "key_admin", "admin", source_ip="192.0.2.1", request_id=uuid4().hex)
    with acting(Acting(actor, Seed.fresh(now), now, KEPT)):
        yield


def a_tenant() -> str:
    return new_id("ten", system_clock())


def a_stored_pool(pools: DynamoPools, tenant_id: str) -> Pool:
    pool = a_pool("acc_0", tenant_id=tenant_id)
    pools.add(pool)
    return pool


def entries_about(tenant_id: str, target: str = "pool/pool_1") -> list[Entry]:
    return list(DynamoAuditLog().page(tenant_id, Filter(target=target), PageRequest(limit=100)).items)


def is_chain(entries: list[Entry]) -> bool:
    """Whether each begins with what the one before it ended in. By revisions: ids sort by when requests came."""
    ordered = sorted(entries, key=lambda entry: entry.deed.after["revision"])
    return all(one.deed.after == following.deed.before for one, following in pairwise(ordered))


def change_by(pools: DynamoPools) -> ChangePool:
    return ChangePool(pools, lambda _tenant_id, account_ids: set(account_ids), lambda _: None, system_clock)


def raced(tenant_id: str, change: Callable[[Pool, PoolRequest], object], pools: DynamoPools) -> int:
    """How many changes of one pool were made."""

    def work() -> int:
        won = 0
        for _ in range(TRIES):
            seen = pools.get(tenant_id, "pool_1")
            assert seen is not None
            with somebody(tenant_id):
                try:
                    change(seen, PoolRequest("Sales", (f"acc_{uuid4().hex}",), None))
                except Conflict:
                    continue
            won += 1
        return won

    return race(WRITERS, work)


def test_of_twenty_who_change_one_pool_each_that_wins_leaves_an_entry_and_all_are_a_chain(aws: BareAws) -> None:
    with here(aws) as pools:
        tenant_id = a_tenant()
        a_stored_pool(pools, tenant_id)

        won = raced(tenant_id, change_by(pools), pools)

        entries, pool = entries_about(tenant_id), pools.get(tenant_id, "pool_1")
        assert 1 <= won < WRITERS * TRIES
        assert len(entries) == won
        assert is_chain(entries)
        assert pool is not None
        assert pool.revision == 1 + won


def test_the_naive_way_tells_of_changes_that_never_followed_each_other(aws: BareAws) -> None:
    with here(aws) as pools:
        tenant_id = a_tenant()
        a_stored_pool(pools, tenant_id)

        def naively(seen: Pool, wanted: PoolRequest) -> None:
            pool = replace(seen, account_ids=wanted.account_ids, revision=seen.revision + 1)
            row = pool_row(pool)
            save(row, None)
            write_alone(entries_of(tenant_id, pool_changed(seen, pool)))

        raced(tenant_id, naively, pools)

        assert not is_chain(entries_about(tenant_id))


def a_stored_key(directory: DirectoryStore, tenant_id: str) -> ApiKey:
    key = ApiKey(tenant_id, "key_1", "first", Role.VIEWER, "hash", system_clock())
    directory.add_key(key)
    return key


def renamed(tenant_id: str, change: Callable[[str], object]) -> int:
    """How often one key was given a name, each of its own, by all at once."""

    def work() -> int:
        won = 0
        for _ in range(TRIES):
            with somebody(tenant_id), suppress(Conflict):
                change(uuid4().hex)
                won += 1
        return won

    return race(WRITERS, work)


def names_in_turn(entries: list[Entry]) -> list[str]:
    """From the first name on, as each entry says what came after."""
    following = {entry.deed.before["name"]: entry.deed.after["name"] for entry in entries}
    names = ["first"]
    while names[-1] in following:
        names.append(following.pop(names[-1]))
    return names


def test_of_twenty_who_change_one_key_each_that_wins_leaves_an_entry_and_all_are_a_chain(aws: BareAws) -> None:
    with here(aws):
        directory, tenant_id = build_directory(read_settings(os.environ).directory_table), a_tenant()
        key = a_stored_key(directory, tenant_id)
        change = ChangeKey(directory)

        won = renamed(tenant_id, lambda name: change(tenant_id, key.id, KeyChange(name=name)))

        entries, kept = entries_about(tenant_id, f"key/{key.id}"), directory.key(tenant_id, key.id)
        names = names_in_turn(entries)
        assert kept is not None
        assert 1 <= won == len(entries) == len(names) - 1
        assert names[-1] == kept.name


def test_the_naive_way_tells_of_names_that_a_key_never_had_before(aws: BareAws) -> None:
    with here(aws):
        directory, tenant_id = build_directory(read_settings(os.environ).directory_table), a_tenant()
        key = a_stored_key(directory, tenant_id)

        def naively(name: str) -> None:
            seen = directory.key(tenant_id, key.id)
            assert seen is not None
            told = entries_of(tenant_id, key_changed(seen, replace(seen, name=name)))
            directory.change_key(tenant_id, key.id, Change((Set(("name",), name),)), told)

        won = renamed(tenant_id, naively)

        assert len(names_in_turn(entries_about(tenant_id, f"key/{key.id}"))) - 1 < won


def pool_row(pool: Pool) -> PoolRow:
    row = PoolRow.get(f"T#{pool.tenant_id}", f"POOL#{pool.id}", consistent_read=True)
    row.account_ids, row.revision = set(pool.account_ids), pool.revision
    return row


@pytest.mark.parametrize("renamed", [False, True])
def test_a_change_whose_answer_is_lost_is_made_and_told_once(aws: BareAws, *, renamed: bool) -> None:
    tenant_id = a_tenant()
    with here(aws) as pools:
        seen = a_stored_pool(pools, tenant_id)
    with DynamoProxy(aws.place.endpoint, every_first("TransactWriteItems")) as proxy, here(aws, proxy.url) as pools:
        with somebody(tenant_id):
            changed = change_by(pools)(seen, PoolRequest("Other" if renamed else "Sales", ("acc_9",), None))

        [entry] = entries_about(tenant_id)
        assert proxy.lost == 1
        assert pools.get(tenant_id, "pool_1") == changed
        assert entry.deed.after["account_ids"] == ["acc_9"]


def test_an_account_whose_change_is_not_answered_at_first_is_changed_and_told_once(aws: BareAws) -> None:
    with DynamoProxy(aws.place.endpoint, every_first("TransactWriteItems")) as proxy, here(aws, proxy.url):
        store, tenant_id = build_accounts(read_settings(os.environ)), a_tenant()
        account = store.add(an_account(tenant_id=tenant_id, secret_version="version-1"))
        change = ChangeAccount(store, MemoryPasswords(), AccountRules(local=True), woken_by_nobody, system_clock)

        with somebody(tenant_id):
            changed = change(account, replace(account.config, daily_limit=77), None)

        [entry] = entries_about(tenant_id, f"account/{account.id}")
        assert proxy.lost == 1
        assert changed.config.daily_limit == stored(store.get(tenant_id, account.id)).config.daily_limit == 77
        assert entry.deed.before == {"daily_limit": 30, "revision": 1}
        assert entry.deed.after == {"daily_limit": 77, "revision": 2}


def woken_by_nobody(tenant_id: str, account_id: str | None = None, *, paced: bool = True) -> None:
    """What waits is not the matter here."""


def stored(account: Account | None) -> Account:
    assert account is not None
    return account


def test_whoever_dies_after_the_write_leaves_both(aws: BareAws) -> None:
    def never(call: Call) -> bool:
        return call.operation == "TransactWriteItems"

    tenant_id = a_tenant()
    with here(aws) as pools:
        seen = a_stored_pool(pools, tenant_id)
    with DynamoProxy(aws.place.endpoint, never) as proxy, here(aws, proxy.url) as pools:
        with somebody(tenant_id), pytest.raises(Unavailable):
            change_by(pools)(seen, PoolRequest("Sales", ("acc_9",), None))

        pool = pools.get(tenant_id, "pool_1")
        assert pool is not None
        assert pool.revision == 2
        assert len(entries_about(tenant_id)) == 1


def test_whoever_dies_before_the_write_leaves_neither(aws: BareAws) -> None:
    with here(aws) as pools:
        tenant_id = a_tenant()
        seen = a_stored_pool(pools, tenant_id)
        DynamoFaults(Shares(unwell=1.0), seed=1).install((PoolRow,), "TransactWriteItems")

        with somebody(tenant_id), pytest.raises(Unavailable):
            change_by(pools)(seen, PoolRequest("Sales", ("acc_9",), None))

        assert pools.get(tenant_id, "pool_1") == seen
        assert entries_about(tenant_id) == []


def test_the_naive_way_changes_without_telling(aws: BareAws) -> None:
    with here(aws) as pools:
        tenant_id = a_tenant()
        seen = a_stored_pool(pools, tenant_id)
        DynamoFaults(Shares(unwell=1.0), seed=1).install((PoolRow,), "TransactWriteItems")
        changed = replace(seen, account_ids=("acc_9",), revision=2)

        with somebody(tenant_id):
            pools.replace(seen, changed)
            with pytest.raises(Unavailable):
                write_alone(entries_of(tenant_id, pool_changed(seen, changed)))

        assert pools.get(tenant_id, "pool_1") == changed
        assert entries_about(tenant_id) == []


def test_the_deployed_functions_may_write_entries_and_tell_from_where_they_were_asked(
    stack: LiveStack, tenant: httpx.Client
) -> None:
    key = tenant.headers["Authorization"].split()[1]
    account_id = stack.new_account(key, "told.audit@example.com", min_wait_time=0)["id"]
    pool_id = tenant.post("/v1/pools", json={"name": "Told", "account_ids": [account_id]}).json()["id"]
    finished(tenant, send(tenant))
    tenant.put("/v1/users/ann", json={"email": "ann.audit@example.com"})
    tenant.delete("/v1/users/ann")
    deleted = tenant.delete(f"/v1/accounts/{account_id}", params={"force": "true"})

    told = tenant.get("/v1/audit", params={"order": "created_at"}).json()["items"]

    about_it = tenant.get("/v1/audit", params={"target": f"pool/{pool_id}"}).json()["items"]
    assert deleted.status_code == 204
    assert [entry["action"] for entry in told if "account" not in entry["action"]] == [
        "tenant.created",
        "pool.created",
        "user.created",
        "user.deleted",
        "pool.changed",
    ]
    assert [entry["action"] for entry in about_it] == ["pool.changed", "pool.created"]
    assert {entry["actor"]["source_ip"] for entry in told if entry["actor"]["tenant_id"]} == {"127.0.0.1"}
