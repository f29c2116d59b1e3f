"""Tenants and their keys in the directory table."""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute, UTCDateTimeAttribute
from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from postroom.dynamo import get, start_behind, translated
from postroom.errors import Unavailable
from postroom.paging import Page, PageRequest, page_of
from postroom.tenancy import keys
from postroom.tenancy.model import PLATFORM_TENANT, ApiKey, Role, Tenant, is_chief
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


class ChiefKeysRow(Model):
    """The working keys of a tenant that may make others. A set, so that a repeated write changes nothing."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    key_ids = UnicodeSetAttribute(null=True)


ROWS = (TenantRow, ApiKeyRow, ChiefKeysRow)


class DirectoryStore:
    def __init__(self) -> None:
        self._connection = Connection()

    def _transaction(self) -> TransactWrite:
        return TransactWrite(connection=self._connection)

    def add_tenant(self, tenant: Tenant, first_key: ApiKey) -> None:
        with translated(), self._transaction() as write:
            write.save(_tenant_row(tenant))
            _add(write, first_key)

    def tenant(self, tenant_id: str) -> Tenant | None:
        row = get(TenantRow, keys.tenant_key(tenant_id))
        return _tenant(row) if row else None

    def tenants(self, request: PageRequest) -> Page[Tenant]:
        with translated():
            rows = TenantRow.query(
                keys.partition(PLATFORM_TENANT),
                TenantRow.sk.startswith(keys.TENANT_PREFIX),
                consistent_read=True,
                scan_index_forward=not request.newest_first,
                limit=request.limit + 1,
                last_evaluated_key=start_behind(keys.tenant_key(request.after)) if request.after else None,
            )
            return page_of([_tenant(row) for row in rows], request.limit, lambda tenant: tenant.id)

    def add_key(self, key: ApiKey) -> None:
        with translated(), self._transaction() as write:
            _add(write, key)

    def key(self, tenant_id: str, key_id: str) -> ApiKey | None:
        row = get(ApiKeyRow, keys.api_key_key(tenant_id, key_id))
        return _key(row) if row else None

    def keys(self, tenant_id: str, request: PageRequest) -> Page[ApiKey]:
        after = start_behind(keys.api_key_key(tenant_id, request.after)) if request.after else None
        with translated():
            rows = ApiKeyRow.query(
                keys.partition(tenant_id),
                ApiKeyRow.sk.startswith(keys.API_KEY_PREFIX),
                consistent_read=True,
                scan_index_forward=not request.newest_first,
                limit=request.limit + 1,
                last_evaluated_key=after,
            )
            return page_of([_key(row) for row in rows], request.limit, lambda key: key.id)

    def revoke(self, tenant_id: str, key_id: str, at: datetime) -> Revocation:
        key = self.key(tenant_id, key_id)
        if key is None:
            return Revocation.UNKNOWN
        if key.revoked_at is not None:
            return Revocation.REVOKED
        try:
            with self._transaction() as write:
                _revoke(write, key, at)
        except TransactWriteError as error:
            return self._why_refused(key, error)
        return Revocation.REVOKED

    def _why_refused(self, key: ApiKey, error: TransactWriteError) -> Revocation:
        if not any(reason and reason.code == "ConditionalCheckFailed" for reason in error.cancellation_reasons):
            raise Unavailable from error
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
    )
