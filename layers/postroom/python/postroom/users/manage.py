"""The tenant's hand on its users: find, put, delete."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from postroom.audit.acting import entries_of
from postroom.clock import Clock
from postroom.conditional import Fate
from postroom.errors import Conflict, FieldError, Invalid, NotFound
from postroom.paging import Page, PageRequest
from postroom.users.deeds import user_deleted, user_put
from postroom.users.model import User
from postroom.users.ports import Filter, UserStore, Written
from postroom.users.wishes import Wishes, nobody

_TRIES = 5
"""How often a change is made again because somebody else was faster."""


@dataclass(frozen=True, slots=True)
class Put:
    user: User
    fate: Fate


class FindUsers:
    def __init__(self, store: UserStore) -> None:
        self._store = store

    def one(self, tenant_id: str, user_id: str) -> User:
        """Raises NotFound."""
        user = self.by_id(tenant_id, user_id)
        if user is None:
            raise NotFound
        return user

    def by_id(self, tenant_id: str, user_id: str) -> User | None:
        return self._store.get(tenant_id, user_id)

    def by_email(self, tenant_id: str, address: str) -> User | None:
        return self._store.by_email(tenant_id, address)

    def many(self, tenant_id: str, user_ids: Sequence[str]) -> dict[str, User]:
        """Those that are there, by id."""
        return self._store.get_many(tenant_id, user_ids)

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[User]:
        return self._store.page(tenant_id, wanted, request)


class PutUser:
    """Makes a user, or changes what is named of one. A user that is as wanted already is not written."""

    def __init__(self, store: UserStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(self, tenant_id: str, user_id: str, wishes: Wishes, revision: int | None = None) -> Put:
        """Raises Invalid, and Conflict when a ``revision`` is wanted and it is another."""
        for _ in range(_TRIES):
            seen = self._store.get(tenant_id, user_id)
            if revision is not None and (seen is None or seen.revision != revision):
                raise _changed_meanwhile()
            put = planned(seen or nobody(tenant_id, user_id, self._clock()), wishes, self._clock())
            if put.fate is Fate.UNCHANGED:
                return put
            match self._store.put(put.user, seen, entries_of(tenant_id, user_put(seen, put.user))):
                case Written.WRITTEN:
                    return put
                case Written.EMAIL_TAKEN:
                    raise email_taken()
                case Written.STALE:
                    continue
        raise _changed_meanwhile()


def nothing_more(tenant_id: str, user_id: str) -> None:
    """Of a user who has nothing but what is in the row."""
    del tenant_id, user_id


class DeleteUser:
    """``forget`` deletes what else there is of a user, or of somebody who was one; it may be called again."""

    def __init__(self, store: UserStore, forget: Callable[[str, str], None] = nothing_more) -> None:
        self._store = store
        self._forget = forget

    def __call__(self, tenant_id: str, user_id: str) -> None:
        """Raises NotFound."""
        # Before, so that who dies in between leaves a user who can be deleted; after, for what was written meanwhile.
        self._forget(tenant_id, user_id)
        for attempt in range(_TRIES):
            user = self._store.get(tenant_id, user_id)
            if user is None and not attempt:
                raise NotFound
            if user is None or self._store.delete(user, entries_of(tenant_id, user_deleted(user))):
                self._forget(tenant_id, user_id)
                return
        raise _changed_meanwhile()


def planned(before: User, wishes: Wishes, now: datetime, import_id: str | None = None) -> Put:
    """What ``wishes`` make of a user, or of nobody. Raises Invalid."""
    after = wishes.fulfilled(before)
    if _same(before, after):
        return Put(before, Fate.UNCHANGED)
    user = replace(after, revision=before.revision + 1, updated_at=now, import_id=import_id)
    return Put(user, Fate.CHANGED if before.revision else Fate.CREATED)


def _same(before: User, after: User) -> bool:
    # To Python, True is 1 and 1 is 1.0.
    kinds = [{name: type(value) for name, value in user.attributes.items()} for user in (before, after)]
    return before == after and kinds[0] == kinds[1]


def email_taken() -> Invalid:
    return Invalid((FieldError("email", "belongs to another user"),))


def _changed_meanwhile() -> Conflict:
    return Conflict("The user was changed by somebody else meanwhile; read it and try again")
