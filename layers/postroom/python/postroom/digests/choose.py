"""What its user still wants to hear of a digest, and where, looked up when it is due."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from postroom.digests.model import Digest, Part, Plan, message_id
from postroom.event_types.manage import FindEventTypes
from postroom.event_types.model import EventType
from postroom.notices.model import Notice
from postroom.preferences.look_up import ReadWishes, WishesOfUser
from postroom.preferences.rules import Effective, effective, timezone_of
from postroom.preferences.times import quiet_until
from postroom.users.manage import FindUsers
from postroom.users.model import User


@dataclass(frozen=True, slots=True)
class Quiet:
    """It is not the time for a mail of these, until then."""

    until: datetime
    event_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a digest is for, as they are and what holds for them now."""

    user: User
    event_types: Mapping[str, EventType]
    wishes: WishesOfUser

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(timezone_of(self.wishes.settings, self.user))

    def quiet_until(self, now: datetime) -> datetime | None:
        return quiet_until(self.wishes.settings.quiet_hours, self.zone, now)

    def holding(self, event_type: str) -> Effective | None:
        """None when there is no such event type any more."""
        known = self.event_types.get(event_type)
        return None if known is None else effective(self.wishes.of(event_type), known, self.user)

    def address_for(self, notice: Notice) -> str | None:
        """None when the user does not want to hear of it any more, or has the id of another one who did."""
        holds = self.holding(notice.event_type)
        if holds is None or not self.user.was_there_at(notice.created_at):
            return None
        return holds.address if holds.choice.enabled and holds.choice.is_of(notice.job_type) else None


@dataclass(frozen=True, slots=True)
class FindRecipient:
    users: FindUsers
    event_types: FindEventTypes
    wishes: ReadWishes

    def __call__(self, tenant_id: str, user_id: str) -> Recipient | None:
        """None when there is no such user any more."""
        user = self.users.by_id(tenant_id, user_id)
        if user is None:
            return None
        return Recipient(user, self.event_types.all_of(tenant_id), self.wishes.of_user(tenant_id, user_id))


def choose(digest: Digest, notices: Sequence[Notice], recipient: Recipient | None, now: datetime) -> Plan | Quiet:
    addresses = {notice.event_id: recipient.address_for(notice) if recipient else None for notice in notices}
    unwanted = tuple(event_id for event_id, address in addresses.items() if address is None)
    parts = tuple(_parts(digest, addresses))
    until = recipient.quiet_until(now) if recipient and parts else None
    return Plan(parts, unwanted) if until is None else Quiet(until, tuple(addresses))


def _parts(digest: Digest, addresses: Mapping[str, str | None]) -> Iterator[Part]:
    """One for each address, as different kinds of events may go to different ones."""
    for address in dict.fromkeys(address for address in addresses.values() if address):
        ids = tuple(event_id for event_id, wanted in addresses.items() if wanted == address)
        yield Part(message_id(digest, address), address, ids)
