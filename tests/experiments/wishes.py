"""Who is to hear of what and when, told a second time in plain words, from plain data and minute by minute."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any

from tests.experiments.wall_clocks import Shown

_MINUTE = timedelta(minutes=1)
_DAYS = 16
"""Until a digest of a week that falls into a quiet week."""

_NATURES = {
    "job_success": "news",
    "job_failed": "failure",
    "job_partial": "failure",
    "compliance_violation": "result",
    "scheduled_backup_complete": "news",
    "own_news": "news",
    "own_failure": "failure",
    "own_result": "result",
}
_NEVER_FOR = {("viewer", "failure")}
_UNASKED_FOR = {("admin", "failure")}


@dataclass(frozen=True)
class Said:
    """What somebody said of one event type. ``roles``: of a tenant, for whom."""

    enabled: bool
    job_types: tuple[str, ...] = ()
    delivery: str = "immediate"
    roles: tuple[str, ...] = ()
    address: str | None = None
    confirmed: bool = False


Window = tuple[tuple[str, ...], time, time]
"""On which days, from when and until when."""


@dataclass(frozen=True)
class Person:
    name: str
    role: str
    zone: str
    own: Mapping[str, Said] = field(default_factory=dict)
    windows: tuple[Window, ...] = ()
    own_zone: str | None = None
    hour: int | None = None
    weekday: str | None = None
    most: int | None = None


@dataclass(frozen=True)
class House:
    """A tenant. ``most``: of one event type at once in an hour, to each; who has a number of their own has that."""

    says: Mapping[str, Said] = field(default_factory=dict)
    hour: int | None = None
    weekday: str | None = None
    most: int | None = None


@dataclass(frozen=True)
class Event:
    name: str
    job_type: str | None
    critical: bool
    at: datetime


@dataclass(frozen=True)
class Expected:
    """``when`` is None for not at all."""

    rule: str
    address: str
    when: datetime | None
    period: str = ""


def expected(person: Person, house: House, event: Event) -> Expected:
    rule, said = next(_voices(person, house, event.name))
    address = f"{person.name}@example.com"
    if rule == "own" and said.address and said.confirmed:
        address = said.address
    if not hears(person, house, event):
        return Expected(rule, address, None)
    if event.critical:
        return Expected(rule, address, event.at)
    return Expected(rule, address, *_when(person, house, said.delivery, event.at))


def hears(person: Person, house: House, event: Event) -> bool:
    _, said = next(_voices(person, house, event.name))
    return said.enabled and (not said.job_types or event.job_type in said.job_types)


def awake_at(person: Person, at: datetime) -> datetime:
    """The first moment from then on that is in no quiet hours."""
    return _when(person, House(), "immediate", at)[0]


def when_too_many(person: Person, house: House, at: datetime) -> datetime:
    """When that is told of which there was too much at once: at a full hour, or when quiet hours end behind it."""
    return _when(person, house, "hourly", at)[0]


def most_at_once(person: Person, house: House) -> int:
    return next(number for number in (person.most, house.most, 10) if number is not None)


def _voices(person: Person, house: House, name: str) -> Iterator[tuple[str, Said]]:
    """The strongest first, without those that promise a role what it may not have."""
    about = (person.role, _NATURES[name])
    mine, ours = person.own.get(name), house.says.get(name)
    if mine and not (mine.enabled and about in _NEVER_FOR):
        yield "own", mine
    if ours and person.role in (ours.roles or (person.role,)) and not (ours.enabled and about in _NEVER_FOR):
        yield "tenant", ours
    if about in _UNASKED_FOR:
        yield "role", Said(enabled=True)
    yield "system", Said(enabled=False)


def _when(person: Person, house: House, delivery: str, at: datetime) -> tuple[datetime, str]:
    shown = _shown(person.own_zone or person.zone, at, _DAYS if person.windows or delivery == "weekly" else 3)
    due = at if delivery == "immediate" else _due(person, house, delivery, at, shown)
    quiet = _quiet(person.windows, shown)
    while any(begins <= due < ends for begins, ends in quiet):
        due = due.replace(second=0, microsecond=0) + _MINUTE
    return due, "" if delivery == "immediate" else delivery


@lru_cache(maxsize=64)
def _quiet(windows: tuple[Window, ...], shown: Shown) -> list[tuple[datetime, datetime]]:
    return [
        (shown.begins(_on(day, start)), shown.ends(_on(day, end) + timedelta(days=end <= start)))
        for days, start, end in windows
        for day in shown.days()
        if day.strftime("%A").lower() in days
    ]


def _shown(zone: str, at: datetime, days: int) -> Shown:
    """From one midnight on for all of a day: to look it up takes the most time of all."""
    return _shown_from(zone, at.replace(hour=0, minute=0, second=0, microsecond=0), days)


@lru_cache(maxsize=64)
def _shown_from(zone: str, midnight: datetime, days: int) -> Shown:
    return Shown.around(zone, midnight, days + 1)


def _due(person: Person, house: House, delivery: str, at: datetime, shown: Shown) -> datetime:
    if delivery == "hourly":
        return next(one for one in _minutes(shown) if one[0] > at and one[1] % 60 == 0)[0]
    hour = next(one for one in (person.hour, house.hour, 8) if one is not None)
    weekday = person.weekday or house.weekday or "monday"
    days = [day for day in shown.days() if delivery == "daily" or day.strftime("%A").lower() == weekday]
    return next(due for day in days if (due := shown.begins(_on(day, time(hour)))) > at)


def _minutes(shown: Shown) -> Iterator[tuple[datetime, int]]:
    return ((shown.first + number * _MINUTE, minute) for number, minute in enumerate(shown.minutes))


def _on(day: datetime, at: time) -> Any:  # noqa: ANN401 - a local time
    return day + timedelta(hours=at.hour, minutes=at.minute)
