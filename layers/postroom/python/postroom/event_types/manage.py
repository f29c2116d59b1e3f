"""The tenant's hand on its event types: find, put, delete."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from postroom.audit.acting import entries_of
from postroom.clock import Clock
from postroom.errors import Conflict, FieldError, Invalid, NotFound
from postroom.event_types.deeds import event_type_deleted, event_type_put
from postroom.event_types.model import BUILT_IN, EventType, Nature
from postroom.event_types.ports import EventTypeStore
from postroom.priorities import Priority

MOST = 100
"""Of a tenant's own. What a user hears of each of them is shown at once."""

_TRIES = 5
"""How often a change is made again because somebody else was faster."""

ProblemOf = Callable[[str, str], str | None]
"""Of a tenant's template of this name: why mail cannot be made from it, or None."""


class Subscriptions(Protocol):
    """What users and their tenant have said of an event type."""

    def of_type(self, tenant_id: str, name: str) -> str:
        """Who holds on to it, in words; "" for nobody."""

    def forget_type(self, tenant_id: str, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Words:
    """What an event type should be: None leaves a field as it is."""

    nature: Nature | None = None
    template: str | None = None
    priority: Priority | None = None
    description: str | None = None

    def fulfilled(self, there: EventType) -> EventType:
        return replace(
            there,
            nature=self.nature or there.nature,
            template=self.template or there.template,
            priority=self.priority or there.priority,
            description=there.description if self.description is None else self.description,
        )


@dataclass(frozen=True, slots=True)
class FindEventTypes:
    store: EventTypeStore

    def by_name(self, tenant_id: str, name: str) -> EventType | None:
        return self.store.get(tenant_id, name) or BUILT_IN.get(name)

    def one(self, tenant_id: str, name: str) -> EventType:
        """Raises NotFound."""
        found = self.by_name(tenant_id, name)
        if found is None:
            raise NotFound
        return found

    def all_of(self, tenant_id: str) -> dict[str, EventType]:
        """The built-in ones and the tenant's own, by name, in the order of names."""
        return dict(sorted({**BUILT_IN, **self.store.all_of(tenant_id)}.items()))


@dataclass(frozen=True, slots=True)
class PutEventType:
    """Makes a type of a tenant's own, or changes what is named of one or of a built-in one."""

    store: EventTypeStore
    problem_of: ProblemOf
    clock: Clock

    def __call__(
        self, tenant_id: str, name: str, words: Words, revision: int | None = None
    ) -> tuple[EventType, EventType | None]:
        """What it is now, and what it was, or None. Raises Invalid, and Conflict when it is at another ``revision``."""
        for _ in range(_TRIES):
            seen = self.store.get(tenant_id, name)
            before = seen or BUILT_IN.get(name)
            if revision is not None and revision != (before.revision if before else None):
                raise _changed_meanwhile()
            self._check(tenant_id, name, words, before)
            wanted = words.fulfilled(before or _nothing(name))
            if wanted == before:
                return wanted, before
            changed = replace(wanted, revision=wanted.revision + 1, updated_at=self.clock())
            if self.store.put(tenant_id, changed, seen, entries_of(tenant_id, event_type_put(before, changed))):
                return changed, before
        raise _changed_meanwhile()

    def _check(self, tenant_id: str, name: str, words: Words, before: EventType | None) -> None:
        faults = tuple(self._faults(tenant_id, name, words, before))
        if faults:
            raise Invalid(faults)

    def _faults(self, tenant_id: str, name: str, words: Words, before: EventType | None) -> Iterator[FieldError]:
        if before is None:
            yield from (FieldError(field, "is required") for field in ("nature", "template") if not _said(words, field))
            if len(self.store.all_of(tenant_id).keys() - BUILT_IN.keys()) >= MOST:
                yield FieldError("name", f"There are {MOST} event types of your own already")
        elif before.is_built_in and words.nature not in {None, before.nature}:
            yield FieldError("nature", f"of {name} is {before.nature}, and cannot be changed")
        if words.template is not None and (problem := self.problem_of(tenant_id, words.template)):
            yield FieldError("template", problem)


@dataclass(frozen=True, slots=True)
class DeleteEventType:
    """Takes away what a tenant has said: a type of its own is gone then, and a built-in one as it was."""

    store: EventTypeStore
    subscriptions: Subscriptions

    def __call__(self, tenant_id: str, name: str, *, force: bool) -> None:
        """Raises NotFound, and Conflict for what was never changed, and without ``force`` for what is in use."""
        seen = self._seen(tenant_id, name)
        if not seen.is_built_in:
            self._let_go(tenant_id, name, force=force)
        for _ in range(_TRIES):
            if self.store.delete(tenant_id, seen, entries_of(tenant_id, event_type_deleted(seen))):
                break
            seen = self._seen(tenant_id, name)
        else:
            raise _changed_meanwhile()
        if not seen.is_built_in:  # What was written between the two
            self.subscriptions.forget_type(tenant_id, name)

    def _seen(self, tenant_id: str, name: str) -> EventType:
        seen = self.store.get(tenant_id, name)
        if seen is None and name in BUILT_IN:
            raise Conflict(f"{name} is built in, and as it always was")
        if seen is None:
            self.subscriptions.forget_type(tenant_id, name)  # of a deletion that was not finished
            raise NotFound
        return seen

    def _let_go(self, tenant_id: str, name: str, *, force: bool) -> None:
        held_by = self.subscriptions.of_type(tenant_id, name)
        if held_by and not force:
            raise Conflict(f"It is in use: {held_by}. With force, they are deleted as well.")
        if held_by:
            self.subscriptions.forget_type(tenant_id, name)


def _nothing(name: str) -> EventType:
    """A type of which nothing was said yet."""
    return EventType(name, Nature.NEWS, template="")


def _said(words: Words, field: str) -> bool:
    return getattr(words, field) is not None


def _changed_meanwhile() -> Conflict:
    return Conflict("The event type was changed by somebody else meanwhile; read it and try again")
