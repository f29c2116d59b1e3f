"""What a digest says: why it came, and its events in groups, with lines of each and the rest counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from postroom.event_types.model import EventType, Nature, in_words
from postroom.events.model import Event
from postroom.notices.model import Notice, Way
from postroom.preferences.model import Delivery
from postroom.written_times import written_time

MOST_GROUPS = 20
MOST_LINES = 40
"""Of all groups together, so that no mailbox clips the mail."""

_MOST_OF_A_GROUP = 20
_LONGEST = 300
"""Characters of a line."""


@dataclass(frozen=True, slots=True)
class Why:
    """``word`` is what templates know as the period."""

    word: str
    sentence: str


WHYS: Mapping[Delivery | Way, Why] = {
    Delivery.HOURLY: Why("hourly", "You hear of such events once an hour."),
    Delivery.DAILY: Why("daily", "You hear of such events once a day."),
    Delivery.WEEKLY: Why("weekly", "You hear of such events once a week."),
    Way.QUIET_HOURS: Why("quiet hours", "What came in your quiet hours was kept until they were over."),
    Way.THROTTLED: Why(
        "many of a kind", "Many of one kind came within an hour: the rest of them was kept for this mail."
    ),
}
"""By how a user is told; of ``Way.DIGEST``, by its period. What is told at once has none."""

_OTHERWISE = Why("latest", "")
_URGENCY = (Nature.FAILURE, Nature.RESULT, Nature.NEWS)


@dataclass(frozen=True, slots=True)
class Line:
    """``event`` is None when it is not kept any more; the notice says enough by itself."""

    notice: Notice
    event: Event | None

    @property
    def group(self) -> tuple[str, str]:
        """Runs of one job often have ids of their own, and then its name is what they share."""
        job = self.event.job if self.event else None
        return self.notice.event_type, (job.name if job and job.name else self.notice.job_id) or ""

    @property
    def happened_at(self) -> datetime:
        return self.event.occurred_at if self.event else self.notice.created_at

    @property
    def text(self) -> str:
        """Under the name of a job, why it failed says more than that it did."""
        job = self.event.job if self.event else None
        return _in_a_line(job.error if job and job.error and job.name else self.notice.subject)

    def shown(self, zone: ZoneInfo) -> dict[str, str]:
        link = self.notice.link or ""
        return {"text": self.text, "at": written_time(self.happened_at, zone)} | ({"link": link} if link else {})


def whys(notices: Iterable[Notice], periods: Mapping[str, Delivery]) -> list[Why]:
    """In the order of the table, each once. ``periods``: by event type, those that hold now."""
    found = {periods.get(one.event_type) if one.way is Way.DIGEST else one.way for one in notices}
    return [why for key, why in WHYS.items() if key in found]


def data_of(
    lines: Sequence[Line], why: Sequence[Why], event_types: Mapping[str, EventType], zone: ZoneInfo
) -> dict[str, Any]:
    """As the template ``digest`` wants it. What is urgent comes first, and then what is new."""
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in sorted(lines, key=lambda line: (line.happened_at, line.notice.event_id), reverse=True):
        groups.setdefault(line.group, []).append(line)
    ordered = sorted(groups.items(), key=lambda group: _urgency(event_types.get(group[0][0])))
    most = min(_MOST_OF_A_GROUP, MOST_LINES // min(MOST_GROUPS, max(1, len(ordered))))
    return {
        "period": " and ".join(one.word for one in why or (_OTHERWISE,)),
        "reasons": [one.sentence for one in why],
        "total": len(lines),
        "groups": [_group(key, some, event_types, zone, most) for key, some in ordered[:MOST_GROUPS]],
        "more_groups": len(ordered[MOST_GROUPS:]),
    }


def _group(
    key: tuple[str, str], lines: Sequence[Line], event_types: Mapping[str, EventType], zone: ZoneInfo, most: int
) -> dict[str, Any]:
    name, job = key
    return {
        "title": _in_a_line(job) or _title_of(event_types.get(name), name),
        "event_type": name,
        "lines": [line.shown(zone) for line in lines[:most]],
        "more": len(lines[most:]),
    }


def _title_of(event_type: EventType | None, name: str) -> str:
    said = event_type.description.rstrip(". ") if event_type else ""
    return said or in_words(name)


def _urgency(event_type: EventType | None) -> int:
    return _URGENCY.index(event_type.nature) if event_type else len(_URGENCY)


def _in_a_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
