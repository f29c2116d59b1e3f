"""What a provider's refusals teach: less in a window, or a slower pace, at once and in the write that notes the fault.

It comes back with time (``limits``). A refusal teaches once: mails that were reserved before the last lesson say
nothing against it, however many senders report them. A limit of an hour teaches nothing: the rest lasts as long.
"""

import re
from datetime import datetime, timedelta

from postroom.accounts.limits import Limits, limits_at
from postroom.accounts.model import Account, AccountEvent, EventKind, Lesson
from postroom.accounts.record import lesson_record
from postroom.accounts.windows import used
from postroom.change import Change, Remove, Requirement, Set, as_seen
from postroom.clock import from_milliseconds, to_milliseconds
from postroom.delivery.model import Phase, ReplyClass, Verdict
from postroom.ids import new_id

SLOWEST = timedelta(minutes=5)
_SLOW_AT_LEAST = timedelta(seconds=1)
_NOTHING = Change((), ())
_OF_A_MAIL = frozenset(Phase) - {Phase.CONNECT, Phase.GREETING, Phase.EHLO, Phase.STARTTLS, Phase.AUTH}
"""Too many log-ins or connections say nothing of how many mails there may be."""

_OF_AN_HOUR = re.compile(r"\bhour(ly)?\b", re.IGNORECASE)
_OF_A_DAY = re.compile(r"\b(day|daily|24)\b", re.IGNORECASE)


def is_taught(account: Account, reserved: Account, verdict: Verdict) -> bool:
    """Whether another mail has taught this since the one that was refused was ``reserved``."""
    if verdict.reply_class is ReplyClass.QUOTA:
        return account.learned_daily != reserved.learned_daily
    return account.learned_spacing != reserved.learned_spacing


def plan_lesson(account: Account, reserved: Account, verdict: Verdict, now: datetime) -> Change:
    if is_taught(account, reserved, verdict) or verdict.phase not in _OF_A_MAIL:
        return _NOTHING
    if verdict.reply_class is ReplyClass.QUOTA and not _is_hourly(verdict):
        return _learned("learned_daily", account.learned_daily, _lower_daily(account, now), now)
    if verdict.reply_class is ReplyClass.RATE:
        return _learned("learned_spacing", account.learned_spacing, _wider_spacing(account, now), now)
    return _NOTHING


def event_of_lesson(before: Account, after: Account, now: datetime) -> AccountEvent | None:
    """None when nothing is stricter than it was: one a day is not lowered, and five minutes are the longest pause."""
    what = _what_is_stricter(limits_at(before, now), limits_at(after, now))
    words = after.last_error.words if after.last_error else ""
    return AccountEvent(new_id("evt", now), now, EventKind.LIMIT_LEARNED, f"{what}: {words}") if what else None


def lessons_as_seen(account: Account) -> Change:
    """They outlast the rest that came with them: by that alone an older sight of the account would pass."""
    seen = (("learned_daily", account.learned_daily), ("learned_spacing", account.learned_spacing))
    return Change((), tuple(_as_seen(name, lesson) for name, lesson in seen))


def lessons_forgotten() -> Change:
    return Change((Remove(("learned_daily",)), Remove(("learned_spacing",))))


def _what_is_stricter(before: Limits, after: Limits) -> str | None:
    if after.daily < before.daily:
        return f"{after.daily} {after.unit} instead of {before.daily}"
    if after.spacing_ms > before.spacing_ms:
        return f"{after.spacing_ms / 1000:g} seconds between two mails instead of {before.spacing_ms / 1000:g}"
    return None


def _is_hourly(verdict: Verdict) -> bool:
    return _OF_AN_HOUR.search(verdict.words) is not None and not _OF_A_DAY.search(verdict.words)


def _learned(name: str, before: Lesson | None, value: int, now: datetime) -> Change:
    lesson = Lesson(value, from_milliseconds(to_milliseconds(now)))
    return Change((Set((name,), lesson_record(lesson)),), (_as_seen(name, before),))


def _as_seen(name: str, lesson: Lesson | None) -> Requirement:
    return as_seen((name,), lesson_record(lesson) if lesson else None)


def _lower_daily(account: Account, now: datetime) -> int:
    """What got through, but no less than half of what was tried."""
    effective = limits_at(account, now).daily
    open_units = sum(held.count for held in account.counter.reservations.values())
    through = used(account, now) - open_units
    return min(effective, max(through, effective // 2, 1))


def _wider_spacing(account: Account, now: datetime) -> int:
    effective = limits_at(account, now).spacing_ms
    slowest = round(SLOWEST.total_seconds() * 1000)
    at_least = round(_SLOW_AT_LEAST.total_seconds() * 1000)
    return max(effective, min(2 * effective, slowest), at_least)
