"""Tenants and their keys in the directory table."""

from datetime import datetime
from functools import partial

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute, UTCDateTimeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from postroom.audit.entry_rows import rows_of
from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.dynamo import apply, get, page, raise_unless_refused, transaction, translated
from postroom.paging import Page, PageRequest
from postroom.priorities import Priority
from postroom.tenancy import keys
from postroom.tenancy.model import ApiKey, Role, Tenant, is_chief
from postroom.tenancy.ports import Revocation


class TenantRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    id = UnicodeAttribute()
    name = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()


class ApiKeyRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    tenant_id = UnicodeAttribute()
    id = UnicodeAttribute()
    name = UnicodeAttribute()
    role = UnicodeAttribute()
    secret_hash = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()
    user_id = UnicodeAttribute(null=True)
    revoked_at = UTCDateTimeAttribute(null=True)
    requests_per_minute = NumberAttribute(null=True)
    highest_priority = UnicodeAttribute(null=True)


class ChiefKeysRow(Model):
    """The working keys of a tenant that may make others. A set, so that a repeated write changes nothing."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    key_ids = UnicodeSetAttribute(null=True)


ROWS = (TenantRow, ApiKeyRow, ChiefKeysRow)


class DirectoryStore:
    def add_tenant(self, tenant: Tenant, first_key: ApiKey, entries: Entries = ()) -> None:
        with translated(), transaction(TenantRow, rows_of(entries)) as write:
            write.save(_tenant_row(tenant))
            _add(write, first_key)

    def tenant(self, tenant_id: str) -> Tenant | None:
        row = get(TenantRow, keys.tenant_key(tenant_id))
        return _tenant(row) if row else None

    def tenants(self, request: PageRequest) -> Page[Tenant]:
        return page(TenantRow, request, keys.tenant_key, _tenant)

    def add_key(self, key: ApiKey, entries: Entries = ()) -> None:
        with translated(), transaction(TenantRow, rows_of(entries)) as write:
            _add(write, key)

    def key(self, tenant_id: str, key_id: str) -> ApiKey | None:
        row = get(ApiKeyRow, keys.api_key_key(tenant_id, key_id))
        return _key(row) if row else None

    def change_key(
        self, tenant_id: str, key_id: str, change: Change, entries: Entries = ()
    ) -> Applied[ApiKey] | Refused[ApiKey]:
        outcome = apply(ApiKeyRow, keys.api_key_key(tenant_id, key_id), change, rows_of(entries))
        if isinstance(outcome, Applied):
            return Applied(_key(outcome.row))
        return Refused(_key(outcome.row) if outcome.row else None)

    def keys(self, tenant_id: str, request: PageRequest) -> Page[ApiKey]:
        return page(ApiKeyRow, request, partial(keys.api_key_key, tenant_id), _key)

    def revoke(self, tenant_id: str, key_id: str, at: datetime, entries: Entries = ()) -> Revocation:
        key = self.key(tenant_id, key_id)
        if key is None:
            return Revocation.UNKNOWN
        if key.revoked_at is not None:
            return Revocation.REVOKED
        try:
            with transaction(TenantRow, rows_of(entries)) as write:
                _revoke(write, key, at)
        except TransactWriteError as error:
            return self._why_refused(key, error)
        return Revocation.REVOKED

    def _why_refused(self, key: ApiKey, error: TransactWriteError) -> Revocation:
        raise_unless_refused(error)
        now = self.key(key.tenant_id, key.id)
        return Revocation.REVOKED if now and now.revoked_at else Revocation.LAST


def _add(write: TransactWrite, key: ApiKey) -> None:
    write.save(_key_row(key))
    if is_chief(key.tenant_id, key.role):
        chiefs = ChiefKeysRow(*keys.chief_keys_key(key.tenant_id))
        write.update(chiefs, [ChiefKeysRow.key_ids.add({key.id})])


def _revoke(write: TransactWrite, key: ApiKey, at: datetime) -> None:
    row = ApiKeyRow(*keys.api_key_key(key.tenant_id, key.id))
    write.update(row, [ApiKeyRow.revoked_at.set(at)], ApiKeyRow.pk.exists() & ApiKeyRow.revoked_at.does_not_exist())
    if is_chief(key.tenant_id, key.role):
        chiefs = ChiefKeysRow(*keys.chief_keys_key(key.tenant_id))
        write.update(chiefs, [ChiefKeysRow.key_ids.delete({key.id})], ChiefKeysRow.key_ids != {key.id})


def _tenant_row(tenant: Tenant) -> TenantRow:
    return TenantRow(*keys.tenant_key(tenant.id), id=tenant.id, name=tenant.name, created_at=tenant.created_at)


def _tenant(row: TenantRow) -> Tenant:
    return Tenant(row.id, row.name, row.created_at)


def _key_row(key: ApiKey) -> ApiKeyRow:
    return ApiKeyRow(
        *keys.api_key_key(key.tenant_id, key.id),
        tenant_id=key.tenant_id,
        id=key.id,
        name=key.name,
        role=key.role.value,
        secret_hash=key.secret_hash,
        created_at=key.created_at,
        user_id=key.user_id,
        revoked_at=key.revoked_at,
        requests_per_minute=key.requests_per_minute,
        highest_priority=key.highest_priority.value,
    )


def _key(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        tenant_id=row.tenant_id,
        id=row.id,
        name=row.name,
        role=Role(row.role),
        secret_hash=row.secret_hash,
        created_at=row.created_at,
        user_id=row.user_id,
        revoked_at=row.revoked_at,
        requests_per_minute=None if row.requests_per_minute is None else int(row.requests_per_minute),
        highest_priority=Priority(row.highest_priority or Priority.HIGH),
    )
