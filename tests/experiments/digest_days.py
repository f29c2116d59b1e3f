"""Days of digests: events, a user who changes their mind, a schedule that is late or comes three times, and deaths.

What must be true of them is told from plain data and minute by minute: see ``tests.experiments.wishes``.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from postroom.clock import from_milliseconds
from postroom.digests.model import Digest, Plan, digest_id
from postroom.notices.model import Notice, NoticeStatus
from postroom.preferences.decide import AtOnce, InDigest, NotAtAll, PutOff, decide
from postroom.preferences.rules import timezone_of
from postroom.preferences.times import quiet_until
from postroom.preferences.wall_clock import next_full_hour
from tests.experiments.wishes import Event, House, Person, awake_at, expected, hears
from tests.fakes.digest_office import TENANT, Digests, Office, a_waiting_notice
from tests.fakes.fate import Dead
from tests.unit.preferences.population import (
    OWN_TYPES,
    happening_of,
    preferences_of,
    settings_of,
    tenant_settings_of,
    user_of,
    wishes_of,
)

_MOST_ROUNDS = 400


@dataclass(frozen=True)
class Happens:
    """An event of this kind, now."""

    name: str
    job_type: str | None = None


@dataclass(frozen=True)
class Passes:
    minutes: int


@dataclass(frozen=True)
class Strikes:
    """The schedule runs so many times; and each ticket is brought so many times."""

    runs: int = 1
    copies: int = 1


@dataclass(frozen=True)
class ChangesMind:
    person: Person


@dataclass(frozen=True)
class Dies:
    """Whoever makes the write after so many others, before it is made or behind it."""

    after: int
    made: bool


Step = Happens | Passes | Strikes | ChangesMind | Dies


class _Watched(Digests):
    """``wrong``: what was planned against the wishes of that moment."""

    def __init__(self, days: "Days") -> None:
        super().__init__(days.office.fate)
        self._days = days

    def plan(self, digest: Digest, plan: Plan) -> Plan:
        if self.planned(digest.tenant_id, digest.id) is None:
            self._days.wrong += self._days.against_wishes(plan)
        return super().plan(digest, plan)


@dataclass
class Days:
    house: House
    person: Person
    start: datetime
    office: Office = field(default_factory=Office)
    events: dict[str, Event] = field(default_factory=dict)
    untold: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.office.take(_Watched(self))
        self.office.clock.now = self.start
        self.office.tenant.put(TENANT, tenant_settings_of(self.house))
        for one in OWN_TYPES.values():
            self.office.types.put(TENANT, one, None)
        self._is_now(self.person)

    def live(self, steps: Sequence[Step]) -> None:
        for step in steps:
            self._happens(step)
        self._come_to_an_end()

    def _happens(self, step: Step) -> None:
        match step:
            case Happens(name, job_type):
                event_id = f"evt_{len(self.events):04}"
                self.events[event_id] = Event(name, job_type, critical=False, at=self.office.clock())
                self._tell(event_id)
            case Passes(minutes):
                self.office.passes(timedelta(minutes=minutes))
            case Strikes(runs, copies):
                self.office.schedule(runs)
                self.office.tickets.waiting *= copies
                self.office.work_on()
                self._tell_the_untold()
            case ChangesMind(person):
                self._is_now(replace(person, zone=self.person.zone))
            case Dies(after, made):
                self.office.fate.at, self.office.fate.made = self.office.fate.writes + after + 1, made

    def _come_to_an_end(self) -> None:
        """Nobody dies any more, and the schedule runs each time that something is due."""
        self.office.fate.at = None
        for _ in range(_MOST_ROUNDS):
            self._tell_the_untold()
            self.office.schedule()
            self.office.work_on()
            waits = [from_milliseconds(due_at) for due_at in self.office.digests.entries().values()]
            tickets = [self.office.clock() + timedelta(seconds=delay) for _, delay in self.office.tickets.waiting]
            if not waits and not tickets:
                return
            self.office.passes(max(min((*waits, *tickets)) - self.office.clock(), timedelta(seconds=1)))
        self.wrong.append("it comes to no end")

    def _is_now(self, person: Person) -> None:
        self.person = person
        office, user = self.office, user_of(person)
        seen = office.users.get(TENANT, user.id)
        office.users.put(replace(user, revision=seen.revision + 1 if seen else 1), seen)
        there = office.preferences.of_user(TENANT, user.id)
        for one in there.values():
            office.preferences.delete(one)
        for one in preferences_of(person):
            office.preferences.put(one, None)
        before = office.settings.get(TENANT, user.id)
        settings = replace(settings_of(person), revision=before.revision + 1)
        office.settings.replace(TENANT, user.id, before, settings)

    def _tell_the_untold(self) -> None:
        again, self.untold = self.untold, []
        for event_id in again:
            self._tell(event_id)

    def _tell(self, event_id: str) -> None:
        """As whoever tells users does, again when they died over it."""
        due_at = self._due(event_id, self.office.clock())
        if due_at is None and self._notice(event_id) is None:
            return
        try:
            self._wait(event_id, due_at or self.office.clock())
        except Dead:
            self.untold.append(event_id)

    def _wait(self, event_id: str, due_at: datetime) -> None:
        wanted = a_waiting_notice(event_id, due_at, event_type=self.events[event_id].name, subject=event_id)
        [notice] = self.office.notices.add([replace(wanted, job_type=self.events[event_id].job_type)])
        while notice.status is NoticeStatus.PENDING and not self.office.collect(notice, notice.due_at or due_at):
            notice = self._put_off_again(notice)

    def _put_off_again(self, notice: Notice) -> Notice:
        assert notice.due_at is not None
        due_at = self._due(notice.event_id, max(self.office.clock(), notice.due_at))
        elsewhere = digest_id(TENANT, "ann", due_at or notice.due_at)
        changes = {"digest_id": elsewhere, "due_at": due_at} if due_at else {"status": NoticeStatus.UNWANTED}
        self.office.notices.replace(notice, replace(notice, **changes))
        return self.office.notice(notice.event_id)

    def _due(self, event_id: str, now: datetime) -> datetime | None:
        """None for what is not wanted. What would be told at once is one too many of its kind."""
        event, user = self.events[event_id], user_of(self.person)
        wishes = wishes_of(self.person, self.house, event.name)
        match decide(wishes, happening_of(event), user, now).what:
            case NotAtAll():
                return None
            case PutOff(until):
                return until
            case InDigest(due_at=due_at):
                return due_at
            case AtOnce():
                zone = ZoneInfo(timezone_of(wishes.settings, user))
                hour = next_full_hour(zone, now)
                return quiet_until(wishes.settings.quiet_hours, zone, hour) or hour

    def _notice(self, event_id: str) -> Notice | None:
        return self.office.notices.get_many(TENANT, [("ann", event_id)]).get(("ann", event_id))

    def against_wishes(self, plan: Plan) -> list[str]:
        now = self.office.clock()
        quiet = ["in quiet hours"] if plan.parts and awake_at(self.person, now) > now else []
        missed = [f"{one} was wanted" for one in plan.unwanted if hears(self.person, self.house, self.events[one])]
        return (
            quiet
            + missed
            + [words for part in plan.parts for one in part.event_ids for words in self._misled(one, part.address)]
        )

    def _misled(self, event_id: str, address: str) -> Iterator[str]:
        event = self.events[event_id]
        if not hears(self.person, self.house, event):
            yield f"{event_id} was not wanted"
        if expected(self.person, self.house, event).address != address:
            yield f"{event_id} was wanted elsewhere than at {address}"

    def faults(self) -> list[str]:
        """Everything that was noticed is in one mail, or unwanted; none is empty, and none comes too early."""
        told = Counter(event_id for events in self.office.told().values() for event_id in events)
        found = list(self.wrong)
        for event_id in self.events:
            notice, times = self._notice(event_id), told.pop(event_id, 0)
            if notice is None:
                continue
            if times != (0 if notice.status is NoticeStatus.UNWANTED else 1):
                found.append(f"{event_id} is {notice.status} and told {times} times")
        found += [f"{event_id} is told, and nobody knows it" for event_id in told]
        found += [f"{mail} is empty" for mail, events in self.office.told().items() if not events]
        for mail in self.office.mails():
            digest = self.office.digests.get(TENANT, mail.metadata["digest_id"])
            if digest is None or mail.created_at < digest.first_due_at:
                found.append(f"{mail.id} came too early")
        return found
