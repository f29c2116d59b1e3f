"""What a page shows of a user: what is heard of each event type, when digests come, and quiet hours."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from postroom.errors import NotFound
from postroom.event_types.model import in_words
from postroom.pages.model import LESS, Amount, Link
from postroom.preferences.look_up import Holding, Overview, TellWhatHolds
from postroom.preferences.model import UserSettings, Weekday, Window
from postroom.preferences.rules import DIGEST_HOUR, DIGEST_WEEKDAY, ROLE_RULES, timezone_of
from postroom.templates.model import Branding
from postroom.templates.ports import BrandingOf

EVERY_DAY = frozenset(Weekday)
WORKDAYS = EVERY_DAY - {Weekday.SATURDAY, Weekday.SUNDAY}


class Quiet(StrEnum):
    """What a page can say of quiet hours. What is more than that is ``AS_IT_IS``: shown, and kept unless replaced."""

    NONE = "none"
    EVERY_DAY = "every_day"
    WORKDAYS = "workdays"
    AS_IT_IS = "as_it_is"


@dataclass(frozen=True, slots=True)
class Line:
    """``address``: where its mails go when that is not the user's own, with most of it left out."""

    event_type: str
    description: str
    amount: Amount
    job_types: tuple[str, ...] = ()
    address: str | None = None

    @property
    def title(self) -> str:
        return in_words(self.event_type)

    @property
    def less(self) -> Amount:
        return LESS[self.amount]


@dataclass(frozen=True, slots=True)
class Shown:
    """``settings`` are the user's own; ``usual_hour`` and ``usual_weekday`` hold where they say nothing."""

    name: str
    address: str
    branding: Branding
    lines: tuple[Line, ...]
    settings: UserSettings
    usual_hour: int
    usual_weekday: Weekday
    timezone: str

    @property
    def quiet(self) -> Quiet:
        return quiet_of(self.settings.quiet_hours)

    @property
    def window(self) -> Window | None:
        """The one that a page can show as such."""
        return None if self.quiet in {Quiet.NONE, Quiet.AS_IT_IS} else self.settings.quiet_hours[0]


@dataclass(frozen=True, slots=True)
class ShowWishes:
    tell: TellWhatHolds
    branding_of: BrandingOf

    def all(self, link: Link) -> Shown:
        """Of every event type that the user's role may hear of. Raises NotFound and Unavailable."""
        overview = self.tell(link.tenant_id, link.user_id)
        may_hear = ROLE_RULES[overview.user.role].may_hear
        return self._shown(link, overview, (one for one in overview.holding if one.event_type.nature in may_hear))

    def one(self, link: Link) -> tuple[Shown, Line]:
        """Of the link's own event type. Raises NotFound, also when there is none, and Unavailable."""
        overview = self.tell(link.tenant_id, link.user_id)
        shown = self._shown(link, overview, (one for one in overview.holding if one.event_type.name == link.event_type))
        if not shown.lines:
            raise NotFound
        return shown, shown.lines[0]

    def _shown(self, link: Link, overview: Overview, holding: Iterable[Holding]) -> Shown:
        user, settings, tenant = overview.user, overview.wishes.settings, overview.wishes.tenant
        return Shown(
            name=user.name,
            address=veiled(user.email),
            branding=self.branding_of(link.tenant_id),
            lines=tuple(_line(one, user.email) for one in holding),
            settings=settings,
            usual_hour=DIGEST_HOUR if tenant.digest_hour is None else tenant.digest_hour,
            usual_weekday=tenant.digest_weekday or DIGEST_WEEKDAY,
            timezone=timezone_of(settings, user),
        )


def quiet_of(windows: tuple[Window, ...]) -> Quiet:
    match windows:
        case ():
            return Quiet.NONE
        case (one,) if one.days == EVERY_DAY:
            return Quiet.EVERY_DAY
        case (one,) if one.days == WORKDAYS:
            return Quiet.WORKDAYS
        case _:
            return Quiet.AS_IT_IS


def quiet_hours(quiet: Quiet, start: time, end: time) -> tuple[Window, ...]:
    """The windows that a page's ``quiet`` stands for, which is not ``AS_IT_IS``."""
    days = {Quiet.EVERY_DAY: EVERY_DAY, Quiet.WORKDAYS: WORKDAYS}.get(quiet)
    return () if days is None else (Window(days, start, end),)


def veiled(address: str) -> str:
    """Enough to know one's own address by, and too little for whom a mail was handed on to."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}"


def _line(holding: Holding, own_address: str) -> Line:
    choice, address = holding.effective.choice, holding.effective.address
    return Line(
        event_type=holding.event_type.name,
        description=holding.event_type.description,
        amount=Amount.of(choice),
        job_types=choice.job_types,
        address=None if address == own_address else veiled(address),
    )
