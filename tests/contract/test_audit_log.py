"""What every audit log must do, the one in memory and the one in DynamoDB."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

import pytest

from postroom.audit.acting import entries_of
from postroom.audit.entry_rows import ROWS, write_alone
from postroom.audit.model import Action, Deed, Entries, Entry
from postroom.audit.ports import Filter
from postroom.audit.store import DynamoAuditLog
from postroom.paging import Page, PageRequest
from tests.fakes.audit import ADMIN, PLATFORM, MemoryAuditLog, acts
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON

NEWEST_FIRST = PageRequest(newest_first=True)


class WrittenLog(Protocol):
    def write(self, entries: Entries) -> None: ...

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Entry]: ...


class DynamoLog(DynamoAuditLog):
    def write(self, entries: Entries) -> None:
        write_alone(entries)


@pytest.fixture(params=["memory", "dynamodb"])
def log(request: pytest.FixtureRequest) -> Iterator[WrittenLog]:
    if request.param == "memory":
        yield MemoryAuditLog()
        return
    with tables("directory"):
        name_table(ROWS, "directory")
        yield DynamoLog()


def told(
    log: WrittenLog, minute: int, deed: Deed, *, key_id: str = "key_admin", tenant_id: str = "ten_a"
) -> tuple[Entry, ...]:
    actor = replace(ADMIN, key_id=key_id, tenant_id=tenant_id)
    with acts(actor, now=NOON + timedelta(minutes=minute)):
        entries = entries_of(tenant_id, deed)
    log.write(entries)
    return entries


def changed(target: str = "pool/pool_1", action: Action = Action.POOL_CHANGED) -> Deed:
    return Deed(action, target, {"name": "a"}, {"name": "b", "revision": 2})


def found(log: WrittenLog, **wanted: Any) -> tuple[Entry, ...]:  # noqa: ANN401 - any field of a filter
    return log.page("ten_a", Filter(**wanted), PageRequest()).items


def test_an_entry_is_found_again_as_it_was(log: WrittenLog) -> None:
    entries = told(log, 0, changed())

    assert found(log) == entries
    assert entries[0].actor == ADMIN


def test_an_entry_that_is_written_again_is_there_once(log: WrittenLog) -> None:
    entries = told(log, 0, changed())

    log.write(entries)

    assert found(log) == entries


def test_the_log_is_read_by_what_was_done_to_what_and_with_which_key(log: WrittenLog) -> None:
    [first] = told(log, 0, changed())
    [second] = told(log, 1, changed("account/acc_1", Action.ACCOUNT_CHANGED))
    [third] = told(log, 2, changed("account/acc_1", Action.ACCOUNT_PAUSED), key_id="key_b")

    assert found(log) == (first, second, third)
    assert found(log, target="account/acc_1") == (second, third)
    assert found(log, action=Action.POOL_CHANGED) == (first,)
    assert found(log, key_id="key_b") == (third,)
    assert found(log, target="account/acc_1", key_id="key_admin") == (second,)
    assert found(log, target="account/acc_1", action=Action.POOL_CHANGED) == ()
    assert found(log, target="account/acc_2") == ()


def test_from_is_included_and_to_is_not(log: WrittenLog) -> None:
    entries = [told(log, minute, changed())[0] for minute in range(5)]
    since, until = NOON + timedelta(minutes=1), NOON + timedelta(minutes=3)

    assert found(log, since=since, until=until) == tuple(entries[1:3])
    assert found(log, since=since, until=until, target="pool/pool_1") == tuple(entries[1:3])
    assert found(log, since=until, until=since) == ()


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize(
    "wanted",
    [
        Filter(),
        Filter(target="pool/pool_1"),
        Filter(key_id="key_admin", action=Action.POOL_CHANGED),
        Filter(until=NOON + timedelta(minutes=9)),
        Filter(since=NOON),
    ],
)
def test_pages_show_each_entry_once(log: WrittenLog, wanted: Filter, *, newest_first: bool) -> None:
    entries = [told(log, minute, changed())[0] for minute in range(7)]
    told(log, 3, changed("pool/pool_2", Action.POOL_CREATED), key_id="key_b") if wanted.target else None

    shown: list[Entry] = []
    request: PageRequest | None = PageRequest(limit=2, newest_first=newest_first)
    while request is not None:
        page = log.page("ten_a", wanted, request)
        assert len(page.items) <= 2
        shown += page.items
        request = replace(request, after=page.last) if page.last else None

    assert shown == (entries[::-1] if newest_first else entries)


def test_conditions_that_few_meet_end_in_a_short_page_with_a_place_to_go_on(log: WrittenLog) -> None:
    for minute in range(30):
        told(log, minute, changed(f"pool/pool_{minute}"))
    [wanted] = told(log, 31, changed("pool/pool_x", Action.POOL_DELETED))

    shown: list[Entry] = []
    request = PageRequest(limit=1)
    for _ in range(40):
        page = log.page("ten_a", Filter(key_id="key_admin", action=Action.POOL_DELETED), request)
        shown += page.items
        if page.last is None:
            break
        request = replace(request, after=page.last)

    assert shown == [wanted]


def test_another_tenants_entries_are_never_shown(log: WrittenLog) -> None:
    [own] = told(log, 0, changed())
    told(log, 1, changed(), tenant_id="ten_b")

    assert found(log) == (own,)
    assert found(log, target="pool/pool_1") == (own,)
    assert found(log, key_id="key_admin") == (own,)
    assert found(log, action=Action.POOL_CHANGED) == (own,)


def test_what_the_platform_does_to_a_tenant_stands_in_both_logs_and_only_one_says_where_it_sits(
    log: WrittenLog,
) -> None:
    with acts(PLATFORM):
        log.write(entries_of("ten_a", Deed(Action.KEY_ISSUED, "key/key_1", after={"role": "admin"})))

    [platforms] = log.page("platform", Filter(), NEWEST_FIRST).items
    [tenants] = log.page("ten_a", Filter(), NEWEST_FIRST).items

    assert platforms.id == tenants.id
    assert platforms.actor == PLATFORM
    assert tenants.actor == replace(PLATFORM, source_ip=None, user_agent=None)
