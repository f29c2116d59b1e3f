"""A hand on preferences: find, put, delete."""

from dataclasses import dataclass, replace

from postroom.audit.acting import entries_of
from postroom.clock import Clock
from postroom.conditional import Fate
from postroom.errors import Conflict, FieldError, Invalid, NotFound
from postroom.event_types.manage import FindEventTypes
from postroom.event_types.model import EventType
from postroom.ids import Seed
from postroom.paging import Page, PageRequest
from postroom.preferences.confirm import AskOwner
from postroom.preferences.deeds import preference_deleted, preference_put
from postroom.preferences.model import Preference, id_of
from postroom.preferences.ports import Filter, PreferenceStore, Written
from postroom.preferences.rules import ROLE_RULES, may_have
from postroom.preferences.wanted import Wanted, is_same, new_preference
from postroom.users.manage import FindUsers
from postroom.users.model import User

_TRIES = 5
"""How often a change is made again because somebody else was faster."""


@dataclass(frozen=True, slots=True)
class Put:
    preference: Preference
    fate: Fate


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be put. ``is_new``: only where nothing is; ``revision``: only as it was seen."""

    user_id: str
    event_type: str
    wanted: Wanted
    is_new: bool = False
    revision: int | None = None

    @property
    def id(self) -> str:
        return id_of(self.user_id, self.event_type)


class FindPreferences:
    def __init__(self, store: PreferenceStore) -> None:
        self._store = store

    def one(self, tenant_id: str, preference_id: str) -> Preference:
        """Raises NotFound."""
        preference = self._store.get(tenant_id, preference_id)
        if preference is None:
            raise NotFound
        return preference

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Preference]:
        return self._store.page(tenant_id, wanted, request)


class PutPreference:
    """Makes a preference, or changes what is named of one. One that is as wanted already is not written."""

    def __init__(
        self, store: PreferenceStore, users: FindUsers, event_types: FindEventTypes, ask: AskOwner, clock: Clock
    ) -> None:
        self._store = store
        self._users = users
        self._event_types = event_types
        self._ask = ask
        self._clock = clock

    def __call__(self, tenant_id: str, order: Order, seed: Seed) -> Put:
        """Raises Invalid, and Conflict when it is not as it was wanted to be seen."""
        user, event_type = self._named(tenant_id, order)
        asked = False
        for _ in range(_TRIES):
            seen = self._store.get(tenant_id, order.id)
            _check_seen(order, seen, seed)
            put = self._planned(order, user, event_type, seen, seed)
            if put.fate is Fate.UNCHANGED:
                return put
            if not asked and _needs_asking(put.preference, seen):
                # Before it is stored: a request that fails here is made again, and asks again.
                self._ask(put.preference, seed)
                asked = True
            match self._store.put(put.preference, seen, entries_of(tenant_id, preference_put(seen, put.preference))):
                case Written.WRITTEN:
                    return put
                case Written.GONE:
                    self._named(tenant_id, order)
                case Written.STALE:
                    continue
        raise _changed_meanwhile()

    def _named(self, tenant_id: str, order: Order) -> tuple[User, EventType]:
        user = self._users.by_id(tenant_id, order.user_id)
        event_type = self._event_types.by_name(tenant_id, order.event_type)
        faults = []
        if user is None:
            faults.append(FieldError("user", "There is no such user"))
        if event_type is None:
            faults.append(FieldError("event_type", "There is no such event type"))
        if user is None or event_type is None:
            raise Invalid(tuple(faults))
        return user, event_type

    def _planned(self, order: Order, user: User, event_type: EventType, seen: Preference | None, seed: Seed) -> Put:
        now = self._clock()
        before = seen or new_preference(user.tenant_id, user.id, event_type.name, seed.moment)
        wanted = self._with_what_is_confirmed(order.wanted.fulfilled(before))
        if seen is not None and wanted == before:
            return Put(seen, Fate.UNCHANGED)
        _check_right(wanted, user, event_type)
        changed = replace(wanted, revision=before.revision + 1, updated_at=now)
        return Put(changed, Fate.CREATED if seen is None else Fate.CHANGED)

    def _with_what_is_confirmed(self, wanted: Preference) -> Preference:
        """The user has said so for this address with another event type, perhaps."""
        if wanted.email_address is None or wanted.email_confirmed:
            return wanted
        others = self._store.of_user(wanted.tenant_id, wanted.user_id).values()
        confirmed = any(one.email_confirmed and is_same(one.email_address, wanted.email_address) for one in others)
        return replace(wanted, email_confirmed=confirmed)


class DeletePreference:
    def __init__(self, store: PreferenceStore) -> None:
        self._store = store

    def __call__(self, tenant_id: str, preference_id: str) -> None:
        """Raises NotFound."""
        for attempt in range(_TRIES):
            seen = self._store.get(tenant_id, preference_id)
            if seen is None and not attempt:
                raise NotFound
            if seen is None or self._store.delete(seen, entries_of(tenant_id, preference_deleted(seen))):
                return
        raise _changed_meanwhile()


def _check_seen(order: Order, seen: Preference | None, seed: Seed) -> None:
    """Raises Conflict."""
    # A request that is run again after a crash finds what it made, at the request's own moment.
    own = seen is not None and seen.created_at == seed.moment and order.wanted.fulfilled(seen) == seen
    if order.is_new and seen is not None and not own:
        raise Conflict(f"There is one for this user and event type already: {seen.id}")
    if order.revision is not None and (seen is None or seen.revision != order.revision):
        raise _changed_meanwhile()


def _needs_asking(wanted: Preference, seen: Preference | None) -> bool:
    if wanted.email_address is None or wanted.email_confirmed:
        return False
    return seen is None or not is_same(wanted.email_address, seen.email_address)


def _check_right(wanted: Preference, user: User, event_type: EventType) -> None:
    """Raises Invalid."""
    if not may_have(user.role, event_type, wanted.choice):
        may_hear = " and ".join(sorted(ROLE_RULES[user.role].may_hear))
        words = f"is a {event_type.nature}, and a user in the role {user.role} may subscribe to {may_hear} alone"
        raise Invalid((FieldError("event_type", words),))


def _changed_meanwhile() -> Conflict:
    return Conflict("The preference was changed by somebody else meanwhile; read it and try again")
