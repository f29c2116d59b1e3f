"""Pools in the directory table."""

from collections.abc import Iterable
from functools import partial

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute, UTCDateTimeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from postroom.audit.entry_rows import rows_of
from postroom.audit.model import Entries
from postroom.dynamo import get, page, raise_unless_refused, save, transaction, translated
from postroom.paging import Page, PageRequest
from postroom.pools.model import Pool, Strategy, comparable
from postroom.pools.ports import Written
from postroom.tenancy import keys


class PoolRow(Model):
    """A set of no members cannot be stored: ``account_ids`` is then missing."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    id = UnicodeAttribute()
    name = UnicodeAttribute()
    account_ids = UnicodeSetAttribute(null=True)
    strategy = UnicodeAttribute(null=True)
    revision = NumberAttribute()
    created_at = UTCDateTimeAttribute()
    updated_at = UTCDateTimeAttribute()


class PoolNameRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    pool_id = UnicodeAttribute()


class ChoiceRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    strategy = UnicodeAttribute()


ROWS = (PoolRow, PoolNameRow, ChoiceRow)


class DynamoPools:
    def add(self, pool: Pool, entries: Entries = ()) -> Pool | None:
        try:
            with transaction(PoolRow, rows_of(entries)) as write:
                write.save(_row(pool), PoolRow.pk.does_not_exist())
                _claim_name(write, pool)
        except TransactWriteError as error:
            raise_unless_refused(error)
            return self.get(pool.tenant_id, pool.id)
        return pool

    def get(self, tenant_id: str, pool_id: str) -> Pool | None:
        row = get(PoolRow, keys.pool_key(tenant_id, pool_id))
        return _pool(tenant_id, row) if row else None

    def get_many(self, tenant_id: str, pool_ids: Iterable[str]) -> dict[str, Pool]:
        wanted = [keys.pool_key(tenant_id, pool_id) for pool_id in dict.fromkeys(pool_ids)]
        with translated():
            rows = PoolRow.batch_get(wanted, consistent_read=True) if wanted else ()
            return {row.id: _pool(tenant_id, row) for row in rows}

    def page(self, tenant_id: str, request: PageRequest) -> Page[Pool]:
        return page(PoolRow, request, partial(keys.pool_key, tenant_id), partial(_pool, tenant_id))

    def replace(self, seen: Pool, pool: Pool, entries: Entries = ()) -> Written:
        if comparable(seen.name) == comparable(pool.name):
            is_written = save(_row(pool), PoolRow.revision == seen.revision, rows_of(entries))
        else:
            is_written = self._rename(seen, pool, entries)
        return Written.WRITTEN if is_written else self._why_refused(seen, pool)

    def _rename(self, seen: Pool, pool: Pool, entries: Entries) -> bool:
        try:
            with transaction(PoolRow, rows_of(entries)) as write:
                write.save(_row(pool), PoolRow.revision == seen.revision)
                _claim_name(write, pool)
                write.delete(PoolNameRow(*keys.pool_name_key(seen.tenant_id, comparable(seen.name))))
        except TransactWriteError as error:
            raise_unless_refused(error)
            return False
        return True

    def _why_refused(self, seen: Pool, pool: Pool) -> Written:
        now = self.get(pool.tenant_id, pool.id)
        if now == pool:  # Our own write, whose answer was lost.
            return Written.WRITTEN
        return Written.NAME_TAKEN if now == seen else Written.STALE

    def remove(self, seen: Pool, entries: Entries = ()) -> bool:
        try:
            with transaction(PoolRow, rows_of(entries)) as write:
                write.delete(PoolRow(*keys.pool_key(seen.tenant_id, seen.id)), PoolRow.revision == seen.revision)
                write.delete(PoolNameRow(*keys.pool_name_key(seen.tenant_id, comparable(seen.name))))
        except TransactWriteError as error:
            raise_unless_refused(error)
            return self.get(seen.tenant_id, seen.id) is None
        return True

    def holding(self, tenant_id: str, account_id: str) -> tuple[Pool, ...]:
        with translated():
            rows = PoolRow.query(
                keys.partition(tenant_id),
                PoolRow.sk.startswith(keys.POOL_PREFIX),
                PoolRow.account_ids.contains(account_id),
                consistent_read=True,
            )
            return tuple(_pool(tenant_id, row) for row in rows)

    def strategy(self, tenant_id: str) -> Strategy | None:
        row = get(ChoiceRow, keys.choice_key(tenant_id))
        return Strategy(row.strategy) if row else None

    def replace_strategy(
        self, tenant_id: str, seen: Strategy | None, strategy: Strategy, entries: Entries = ()
    ) -> bool:
        row = ChoiceRow(*keys.choice_key(tenant_id), strategy=strategy.value)
        as_seen = ChoiceRow.strategy == seen.value if seen else ChoiceRow.pk.does_not_exist()
        return save(row, as_seen, rows_of(entries)) or self.strategy(tenant_id) is strategy


def _claim_name(write: TransactWrite, pool: Pool) -> None:
    row = PoolNameRow(*keys.pool_name_key(pool.tenant_id, comparable(pool.name)), pool_id=pool.id)
    write.save(row, PoolNameRow.pk.does_not_exist() | (PoolNameRow.pool_id == pool.id))


def _row(pool: Pool) -> PoolRow:
    return PoolRow(
        *keys.pool_key(pool.tenant_id, pool.id),
        id=pool.id,
        name=pool.name,
        account_ids=set(pool.account_ids) or None,
        strategy=pool.strategy.value if pool.strategy else None,
        revision=pool.revision,
        created_at=pool.created_at,
        updated_at=pool.updated_at,
    )


def _pool(tenant_id: str, row: PoolRow) -> Pool:
    return Pool(
        tenant_id=tenant_id,
        id=row.id,
        name=row.name,
        account_ids=tuple(sorted(row.account_ids or ())),
        strategy=Strategy(row.strategy) if row.strategy else None,
        revision=int(row.revision),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
