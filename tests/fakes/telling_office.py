"""A tenant whose users are told of events, on stores in memory that end the worker when a test wants it."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from postroom.digests.carried import ReadCarried
from postroom.digests.collect import Collect
from postroom.digests.model import Digest
from postroom.errors import Unavailable
from postroom.event_types.manage import FindEventTypes
from postroom.event_types.model import EventType
from postroom.events.model import Event, EventStatus, JobFacts
from postroom.ids import Seed
from postroom.messages import life
from postroom.messages.find import FindMessages
from postroom.messages.model import Message, Priority
from postroom.messages.ports import Ticket
from postroom.notices.model import About, Notice
from postroom.preferences.look_up import ReadWishes
from postroom.preferences.model import TenantSettings, UserSettings
from postroom.rolling import Counted
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
from tests.builders import a_preference, a_user
from tests.fakes.digests import MemoryDigests
from tests.fakes.events import MemoryEvents
from tests.fakes.fate import Fate
from tests.fakes.job_office import Messages
from tests.fakes.leases import MemoryTickets
from tests.fakes.notices import MemoryNotices
from tests.fakes.pages import plain_links
from tests.fakes.preferences import MemoryEventTypes, MemoryPreferences, MemoryTenantSettings, MemoryUserSettings
from tests.fakes.sending import FakeSender
from tests.fakes.telling import MemoryToldLately
from tests.fakes.time import NOON
from tests.fakes.users import MemoryUsers

TENANT = "ten_a"
KEPT = timedelta(days=90)
JOB = JobFacts("job_1", "backup", "Nightly copy", "failed", NOON - timedelta(minutes=14), NOON, "Disk full")


def an_event(number: int = 0, **changes: Any) -> Event:  # noqa: ANN401 - any field of it
    """The first one is posted at noon, and each other one a second later."""
    at = changes.get("created_at", NOON + timedelta(seconds=number))
    fields: dict[str, Any] = {
        "tenant_id": TENANT,
        "id": Seed(at, f"event {number}").id("evt"),
        "event_type": "job_success",
        "status": EventStatus.RUNNING,
        "priority": Priority.NORMAL,
        "created_at": at,
        "occurred_at": at,
        "kept_until": at + KEPT,
        "job": JOB,
    }
    return Event(**fields | changes)


class Lately(MemoryToldLately):
    def __init__(self, fate: Fate) -> None:
        super().__init__()
        self._fate = fate

    def replace(self, tenant_id: str, user_id: str, event_type: str, seen: Counted | None, counted: Counted) -> bool:
        found: list[bool] = []
        keep = super().replace
        self._fate.around(lambda: found.append(keep(tenant_id, user_id, event_type, seen, counted)))
        return found[0]


class Digests(MemoryDigests):
    def __init__(self, fate: Fate) -> None:
        super().__init__()
        self._fate = fate
        self.down = False

    def add(self, wanted: Digest, event_id: str) -> bool:
        if self.down:
            raise Unavailable
        found: list[bool] = []
        self._fate.around(lambda: found.append(super(Digests, self).add(wanted, event_id)))
        return found[0]


class Notices(MemoryNotices):
    """One by one, so that who dies leaves a part."""

    def __init__(self, fate: Fate) -> None:
        super().__init__()
        self._fate = fate

    def add(self, notices: Sequence[Notice]) -> list[Notice]:
        found: list[Notice] = []
        for notice in notices:
            self._fate.around(lambda notice=notice: found.extend(super(Notices, self).add([notice])))  # type: ignore[misc]
        return found

    def replace(self, seen: Notice, notice: Notice) -> bool:
        found: list[bool] = []
        self._fate.around(lambda: found.append(super(Notices, self).replace(seen, notice)))
        return found[0]


class Office:
    """``clock`` stands still until it is moved."""

    def __init__(self, kept_in: Callable[[Fate], Notices] = Notices) -> None:
        self.fate = Fate()
        self.notices, self.digests, self.lately = kept_in(self.fate), Digests(self.fate), Lately(self.fate)
        self.messages = Messages(self.fate)
        self.users, self.types, self.events = MemoryUsers(), MemoryEventTypes(), MemoryEvents()
        self.preferences, self.settings = MemoryPreferences(), MemoryUserSettings()
        self.tenant = MemoryTenantSettings()
        self.sender = FakeSender(messages=self.messages)
        self.sender.templates.template_id = None
        self.clock = self.sender.clock
        find_users, find_types = FindUsers(self.users), FindEventTypes(self.types)
        wishes = ReadWishes(self.preferences, self.settings, self.tenant)
        self.find_course = FindCourse(AdmitByHour(self.lately))
        collect = self.collect = Collect(self.digests, KEPT)
        accept = self.sender.acceptor()
        statuses = FindMessages(self.messages).statuses
        carry_out = CarryOut(self.notices, self.find_course, collect, accept, statuses, plain_links, self.clock)
        cases = ReadCases(find_users, wishes)
        self.give_up = GiveUp(self.notices, carry_out)
        self.tell_users = TellUsers(cases, self.find_course, self.notices, carry_out, self.clock)
        self.reconsider = Reconsider(cases, self.events, find_types, carry_out, self.clock)
        throttle = self.find_course.throttle
        self.tickets = MemoryTickets()
        self.carried = ReadCarried(self.digests)
        self.reconsider_mail = ReconsiderMail(self.messages, self.carried, self.notices, self.reconsider, self.tickets)
        self.still_wanted = StillWanted(
            self.notices, self.carried, find_users, find_types, wishes, throttle, self.clock
        )
        self.event_types = find_types
        for name in ("job_failed", "job_success", "compliance_violation", "notification"):
            self.sender.templates.sources[name] = Source(f"{name}: {{title}}", None, "{job[name]} {less_url}")

    def add_user(self, user_id: str = "ann", **changes: Any) -> None:  # noqa: ANN401 - any field of a user
        self.users.put(a_user(**{"id": user_id, "email": f"{user_id}@example.com", **changes}), None)

    def wants(self, user_id: str = "ann", event_type: str = "job_success", **changes: Any) -> None:  # noqa: ANN401 - any field of a preference
        seen = self.preferences.get(TENANT, f"{user_id}~{event_type}")
        revision = seen.revision + 1 if seen else 1
        wanted = a_preference(user_id=user_id, event_type=event_type, revision=revision, **changes)
        self.preferences.put(wanted, seen)

    def says(self, user_id: str = "ann", **changes: Any) -> None:  # noqa: ANN401 - any field of a user's settings
        seen = self.settings.get(TENANT, user_id)
        self.settings.replace(TENANT, user_id, seen, UserSettings(**{"revision": seen.revision + 1, **changes}))

    def tenant_says(self, **changes: Any) -> None:  # noqa: ANN401 - any field of a tenant's settings
        self.tenant.put(TENANT, TenantSettings(**changes))

    def tell(self, event: Event, *users: str) -> Counter[str]:
        self.events.add(event)
        return self.tell_users(event, self.type_of(event), users or ("ann",))

    def type_of(self, event: Event) -> EventType:
        return self.event_types.one(TENANT, event.event_type)

    def notice(self, event: Event, user_id: str = "ann") -> Notice:
        return self.notices.get_many(TENANT, [(user_id, event.id)])[user_id, event.id]

    def mails(self) -> list[Message]:
        """All that were accepted, in the order of their ids."""
        ids = sorted(key[1] for key in self.messages.rows.all())
        found = self.messages.get_many([Ticket(TENANT, one) for one in ids])
        return [found[ticket] for ticket in sorted(found, key=lambda ticket: ticket.message_id)]

    def mail_of(self, event: Event, user_id: str = "ann") -> Message:
        message = self.messages.get(TENANT, self.notice(event, user_id).message_id or "")
        assert message is not None
        return message

    def digested(self) -> dict[tuple[str, datetime], list[str]]:
        """What is in which digest, by whose it is and when it was due."""
        return {
            (digest.user_id, digest.first_due_at): self.digests.event_ids(TENANT, digest.id)
            for digest in self.digests.every()
        }

    def look(self, *messages: Message) -> dict[str, str]:
        return self.still_wanted(TENANT, messages)

    def end(self, message: Message) -> Message:
        """By the sender, as it is not wanted."""
        self.messages.change(TENANT, message.id, life.unwished(message, "for a reason", self.clock()))
        return self.sender.message(message)

    def notices_of(self, message: Message) -> list[Notice]:
        about = About.read(message.about or "")
        plan = self.digests.planned(TENANT, about.subject_id)
        in_digest = [event_id for part in plan.parts for event_id in part.event_ids] if plan else []
        event_ids = in_digest or [about.subject_id]
        return list(self.notices.get_many(TENANT, [(about.user_id, one) for one in event_ids]).values())
