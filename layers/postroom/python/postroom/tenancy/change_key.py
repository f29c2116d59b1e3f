"""What may be changed of a key: its name and its rights to requests and priorities. Its role stays what it was."""

from dataclasses import dataclass, replace

from postroom.audit.acting import entries_of
from postroom.change import Change, Equals, OneOf, Remove, Set, Step, as_seen
from postroom.conditional import Applied
from postroom.errors import Conflict, FieldError, Invalid, NotFound
from postroom.priorities import Priority
from postroom.tenancy.deeds import key_changed
from postroom.tenancy.model import ApiKey, Role
from postroom.tenancy.ports import Directory

_TRIES = 5
"""How often a change is made again because somebody else changed the same."""


@dataclass(frozen=True, slots=True)
class KeyChange:
    """What is left out, or None, stays as it is; with ``usual_requests`` the number of requests is the usual one."""

    name: str | None = None
    requests_per_minute: int | None = None
    usual_requests: bool = False
    highest_priority: Priority | None = None
    role: Role | None = None

    def fulfilled(self, key: ApiKey) -> ApiKey:
        usual = None if self.usual_requests else key.requests_per_minute
        return replace(
            key,
            name=key.name if self.name is None else self.name,
            requests_per_minute=usual if self.requests_per_minute is None else self.requests_per_minute,
            highest_priority=self.highest_priority or key.highest_priority,
        )


class ChangeKey:
    """Holds from the next request on. Of two changes of different fields at once, both hold."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def __call__(self, tenant_id: str, key_id: str, wanted: KeyChange) -> ApiKey:
        """Raises NotFound, and Invalid for another role than the key has."""
        key = self._directory.key(tenant_id, key_id)
        if key is None:
            raise NotFound
        if wanted.role not in {None, key.role}:
            raise Invalid((FieldError("role", f"is {key.role} and stays so; issue another key"),))
        return self._changed(key, wanted)

    def _changed(self, key: ApiKey, wanted: KeyChange) -> ApiKey:
        seen: ApiKey | None = key
        for _ in range(_TRIES):
            if seen is None:
                raise NotFound
            changed = wanted.fulfilled(seen)
            if changed == seen:
                return seen
            entries = entries_of(seen.tenant_id, key_changed(seen, changed))
            outcome = self._directory.change_key(seen.tenant_id, seen.id, _difference(seen, changed), entries)
            if isinstance(outcome, Applied):
                return outcome.row
            seen = outcome.row
        raise Conflict("The key was changed by others again and again meanwhile; ask once more")


def _difference(seen: ApiKey, changed: ApiKey) -> Change:
    """Of each field that is another: what it becomes, if it still is what was seen."""
    change = Change(())
    if changed.name != seen.name:
        change += Change((Set(("name",), changed.name),), (Equals(("name",), seen.name),))
    if changed.requests_per_minute != seen.requests_per_minute:
        path, number = ("requests_per_minute",), changed.requests_per_minute
        step: Step = Remove(path) if number is None else Set(path, number)
        change += Change((step,), (as_seen(path, seen.requests_per_minute),))
    if changed.highest_priority is not seen.highest_priority:
        change += _priority_changed(seen.highest_priority, changed.highest_priority)
    return change


def _priority_changed(seen: Priority, priority: Priority) -> Change:
    """A key without one, from before there was one, has the highest."""
    path = ("highest_priority",)
    still = (seen.value, None) if seen is Priority.HIGH else (seen.value,)
    return Change((Set(path, priority.value),), (OneOf(path, still),))
