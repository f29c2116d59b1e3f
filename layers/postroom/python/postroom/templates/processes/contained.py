"""Tenants' templates, filled in by processes that they may wreck.

A template may be hostile, and so may its data. The sandbox ends most of it in words; what gets past it finds itself in
a process without credentials, files, connections or other tenants, and with little time and memory.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any
from weakref import finalize

from postroom.errors import Unsendable
from postroom.templates.limits import (
    AT_WORK,
    MOST_CHILDREN,
    NEWCOMERS_AT_WORK,
    SECONDS,
    TRIAL_SECONDS,
    WASTED_SECONDS,
    WASTED_WITHIN,
)
from postroom.templates.model import Branding, Rendered, Source
from postroom.templates.processes.budget import Budget
from postroom.templates.processes.children import NURSERY, Nursery, Overrun, Worn
from postroom.templates.processes.lanes import Lanes, Recently
from postroom.templates.processes.wire import Deed, Done, Ended, Garbled, Task
from postroom.templates.workshop import Fault, Preview, Waits

_PROVEN_FOR = 3_600.0

_TOO_LONG = Fault("", 1, 1, "The template takes too long to fill in")
_DIED = Fault("", 1, 1, "The template takes too much memory, or is nested too deeply")
_GARBLED = Fault("", 1, 1, "The template or its data is too large or nested too deeply")


class Contained:
    """The Filler and the Workshop. ``shared`` is what templates may build on, by name; see ``BuiltIn``.

    What has not been seen to end well has a child of its own, so that it does not hold up those that have; and it waits
    when others of its tenant have wasted too much time.

    ``close`` ends the processes; so does the end of whoever had it.
    """

    def __init__(
        self,
        shared: Callable[[], Mapping[str, str]],
        module: str = NURSERY,
        seconds: float = SECONDS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._trial_seconds = seconds * TRIAL_SECONDS / SECONDS
        self._nursery = Nursery(shared, module)
        self._lanes = Lanes(self._nursery.bear, MOST_CHILDREN, AT_WORK, NEWCOMERS_AT_WORK)
        self._proven: Recently[int] = Recently(now)
        self._wasted = Budget(seconds * WASTED_SECONDS / SECONDS, WASTED_WITHIN, now)
        self.close = finalize(self, _end, self._lanes, self._nursery)

    def render(self, tenant_id: str, source: Source, data: Mapping[str, Any], branding: Branding) -> Rendered:
        done = self._ask(tenant_id, "render", source, data, branding)
        if done.rendered is None:
            raise Unsendable(str(done.faults[0] if done.faults else _GARBLED))
        return done.rendered

    def check_syntax(self, tenant_id: str, source: Source) -> tuple[Fault, ...]:
        return self._ask(tenant_id, "check", source).faults

    def preview(self, tenant_id: str, source: Source, data: Mapping[str, Any], branding: Branding) -> Preview:
        done = self._ask(tenant_id, "preview", source, data, branding)
        faults = done.faults or (() if done.rendered else (_GARBLED,))
        return Preview(None if faults else done.rendered, done.names, faults)

    def _ask(
        self,
        tenant_id: str,
        deed: Deed,
        source: Source,
        data: Mapping[str, Any] | None = None,
        branding: Branding | None = None,
    ) -> Done:
        seconds = self._seconds if deed == "render" else self._trial_seconds
        task = Task(deed, source, data or {}, branding or Branding(), seconds)
        try:
            done = self._done(tenant_id, task)
        except (Overrun, Ended, Garbled) as broken:
            return Done(faults=(_fault_of(broken),))
        if deed == "render" and done.rendered is not None:
            self._proven.note(_version(tenant_id, task))
        return done

    def _done(self, tenant_id: str, task: Task) -> Done:
        try:
            return self._tried(tenant_id, task)
        except Worn:
            return self._tried(tenant_id, task, fresh=True)

    def _tried(self, tenant_id: str, task: Task, *, fresh: bool = False) -> Done:
        proven = self._may_be_tried(tenant_id, task)
        with self._lanes.child((tenant_id, proven), newcomer=not proven, fresh=fresh) as child:
            self._may_be_tried(tenant_id, task)  # others may have shown meanwhile what it takes
            try:
                done = child.ask(task)
            except (Overrun, Ended, Garbled, Waits) as broken:
                self._waste(tenant_id, task, 0 if isinstance(broken, Garbled) else task.seconds)
                raise
            if done.faults and child.took > task.seconds / 2:
                self._waste(tenant_id, task, child.took)
            return done

    def _may_be_tried(self, tenant_id: str, task: Task) -> bool:
        """Whether it has been seen to end well. Raises Waits when it has not, and its tenant has wasted too much."""
        if task.deed != "render":
            return False
        proven = self._proven.within(_version(tenant_id, task), _PROVEN_FOR)
        if not proven and self._wasted.is_spent(tenant_id):
            raise Waits("Its template waits: others of this tenant take too long")
        return proven

    def _waste(self, tenant_id: str, task: Task, seconds: float) -> None:
        self._proven.forget(_version(tenant_id, task))
        self._wasted.charge(tenant_id, seconds)


def _end(lanes: Lanes, nursery: Nursery) -> None:
    lanes.close()
    nursery.close()


def _version(tenant_id: str, task: Task) -> int:
    return hash((tenant_id, task.source))


def _fault_of(broken: Exception) -> Fault:
    match broken:
        case Overrun():
            return _TOO_LONG
        case Ended():
            return _DIED
    return _GARBLED
