"""What may be changed of a key: its name and its rights to requests and priorities. Its role stays what it was."""

from dataclasses import dataclass

from postroom.change import Change, Remove, Set, Step
from postroom.errors import FieldError, Invalid, NotFound
from postroom.priorities import Priority
from postroom.tenancy.model import ApiKey, Role
from postroom.tenancy.ports import Directory


@dataclass(frozen=True, slots=True)
class KeyChange:
    """What is left out, or None, stays as it is; with ``usual_requests`` the number of requests is the usual one."""

    name: str | None = None
    requests_per_minute: int | None = None
    usual_requests: bool = False
    highest_priority: Priority | None = None
    role: Role | None = None


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
        steps = _steps(wanted)
        changed = self._directory.change_key(tenant_id, key_id, Change(steps)) if steps else key
        if changed is None:
            raise NotFound
        return changed


def _steps(wanted: KeyChange) -> tuple[Step, ...]:
    steps: list[Step] = []
    if wanted.name is not None:
        steps.append(Set(("name",), wanted.name))
    if wanted.requests_per_minute is not None:
        steps.append(Set(("requests_per_minute",), wanted.requests_per_minute))
    elif wanted.usual_requests:
        steps.append(Remove(("requests_per_minute",)))
    if wanted.highest_priority is not None:
        steps.append(Set(("highest_priority",), wanted.highest_priority.value))
    return tuple(steps)
