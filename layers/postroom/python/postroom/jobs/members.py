"""Whom a job is for, one by one: their messages, and who was skipped. Portion by portion, in the order of the job."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from postroom.jobs.manage import FindJobs
from postroom.jobs.model import Job, Portion, Skip
from postroom.jobs.ports import PortionStore
from postroom.messages.find import FindMessages
from postroom.messages.model import Status
from postroom.paging import Page, PageRequest

_PLACE = re.compile(r"(\d{1,9}):(\d{1,9})")

_TOGETHER = 100
_READS_PER_PAGE = 40
"""How many times a page is filled up before it is answered short, with a place to go on."""


@dataclass(frozen=True, slots=True)
class Member:
    user_id: str
    message_id: str
    status: Status


@dataclass(frozen=True, slots=True)
class Place:
    """So many of a portion were looked at."""

    portion: int
    index: int

    @classmethod
    def read(cls, text: str | None) -> "Place":
        """Raises ValueError."""
        found = _PLACE.fullmatch(text or "0:0")
        if found is None:
            raise ValueError("not a place")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.portion}:{self.index}"


class ListMembers:
    def __init__(self, jobs: FindJobs, portions: PortionStore, messages: FindMessages) -> None:
        self._jobs = jobs
        self._portions = portions
        self._messages = messages

    def accepted(self, tenant_id: str, job_id: str, status: Status | None, request: PageRequest) -> Page[Member]:
        """Raises NotFound. A page may be short, with a place to go on."""
        job = self._jobs.one(tenant_id, job_id)
        found: list[Member] = []
        reads = 0
        for portion, start in self._portions_from(job, Place.read(request.after)):
            for first in range(start, len(portion.user_ids), _TOGETHER):
                if reads == _READS_PER_PAGE:
                    return Page(tuple(found), str(Place(portion.number, first)))
                reads += 1
                for offset, member in enumerate(self._members(job, portion.user_ids[first : first + _TOGETHER])):
                    if status in {None, member.status}:
                        if len(found) == request.limit:
                            return Page(tuple(found), str(Place(portion.number, first + offset)))
                        found.append(member)
        return Page(tuple(found))

    def skipped(self, tenant_id: str, job_id: str, request: PageRequest) -> Page[Skip]:
        """Raises NotFound."""
        job = self._jobs.one(tenant_id, job_id)
        found: list[Skip] = []
        for reads, (portion, start) in enumerate(self._portions_from(job, Place.read(request.after))):
            if reads == _READS_PER_PAGE:
                return Page(tuple(found), str(Place(portion.number, start)))
            room = request.limit - len(found)
            rest = portion.skipped[start:]
            found += rest[:room]
            if len(rest) > room:
                return Page(tuple(found), str(Place(portion.number, start + room)))
        return Page(tuple(found))

    def _portions_from(self, job: Job, place: Place) -> Iterator[tuple[Portion, int]]:
        """One by one: few are needed for a page."""
        for number in range(place.portion, job.portions):
            found = self._portions.get_many(job.tenant_id, job.id, [number])
            if number in found:
                yield found[number], place.index if number == place.portion else 0

    def _members(self, job: Job, user_ids: tuple[str, ...]) -> Iterator[Member]:
        ids = {user_id: job.message_id(user_id) for user_id in user_ids}
        statuses = self._messages.statuses(job.tenant_id, list(ids.values()))
        for user_id, message_id in ids.items():
            # What is not there any more is older than messages are kept.
            if message_id in statuses:
                yield Member(user_id, message_id, statuses[message_id])
