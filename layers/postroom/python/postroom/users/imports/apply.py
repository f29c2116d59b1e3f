"""A portion of lines becomes users."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from postroom.clock import Clock
from postroom.conditional import Fate
from postroom.errors import FieldError, Invalid, Unavailable
from postroom.users.imports.model import Import, Line
from postroom.users.manage import email_taken, planned
from postroom.users.model import User
from postroom.users.ports import UserStore, Written
from postroom.users.wishes import nobody

_PARALLEL = 16
_TRIES = 5
"""How often a line is tried again because somebody else changed its user meanwhile."""

Became = Fate | tuple[FieldError, ...]


class ApplyLines:
    def __init__(self, users: UserStore, clock: Clock) -> None:
        self._users = users
        self._clock = clock

    def __call__(self, run: Import, lines: Sequence[Line]) -> list[Became]:
        """Line by line, what became of it. Raises Unavailable: all of them can be applied once more.

        They are written side by side. Who was refused for an address that a neighbour had is tried again behind all
        others, so that nobody is refused who would not have been one by one.
        """
        seen = self._users.get_many(run.tenant_id, [line.user_id for line in lines])
        until = self._clock() if run.leased_until is None else run.leased_until
        one = _One(self._users, self._clock, run, until)
        with ThreadPoolExecutor(_PARALLEL) as pool:
            became = list(pool.map(lambda line: one(line, seen.get(line.user_id)), lines))
        return [
            one(line, seen.get(line.user_id)) if fate == _TAKEN else fate
            for line, fate in zip(lines, became, strict=True)
        ]


class _One:
    def __init__(self, users: UserStore, clock: Clock, run: Import, until: datetime) -> None:
        self._users = users
        self._clock = clock
        self._run = run
        self._until = until

    def __call__(self, line: Line, seen: User | None) -> Became:
        for _ in range(_TRIES):
            if seen is not None and seen.import_id == self._run.id:
                # By an earlier run, which did not come to count it: no line of an import has another's user.
                return Fate.CREATED if seen.revision == 1 else Fate.CHANGED
            fate = self._tried(line, seen)
            if fate is not None:
                return fate
            seen = self._users.get(self._run.tenant_id, line.user_id)
        return (FieldError("id", "was changed by somebody else again and again"),)

    def _tried(self, line: Line, seen: User | None) -> Became | None:
        now = self._clock()
        if now >= self._until:
            raise Unavailable("The lease is over: somebody else goes on")
        try:
            put = planned(seen or nobody(self._run.tenant_id, line.user_id, now), line.wishes, now, self._run.id)
        except Invalid as error:
            return error.errors
        if put.fate is Fate.UNCHANGED:
            return put.fate
        if seen is not None and self._is_newer(seen):
            return (FieldError("id", "was changed by somebody else after the import was started"),)
        match self._users.put(put.user, seen):
            case Written.WRITTEN:
                return put.fate
            case Written.EMAIL_TAKEN:
                return _TAKEN
            case Written.STALE:
                return None

    def _is_newer(self, seen: User) -> bool:
        """Whether it was put after the file was: that is what was wanted last. Of two imports it is not known."""
        started_at = self._run.started_at
        return seen.import_id is None and started_at is not None and seen.updated_at > started_at


_TAKEN = email_taken().errors
