"""Times and lengths of time, as a mail says them."""

from datetime import datetime, timedelta, tzinfo

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def written_time(moment: datetime | None, zone: tzinfo) -> str:
    """``20 November 2026, 02:00 CET``; "" for none."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return f"{local.day} {local:%B %Y, %H:%M} {_zone_name(local)}"


def written_duration(started: datetime | None, finished: datetime | None) -> str:
    """In its two largest units: ``1 hour 5 minutes``; "" when it is not known."""
    if started is None or finished is None or finished < started:
        return ""
    seconds = round((finished - started) / timedelta(seconds=1))
    for unit, name, below, name_below in (
        (_DAY, "day", _HOUR, "hour"),
        (_HOUR, "hour", _MINUTE, "minute"),
        (_MINUTE, "minute", 1, "second"),
    ):
        if seconds >= unit:
            rest = seconds % unit // below
            return _counted(seconds // unit, name) + (f" {_counted(rest, name_below)}" if rest else "")
    return _counted(seconds, "second")


def _counted(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def _zone_name(local: datetime) -> str:
    """Where a zone has no letters, tzdata gives an offset such as +0545."""
    name = local.tzname() or "UTC"
    return f"UTC{name[:3]}{':' + name[3:] if name[3:] else ''}" if name[0] in "+-" else name
