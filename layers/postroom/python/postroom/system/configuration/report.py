"""Runs a table of checks over what was found."""

from collections.abc import Iterable, Iterator
from typing import Any

from postroom.system.configuration.model import Area, Check, Found, Level, Point, T


def points_of(checks: Iterable[Check[T]], looked_at: T) -> Iterator[Point]:
    for check in checks:
        findings = list(check.look(looked_at))
        for one in findings:
            yield Point(check.code, check.area, one.level, one.subject, one.found, one.remedy)
        if not findings:
            yield Point(check.code, check.area, Level.OK, str(check.area), check.well)


def unread(area: Area, fault: str) -> Point:
    remedy = "Ask again in a minute; if it stays so, look at the api function's logs"
    return Point("unavailable", area, Level.ERROR, str(area), f"could not be read ({fault})", remedy)


def bound_of(what: str, found: Found[Any]) -> Iterator[str]:
    if not found.is_all:
        yield f"Of {what} the first {len(found.items)} were looked at"
