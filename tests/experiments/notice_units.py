"""What it costs to list notices, by any filters, over a population in which some are everywhere and some are rare."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from postroom.ids import Seed
from postroom.notices.listing import DynamoNoticeLog
from postroom.notices.model import Notice, NoticeStatus
from postroom.notices.ports import Filter
from postroom.paging import PageRequest
from tests.builders import a_notice
from tests.experiments.notice_lists import Consumed, NoticeLists
from tests.fakes.time import NOON

TENANT = "ten_" + 26 * "0"
_TYPES = ["job_success", "job_failed", "compliance_violation", "rare"]
SECOND = timedelta(seconds=1)


def mixed(count: int, seed: int) -> Iterator[Notice]:
    """As a tenant has them: events of several users each, most of them sent, a few that failed or wait."""
    chance = Random(seed)
    users, made = max(count // 200, 20), 0
    while made < count:
        at = NOON + made * SECOND
        facts: dict[str, Any] = {
            "tenant_id": TENANT,
            "event_id": Seed(at, "e").id("evt"),
            "at": at,
            "event_type": chance.choices(
                ["job_success", "job_failed", "compliance_violation", "rare"], [800, 150, 49, 1]
            )[0],
        }
        named = (
            {"result_id": f"res{made}"} if facts["event_type"] == "compliance_violation" else {"job_id": _job(chance)}
        )
        for user in chance.sample(range(users), chance.choice([1, 5, 10])):
            status = chance.choices([NoticeStatus.SENT, NoticeStatus.FAILED, NoticeStatus.PENDING], [960, 30, 10])[0]
            sent_at = at + chance.randrange(3600) * SECOND if status is NoticeStatus.SENT else None
            address = "ops@example.com" if user % 10 == 0 else f"user{user}@example.com"
            yield a_notice(**facts, **named, user_id=f"user{user}", recipient=address, status=status, sent_at=sent_at)
            made += 1


def _job(chance: Random) -> str:
    """One that runs all the time, and many others."""
    return "hourly" if chance.random() < 0.5 else f"job{chance.randrange(100)}"


def listed(lists: NoticeLists, wanted: Filter, limit: int = 50) -> tuple[int, Consumed]:
    """How many one page has, and what it cost."""
    lists.consumed = Consumed()
    page = DynamoNoticeLog(lists, lists.query).page(TENANT, wanted, PageRequest(limit, newest_first=True))
    return len(page.items), lists.consumed


def walked(lists: NoticeLists, wanted: Filter) -> tuple[int, Consumed, int]:
    """How many there are, what all pages cost, and how many they were."""
    lists.consumed, found, pages = Consumed(), 0, 0
    request = PageRequest(50, newest_first=True)
    while True:
        page = DynamoNoticeLog(lists, lists.query).page(TENANT, wanted, request)
        found, pages = found + len(page.items), pages + 1
        if page.last is None:
            return found, lists.consumed, pages
        request = replace(request, after=page.last)
