"""A tenant whose users are told of events, whole and in memory: what was posted, decided, folded, sent and looked at.

Workers and services die at writes that a test has chosen, the clock of digests strikes when it likes to, and what comes
of it is a ``Story`` that is held to the wishes as they are told a second time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from postroom.clock import to_milliseconds
from postroom.digests import life as digest_life
from postroom.digests.carried import ReadCarried
from postroom.digests.choose import FindRecipient
from postroom.digests.collect import Collect
from postroom.digests.contents import Contents
from postroom.digests.mail import WriteMail
from postroom.digests.make import MakeDigest
from postroom.digests.model import WORKED_ON as DIGEST_WORKED_ON
from postroom.digests.observed import ObservedDigests
from postroom.event_types.manage import FindEventTypes
from postroom.events import life as event_life
from postroom.events.model import WORKED_ON as EVENT_WORKED_ON
from postroom.events.model import JobFacts, NewEvent, Posting
from postroom.events.observed import ObservedEvents
from postroom.events.post import PostEvents
from postroom.events.run import RunEvent
from postroom.ids import Seed
from postroom.leases.model import LEASE, Ticket
from postroom.leases.overdue import EnqueueOverdue
from postroom.messages.accept import AcceptMessages
from postroom.messages.find import FindMessages
from postroom.messages.model import Message, Status
from postroom.notices.model import About, Notice
from postroom.notices.outcome import FollowMails
from postroom.pages.model import Links
from postroom.preferences.candidates import FindCandidates
from postroom.preferences.look_up import ReadWishes
from postroom.priorities import Priority
from postroom.telling.carry_out import CarryOut
from postroom.telling.case import ReadCases
from postroom.telling.course import FindCourse
from postroom.telling.give_up import GiveUp
from postroom.telling.reconsider import Reconsider
from postroom.telling.reconsider_mail import ReconsiderMail
from postroom.telling.still_wanted import StillWanted
from postroom.telling.tell import TellUsers
from postroom.telling.throttle import AdmitByHour
from postroom.templates.model import Source
from postroom.users.manage import FindUsers
from tests.experiments.told import Asked, Mail, Story
from tests.experiments.wishes import Event, House, Person
from tests.fakes.batch import with_account
from tests.fakes.digests import MemoryDigests
from tests.fakes.events import MemoryEvents
from tests.fakes.fate import Dead, Fate, mortal
from tests.fakes.leases import MemoryTickets
from tests.fakes.notices import MemoryNotices
from tests.fakes.preferences import MemoryEventTypes, MemoryPreferences, MemoryTenantSettings, MemoryUserSettings
from tests.fakes.sending import TENANT, FakeSender
from tests.fakes.telling import MemoryToldLately
from tests.fakes.users import MemoryUsers
from tests.unit.preferences.population import (
    ALL_TYPES,
    OWN_TYPES,
    preferences_of,
    settings_of,
    tenant_settings_of,
    user_of,
)

PORTION = 2
KEPT = timedelta(days=90)
T = TypeVar("T")
_FOREVER = datetime(2100, 1, 1, tzinfo=UTC)
_MOST_STRIKES = 400
_UNFINISHED = {Status.QUEUED, Status.DEFERRED, Status.SENDING}
_TEMPLATES = {"digest", *(one.template for one in ALL_TYPES.values())}


@dataclass
class Deciding:
    """The notices as who decides about them sees them: each decision is noted, with its moment."""

    notices: Any
    story: Story
    clock: Callable[[], datetime]

    def add(self, notices: Sequence[Notice]) -> list[Notice]:
        there = self.notices.get_many(TENANT, [(one.user_id, one.event_id) for one in notices])
        for one in notices:
            if (one.user_id, one.event_id) not in there:
                self.story.looks[one.user_id, one.event_id].append(self.clock())
        found: list[Notice] = self.notices.add(notices)
        return found

    def get_many(self, tenant_id: str, places: Any) -> dict[tuple[str, str], Notice]:  # noqa: ANN401 - of notices
        found: dict[tuple[str, str], Notice] = self.notices.get_many(tenant_id, places)
        return found

    def replace(self, seen: Notice, notice: Notice) -> bool:
        # What was refused by a digest that had closed is decided about as of the moment of that one.
        self.story.looks[seen.user_id, seen.event_id].append(max(self.clock(), seen.due_at or self.clock()))
        return bool(self.notices.replace(seen, notice))


@dataclass
class Admitting:
    """A throttle that notes what it was asked."""

    throttle: AdmitByHour
    story: Story

    def admits(  # noqa: PLR0917 - as the throttle is asked
        self,
        tenant_id: str,
        user_id: str,
        event_type: str,
        event_id: str,
        most: int,
        now: datetime,
        *,
        anew: bool = False,
    ) -> bool:
        try:
            admitted = self.throttle.admits(tenant_id, user_id, event_type, event_id, most, now, anew=anew)
        except Dead:
            counted = (self.throttle.lately.get(tenant_id, user_id, event_type) or {}).get(event_id)
            if counted is not None and (not anew or counted == to_milliseconds(now)):
                self.story.asked.append(Asked(user_id, event_id, now, admitted=True, anew=anew))
            raise
        self.story.asked.append(Asked(user_id, event_id, now, admitted, anew))
        return admitted


@dataclass
class World:
    """``people`` by name. Whatever is to be told of is told of by ``work``, which is what a queue sets going.

    ``sends``: false while mails wait, as for want of quota.
    """

    house: House
    people: Mapping[str, Person]
    begins: datetime
    fate: Fate = field(default_factory=Fate)
    tickets: MemoryTickets = field(default_factory=MemoryTickets)
    sends: bool = True

    def __post_init__(self) -> None:
        self._seen: set[str] = set()
        self._followed: set[str] = set()
        self.sender = with_account(FakeSender(), daily_limit=1_000_000)
        self.sender.templates.sources = dict.fromkeys(_TEMPLATES, Source("Told", None, "Told"))
        self.clock = self.sender.clock
        self.clock.now = self.begins
        self.story = Story(self.house, [(self.begins, dict(self.people))])
        self._make_stores()
        self._make_use_cases()
        for person in self.people.values():
            before = self.begins - timedelta(days=1)
            self.users.put(replace(user_of(person), updated_at=before), None)
            self._put_wishes(person, before)

    def _make_stores(self) -> None:
        self.users, self.preferences = MemoryUsers(), MemoryPreferences()
        self.user_settings, self.tenant_settings = MemoryUserSettings(), MemoryTenantSettings()
        self.tenant_settings.put(TENANT, tenant_settings_of(self.house))
        types = MemoryEventTypes()
        for one in OWN_TYPES.values():
            types.put(TENANT, one, None)
        self.event_types = FindEventTypes(types)
        self.kept_events, self.kept_digests, self.kept_notices = MemoryEvents(), MemoryDigests(), MemoryNotices()
        events = ObservedEvents(self.kept_events, self.sender.meter)
        digests = ObservedDigests(self.kept_digests, self.sender.meter)
        self.events: Any = mortal(events, self.fate, "known", "add", "change")
        self.digests: Any = mortal(digests, self.fate, "add", "add_all", "change", "plan")
        self.notices: Any = mortal(self.kept_notices, self.fate, "add", "replace")
        self.kept_lately = MemoryToldLately()
        self.lately: Any = mortal(self.kept_lately, self.fate, "replace")
        self.queue: Any = mortal(self.tickets, self.fate, "put", "put_all")

    def _make_use_cases(self) -> None:
        find_users = FindUsers(self.users)
        wishes = ReadWishes(self.preferences, self.user_settings, self.tenant_settings)
        cases = ReadCases(find_users, wishes)
        self.admitting = Admitting(AdmitByHour(self.lately), self.story)
        course = FindCourse(self.admitting)
        collect = Collect(self.digests, KEPT)
        deciding = Deciding(self.notices, self.story, self.clock)
        accept = self._acceptor()
        statuses = FindMessages(self.sender.observed).statuses
        carry_out = CarryOut(deciding, course, collect, accept, statuses, lambda *_: Links(), self.clock)
        tell = TellUsers(cases, course, deciding, carry_out, self.clock)
        candidates = FindCandidates(self.preferences, find_users, self.tenant_settings)
        self.post_events = PostEvents(self.events, self.event_types, self.queue, KEPT)
        self.run_event = RunEvent(
            self.events,
            self.event_types,
            candidates,
            tell,
            GiveUp(self.notices, carry_out),
            self.queue,
            self.clock,
            portion=PORTION,
        )
        self.make_digest = MakeDigest(
            self.digests,
            Contents(self.notices, collect),
            FindRecipient(find_users, self.event_types, wishes),
            WriteMail(self.kept_events.get_many, lambda *_: Links()),
            accept,
            FindMessages(self.sender.observed),
            self.queue,
            self.clock,
        )
        self.put_back = EnqueueOverdue(self.events, self.events.due, event_life.looked_for, self.queue, self.clock)
        self.enqueue = EnqueueOverdue(self.digests, self.digests.due, digest_life.looked_for, self.queue, self.clock)
        carried = ReadCarried(self.kept_digests)
        self.sender.still_wanted = StillWanted(
            self.kept_notices,
            carried,
            find_users,
            self.event_types,
            wishes,
            Admitting(AdmitByHour(self.kept_lately), self.story),
            self.clock,
        )
        reconsider = Reconsider(cases, self.events, self.event_types, carry_out, self.clock)
        self.reconsider_mail = ReconsiderMail(self.sender.observed, carried, self.notices, reconsider, MemoryTickets())
        self.follow = FollowMails(
            self.notices, carried, lambda one: self.reconsider_mail(Ticket(one.tenant_id, one.id), self.clock())
        )

    def _acceptor(self) -> AcceptMessages:
        """Who uses it may die over it. The sender does not: what becomes of its mails then is told elsewhere."""
        accept = self.sender.acceptor()
        rows: Any = mortal(accept.consign.store, self.fate, "point_to", "watch", "add")
        queues: Any = mortal(accept.queues, self.fate, "send")
        return replace(accept, consign=replace(accept.consign, store=rows), queues=queues)

    def post(self, *events: Event) -> None:
        """In one request, which a client repeats until it is answered."""
        seed = Seed.fresh(self.clock())
        news = tuple(NewEvent(one.name, _job(one, number), critical=one.critical) for number, one in enumerate(events))
        posted = self._until_answered(lambda: self.post_events(TENANT, Posting(news, {}), seed, Priority.HIGH))
        for one, event in zip(posted, events, strict=True):
            self.story.events[one.event.id] = replace(event, at=self.clock())
        self.work()

    def strike(self, times: int = 1) -> None:
        """The clock of digests and of what was forgotten, which strikes again for whoever died."""
        self.story.struck.append(self.clock())
        for _ in range(times):
            self._until_answered(lambda: (self.put_back(_FOREVER), self.enqueue(_FOREVER)))
        self.sender.due()
        self.work()

    def work(self) -> None:
        """What lies in the queue, and what is put there meanwhile; time passes as it is asked for. Then mails go."""
        while self.tickets.waiting:
            ticket, delay = first = min(self.tickets.waiting, key=lambda waiting: waiting[1])
            self.tickets.waiting.remove(first)
            if self._is_open(ticket):
                self.clock.advance(timedelta(seconds=delay))
            try:
                self._worker(ticket)(ticket, _FOREVER)
            except Dead:
                self.tickets.put(ticket, round(LEASE.total_seconds()))
        if self.sends:
            self.send()

    def brought_twice(self) -> None:
        """As a queue may: tickets of all that there ever was, which is the chance of a digest that is due."""
        self.story.struck.append(self.clock())
        for event in self.kept_events.all_of(TENANT):
            self.tickets.put(Ticket(TENANT, event.id))
        for digest in self.kept_digests.every():
            self.tickets.put(Ticket(TENANT, digest.id))
        self.work()

    def send(self) -> None:
        """A sender takes what lies on the queues; what it did not send for want of wishes is looked at anew."""
        while self.sender.queues.sent:
            self.sender.run()
            for message in self.sender.messages.all_of(TENANT):
                if message.id not in self._seen and message.status is Status.SENT:
                    self._note(message)
                if message.status not in _UNFINISHED and message.id not in self._followed:
                    # What a stream brings may come again, and does here.
                    for _ in range(2):
                        self._until_answered(partial(self.follow, [message]))
                    self._followed.add(message.id)

    def become(self, person: Person) -> None:
        """Somebody changes their mind, a minute after whatever was done before."""
        self.clock.advance(timedelta(minutes=1))
        self.people = {**self.people, person.name: person}
        self.story.people.append((self.clock(), dict(self.people)))
        for there in self.preferences.of_user(TENANT, person.name).values():
            self.preferences.delete(there)
        user = self.users.get(TENANT, person.name)
        revision = user.revision + 1 if user else 1
        self.users.put(replace(user_of(person), revision=revision, updated_at=self.clock()), user)
        self._put_wishes(person, self.clock())

    def _put_wishes(self, person: Person, at: datetime) -> None:
        seen = self.user_settings.get(TENANT, person.name)
        wanted = replace(settings_of(person), revision=seen.revision + 1)
        self.user_settings.replace(TENANT, person.name, seen, wanted)
        for one in preferences_of(person):
            self.preferences.put(replace(one, created_at=at), None)

    def _note(self, message: Message) -> None:
        about = About.read(message.about or "")
        ids = tuple(event_id for _, event_id in self._told_by(message))
        digest = about.subject_id if about.subject_id.startswith("dig_") else None
        [address] = message.recipients
        self.story.mails.append(Mail(about.user_id, message.sent_at or self.clock(), address, ids, digest))
        self._seen.add(message.id)

    def _told_by(self, message: Message) -> list[tuple[str, str]]:
        about = About.read(message.about or "")
        plan = self.kept_digests.planned(TENANT, about.subject_id)
        parts = [part for part in plan.parts if part.message_id == message.id] if plan else []
        ids = [event_id for part in parts for event_id in part.event_ids] if parts else [about.subject_id]
        return [(about.user_id, event_id) for event_id in ids]

    def untrue(self) -> list[str]:
        """Where the log differs from what went out: of all that ended, as it has by now."""
        told = {(mail.user, event_id): mail for mail in self.story.mails for event_id in mail.event_ids}
        found = []
        for one in self.kept_notices.all:
            mail = told.pop((one.user_id, one.event_id), None)
            expected = ("sent", mail.address, mail.at) if mail else ("unwanted", one.recipient, None)
            if (one.status, one.recipient, one.sent_at) != expected:
                found.append(f"{one.user_id}, {one.event_id}: {one.status} {one.recipient} {one.sent_at}, and {mail}")
        return found + [f"{pair} is not in the log" for pair in told]

    def _is_open(self, ticket: Ticket) -> bool:
        if ticket.id.startswith("evt_"):
            event = self.kept_events.get(TENANT, ticket.id)
            return event is not None and event.status in EVENT_WORKED_ON
        digest = self.kept_digests.get(TENANT, ticket.id)
        return digest is not None and digest.status in DIGEST_WORKED_ON and digest.first_due_at <= self.clock()

    def _worker(self, ticket: Ticket) -> Callable[[Ticket, datetime], None]:
        return self.run_event if ticket.id.startswith("evt_") else self.make_digest

    def _until_answered(self, ask: Callable[[], T]) -> T:
        while True:
            try:
                return ask()
            except Dead:
                self.clock.advance(timedelta(minutes=1))

    def go_on_to_the_end(self) -> None:
        """Strikes until nothing waits any more."""
        self.sends = True
        for _ in range(_MOST_STRIKES):
            self.strike()
            digests = [one.first_due_at for one in self.kept_digests.every() if one.status in DIGEST_WORKED_ON]
            if not digests and not self._is_anything_left():
                return
            self.clock.now = max(self.clock() + timedelta(minutes=2), min(digests, default=self.begins))
        raise AssertionError("Something waits, and nothing comes of it")

    def _is_anything_left(self) -> bool:
        mails = any(one.status in _UNFINISHED for one in self.sender.messages.all_of(TENANT))
        return mails or any(one.status in EVENT_WORKED_ON for one in self.kept_events.all_of(TENANT))


def _job(event: Event, number: int) -> JobFacts | None:
    return JobFacts(f"job-{number}", event.job_type) if event.job_type else None
