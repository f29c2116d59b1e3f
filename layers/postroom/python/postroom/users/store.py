"""Users in the directory table."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from postroom.audit.entry_rows import rows_of
from postroom.audit.model import Entries
from postroom.dynamo import as_seen, get, page, raise_unless_refused, save, transaction, translated
from postroom.errors import Unavailable
from postroom.paging import Page, PageRequest, filled, page_of
from postroom.tenancy import keys
from postroom.users.model import User, UserRole, comparable
from postroom.users.ports import Filter, Written

_LOOKS = 3
"""How often an address is followed to its user, which may give it away between the two reads."""


class UserTypeIndex(GlobalSecondaryIndex["UserRow"]):
    class Meta:
        index_name = "by_user_type"
        projection = AllProjection()

    tenant_user_type = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class UserRoleIndex(GlobalSecondaryIndex["UserRow"]):
    class Meta:
        index_name = "by_role"
        projection = AllProjection()

    tenant_role = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class UserRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    tenant_user_type = UnicodeAttribute(null=True)
    tenant_role = UnicodeAttribute()
    by_user_type = UserTypeIndex()
    by_role = UserRoleIndex()

    id = UnicodeAttribute()
    email = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    user_type = UnicodeAttribute(null=True)
    role = UnicodeAttribute()
    locale = UnicodeAttribute(null=True)
    timezone = UnicodeAttribute()
    attributes: JSONAttribute = JSONAttribute(attr_name="attributes", null=True)
    revision = NumberAttribute()
    created_at = UTCDateTimeAttribute()
    updated_at = UTCDateTimeAttribute()
    import_id = UnicodeAttribute(null=True)


class UserEmailRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    user_id = UnicodeAttribute()


ROWS = (UserRow, UserEmailRow)


class DynamoUsers:
    def get(self, tenant_id: str, user_id: str) -> User | None:
        row = get(UserRow, keys.user_key(tenant_id, user_id))
        return _user(tenant_id, row) if row else None

    def get_many(self, tenant_id: str, user_ids: Iterable[str]) -> dict[str, User]:
        wanted = [keys.user_key(tenant_id, user_id) for user_id in dict.fromkeys(user_ids)]
        with translated():
            rows = UserRow.batch_get(wanted, consistent_read=True) if wanted else ()
            return {row.id: _user(tenant_id, row) for row in rows}

    def by_email(self, tenant_id: str, address: str) -> User | None:
        for _ in range(_LOOKS):
            row = get(UserEmailRow, keys.user_email_key(tenant_id, comparable(address)))
            if row is None:
                return None
            user = self.get(tenant_id, row.user_id)
            if user is not None and comparable(user.email) == comparable(address):
                return user
        raise Unavailable

    def put(self, user: User, seen: User | None, entries: Entries = ()) -> Written:
        if seen is not None and comparable(seen.email) == comparable(user.email):
            is_written = save(_row(user), as_seen(UserRow, seen, "created_at"), rows_of(entries))
        else:
            is_written = self._put_with_email(user, seen, entries)
        return Written.WRITTEN if is_written else self._why_refused(user, seen)

    def _put_with_email(self, user: User, seen: User | None, entries: Entries) -> bool:
        try:
            with transaction(UserRow, rows_of(entries)) as write:
                write.save(_row(user), as_seen(UserRow, seen, "created_at"))
                _claim_email(write, user)
                if seen is not None:
                    write.delete(_email_row(seen))
        except TransactWriteError as error:
            raise_unless_refused(error)
            return False
        return True

    def _why_refused(self, user: User, seen: User | None) -> Written:
        now = self.get(user.tenant_id, user.id)
        if now == user:  # Our own write, whose answer was lost.
            return Written.WRITTEN
        return Written.EMAIL_TAKEN if now == seen else Written.STALE

    def delete(self, seen: User, entries: Entries = ()) -> bool:
        try:
            with transaction(UserRow, rows_of(entries)) as write:
                write.delete(UserRow(*keys.user_key(seen.tenant_id, seen.id)), as_seen(UserRow, seen, "created_at"))
                write.delete(_email_row(seen))
        except TransactWriteError as error:
            raise_unless_refused(error)
            return self.get(seen.tenant_id, seen.id) is None
        return True

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[User]:
        if wanted.email is not None:
            return self._page_of_one(tenant_id, wanted, wanted.email, request)
        if wanted == Filter():
            return page(UserRow, request, partial(keys.user_key, tenant_id), partial(_user, tenant_id))
        return filled(partial(_read_from_an_index, tenant_id, wanted), wanted.matches, request, _id)

    def _page_of_one(self, tenant_id: str, wanted: Filter, address: str, request: PageRequest) -> Page[User]:
        user = self.by_email(tenant_id, address)
        found = user is not None and wanted.matches(user) and request.after is None
        return Page((user,) if user is not None and found else ())


def _read_from_an_index(tenant_id: str, wanted: Filter, request: PageRequest) -> Page[User]:
    if wanted.user_type is not None:
        index: Any = UserRow.by_user_type
        partition, sk = keys.user_type_partition(tenant_id, wanted.user_type), UserTypeIndex.sk
    else:
        index = UserRow.by_role
        partition, sk = keys.user_role_partition(tenant_id, wanted.role or ""), UserRoleIndex.sk
    behind: Condition | None = None
    if request.after is not None:
        place = keys.user_key(tenant_id, request.after)[1]
        behind = sk < place if request.newest_first else sk > place
    with translated():
        rows = index.query(partition, behind, limit=request.limit + 1, scan_index_forward=not request.newest_first)
        return page_of([_user(tenant_id, row) for row in rows], request.limit, _id)


def _id(user: User) -> str:
    return user.id


def _claim_email(write: TransactWrite, user: User) -> None:
    write.save(_email_row(user), UserEmailRow.pk.does_not_exist() | (UserEmailRow.user_id == user.id))


def _email_row(user: User) -> UserEmailRow:
    return UserEmailRow(*keys.user_email_key(user.tenant_id, comparable(user.email)), user_id=user.id)


def _row(user: User) -> UserRow:
    kind = user.user_type
    return UserRow(
        *keys.user_key(user.tenant_id, user.id),
        tenant_user_type=keys.user_type_partition(user.tenant_id, kind) if kind is not None else None,
        tenant_role=keys.user_role_partition(user.tenant_id, user.role),
        id=user.id,
        email=user.email,
        name=user.name or None,
        user_type=kind,
        role=user.role.value,
        locale=user.locale,
        timezone=user.timezone,
        attributes=dict(user.attributes) or None,
        revision=user.revision,
        created_at=user.created_at,
        updated_at=user.updated_at,
        import_id=user.import_id,
    )


def _user(tenant_id: str, row: UserRow) -> User:
    return User(
        tenant_id=tenant_id,
        id=row.id,
        email=row.email,
        name=row.name or "",
        user_type=row.user_type,
        role=UserRole(row.role),
        locale=row.locale,
        timezone=row.timezone,
        attributes=row.attributes or {},
        revision=int(row.revision),
        created_at=row.created_at,
        updated_at=row.updated_at,
        import_id=row.import_id,
    )
