"""Accounts in DynamoDB."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from pynamodb.attributes import BooleanAttribute, MapAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from postroom.accounts import keys
from postroom.accounts.days import day_end
from postroom.accounts.model import Account, AccountEvent, DayCount, EventKind
from postroom.accounts.record import account_of, record_of
from postroom.audit.entry_rows import rows_of
from postroom.audit.model import Entries
from postroom.change import Change
from postroom.clock import from_milliseconds, to_milliseconds
from postroom.conditional import Applied, Refused
from postroom.dynamo import apply, delete, get, insert, page, translated
from postroom.paging import Page, PageRequest


class RolloverIndex(GlobalSecondaryIndex["AccountRow"]):
    class Meta:
        index_name = "rollover"
        projection = KeysOnlyProjection()

    rollover_shard = UnicodeAttribute(hash_key=True)
    rolls_at = NumberAttribute(range_key=True)


class AccountRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    rollover_shard = UnicodeAttribute()
    rolls_at = NumberAttribute()
    rollover = RolloverIndex()

    revision = NumberAttribute()
    created_ms = NumberAttribute()
    updated_ms = NumberAttribute()
    email = UnicodeAttribute()
    sender_name = UnicodeAttribute()
    reply_to = UnicodeAttribute(null=True)
    connection_type = UnicodeAttribute()
    status = UnicodeAttribute()
    daily_limit = NumberAttribute()
    min_wait_ms = NumberAttribute()
    quota_window = UnicodeAttribute()
    timezone = UnicodeAttribute()
    smtp_host = UnicodeAttribute()
    smtp_port = NumberAttribute()
    smtp_use_tls = BooleanAttribute()
    smtp_use_ssl = BooleanAttribute()
    smtp_username = UnicodeAttribute(null=True)
    max_connections = NumberAttribute(null=True)
    smtp_pipelining = UnicodeAttribute(null=True)
    quota_unit = UnicodeAttribute(null=True)
    high_share = NumberAttribute(null=True)
    learned_daily: MapAttribute[str, Any] = MapAttribute(null=True)
    learned_spacing: MapAttribute[str, Any] = MapAttribute(null=True)
    secret_version = UnicodeAttribute(null=True)
    faults = NumberAttribute()
    proven = NumberAttribute()
    rest_until_ms = NumberAttribute(null=True)
    last_error: MapAttribute[str, Any] = MapAttribute(null=True)
    day = UnicodeAttribute()
    day_used = NumberAttribute()
    hour = NumberAttribute()
    hours: MapAttribute[str, Any] = MapAttribute()
    rolling_used = NumberAttribute()
    next_send_ms = NumberAttribute()
    booked_ms = NumberAttribute()
    urgent_ms = NumberAttribute(null=True)
    turns = NumberAttribute(null=True)
    generation = NumberAttribute()
    finished: MapAttribute[str, Any] = MapAttribute()
    reservations: MapAttribute[str, Any] = MapAttribute()
    tallies: MapAttribute[str, Any] = MapAttribute(null=True)
    recent: MapAttribute[str, Any] = MapAttribute(null=True)
    succeeded_ms = NumberAttribute(null=True)
    sessions: MapAttribute[str, Any] = MapAttribute(null=True)
    logins: MapAttribute[str, Any] = MapAttribute(null=True)
    logging_in = UnicodeAttribute(null=True)
    pipelining_fault: MapAttribute[str, Any] = MapAttribute(null=True)
    credential = UnicodeAttribute(null=True)
    oauth2: MapAttribute[str, Any] = MapAttribute(null=True)


class DayRow(Model):
    """What an account sent on one finished day."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    sent = NumberAttribute()
    outcomes: MapAttribute[str, Any] = MapAttribute(null=True)


class EventRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    id = UnicodeAttribute()
    at_ms = NumberAttribute()
    kind = UnicodeAttribute()
    detail = UnicodeAttribute()
    ttl = NumberAttribute()


ROWS = (AccountRow, DayRow, EventRow)


class DynamoAccounts:
    """``retention``: how long events are kept."""

    def __init__(self, retention: timedelta) -> None:
        self._retention = retention

    def add(self, account: Account, entries: Entries = ()) -> Account:
        pk, sk = keys.account_key(account.tenant_id, account.id)
        row = AccountRow(
            pk,
            sk,
            rollover_shard=keys.rollover_shard(account.tenant_id, account.id),
            rolls_at=to_milliseconds(day_end(account.counter.day, account.config.timezone)),
            **record_of(account),
        )
        if insert(row, rows_of(entries)):
            return account
        return self.get(account.tenant_id, account.id) or account

    def get(self, tenant_id: str, account_id: str) -> Account | None:
        row = get(AccountRow, keys.account_key(tenant_id, account_id))
        return _account(row) if row else None

    def page(self, tenant_id: str, request: PageRequest) -> Page[Account]:
        return page(AccountRow, request, partial(keys.account_key, tenant_id), _account)

    def all_of(self, tenant_id: str) -> tuple[Account, ...]:
        with translated():
            rows = AccountRow.query(
                keys.tenant_partition(tenant_id),
                AccountRow.sk.startswith(keys.ACCOUNT_PREFIX),
                consistent_read=True,
            )
            return tuple(_account(row) for row in rows)

    def known(self, tenant_id: str, account_ids: Collection[str]) -> set[str]:
        wanted = [keys.account_key(tenant_id, account_id) for account_id in dict.fromkeys(account_ids)]
        with translated():
            rows = AccountRow.batch_get(wanted, consistent_read=True, attributes_to_get=["pk", "sk"]) if wanted else ()
            return {keys.ids_of(row.pk, row.sk)[1] for row in rows}

    def change(
        self, tenant_id: str, account_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Account] | Refused[Account]:
        outcome = apply(AccountRow, keys.account_key(tenant_id, account_id), change, rows_of(entries))
        if isinstance(outcome, Applied):
            return Applied(_account(outcome.row))
        return Refused(_account(outcome.row) if outcome.row else None)

    def remove(self, tenant_id: str, account_id: str, *, revision: int | None = None, entries: Entries = ()) -> bool:
        as_seen = None if revision is None else AccountRow.revision == revision
        return delete(AccountRow(*keys.account_key(tenant_id, account_id)), as_seen, rows_of(entries))

    def rolling_over(self, until_ms: int) -> Iterator[tuple[str, str]]:
        with translated():
            for shard in keys.rollover_shards():
                for row in AccountRow.rollover.query(shard, RolloverIndex.rolls_at <= until_ms):
                    yield keys.ids_of(row.pk, row.sk)

    def note(self, tenant_id: str, account_id: str, event: AccountEvent) -> None:
        row = EventRow(
            *keys.event_key(tenant_id, account_id, event.id),
            id=event.id,
            at_ms=to_milliseconds(event.at),
            kind=str(event.kind),
            detail=event.detail,
            ttl=int((event.at + self._retention).timestamp()),
        )
        with translated():
            row.save()

    def events(self, tenant_id: str, account_id: str, request: PageRequest) -> Page[AccountEvent]:
        return page(EventRow, request, partial(keys.event_key, tenant_id, account_id), _event)

    def write_day(self, tenant_id: str, account_id: str, day: str, count: DayCount) -> None:
        key = keys.history_key(tenant_id, account_id, day)
        with translated():
            DayRow(*key, sent=count.used, outcomes=dict(count.outcomes) or None).save()

    def days(self, tenant_id: str, account_id: str, since: str) -> dict[str, DayCount]:
        partition, first = keys.history_key(tenant_id, account_id, since)
        with translated():
            rows = DayRow.query(partition, DayRow.sk.between(*keys.days_from(first)))
            return {keys.day_of(row.sk): _day_count(row) for row in rows}


def _day_count(row: DayRow) -> DayCount:
    return DayCount(int(row.sent), row.to_simple_dict().get("outcomes") or {})


def _event(row: EventRow) -> AccountEvent:
    return AccountEvent(row.id, from_milliseconds(row.at_ms), EventKind(row.kind), row.detail)


def _account(row: AccountRow) -> Account:
    return account_of(*keys.ids_of(row.pk, row.sk), row.to_simple_dict())
