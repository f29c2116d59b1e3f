"""What a digest says."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from postroom.digests.wording import MOST_GROUPS, MOST_LINES, WHYS, Line, data_of, whys
from postroom.event_types.model import BUILT_IN, EventType, Nature
from postroom.events.model import Event, EventStatus, JobFacts
from postroom.notices.model import Way
from postroom.preferences.model import Delivery
from postroom.priorities import Priority
from tests.fakes.digest_office import a_waiting_notice
from tests.fakes.time import NOON

BERLIN = ZoneInfo("Europe/Berlin")
DUE = NOON + timedelta(hours=1)


def a_line(event_id: str = "evt_1", *, at: datetime = NOON, job: JobFacts | None = None, **notice: Any) -> Line:  # noqa: ANN401 - any field of it
    changed = a_waiting_notice(event_id, DUE, **notice)
    event = Event(
        tenant_id=changed.tenant_id,
        id=event_id,
        event_type=changed.event_type,
        status=EventStatus.DONE,
        priority=Priority.NORMAL,
        created_at=NOON,
        occurred_at=at,
        kept_until=DUE,
        job=job,
    )
    return Line(changed, event)


def said(*lines: Line, zone: ZoneInfo = BERLIN) -> dict[str, Any]:
    return data_of(lines, (), BUILT_IN, zone)


def test_runs_of_one_job_stand_together_the_newest_first() -> None:
    runs = [
        a_line(
            f"evt_{run}",
            at=NOON + run * timedelta(hours=1),
            job=JobFacts(f"run_{run}", name="Nightly copy", error=f"No answer\n from db-{run}"),
            job_id=f"run_{run}",
            link=f"https://example.com/{run}",
        )
        for run in range(2)
    ]

    [group] = said(*runs)["groups"]

    assert (group["title"], group["event_type"], group["more"]) == ("Nightly copy", "job_failed", 0)
    assert group["lines"] == [
        {"text": "No answer from db-1", "at": "31 January 2030, 14:00 CET", "link": "https://example.com/1"},
        {"text": "No answer from db-0", "at": "31 January 2030, 13:00 CET", "link": "https://example.com/0"},
    ]


def test_what_is_no_job_stands_under_what_its_type_means() -> None:
    line = a_line(event_type="compliance_violation", subject="laptop-1 does not meet the policy Disks")
    own = a_line("evt_2", event_type="disk_full", subject="The disk is full")

    groups = said(line, own)["groups"]

    assert [group["title"] for group in groups] == ["A policy is violated", "Disk full"]
    assert groups[0]["lines"] == [{"text": line.notice.subject, "at": "31 January 2030, 13:00 CET"}]


def test_an_event_that_is_not_kept_any_more_is_told_by_its_notice() -> None:
    line = Line(a_waiting_notice("evt_1", DUE, job_id="nightly", subject="Nightly copy failed"), None)

    [group] = said(line)["groups"]

    assert (group["title"], group["lines"][0]["text"]) == ("nightly", "Nightly copy failed")


def test_failures_come_first_then_results_then_news() -> None:
    types = ("job_success", "own", "compliance_violation", "job_failed")
    lines = [a_line(f"evt_{number}", event_type=name) for number, name in enumerate(types)]
    known = {**BUILT_IN, "own": EventType("own", Nature.FAILURE, "own")}

    told = data_of(lines, (), known, BERLIN)

    assert [group["event_type"] for group in told["groups"]] == [
        "job_failed",
        "own",
        "compliance_violation",
        "job_success",
    ]


@pytest.mark.parametrize("groups", [1, 2, 7, 20, 21, 500])
def test_every_event_is_shown_or_counted_and_few_are_shown(groups: int) -> None:
    jobs = [JobFacts(f"job_{number}", name=f"Job {number}") for number in range(groups)]
    told = said(*(a_line(f"evt_{number:03}", job=jobs[number % groups]) for number in range(500)))

    shown = [len(group["lines"]) for group in told["groups"]]
    assert (told["total"], len(shown), told["more_groups"]) == (500, min(groups, MOST_GROUPS), max(0, groups - 20))
    assert min(shown) >= 1
    assert sum(shown) <= MOST_LINES
    if groups <= MOST_GROUPS:
        assert sum(shown) + sum(group["more"] for group in told["groups"]) == 500


def test_a_line_is_one_and_not_a_long_one() -> None:
    [group] = said(a_line(subject="x\r\ny " + "z" * 1000))["groups"]

    text = group["lines"][0]["text"]
    assert text.startswith("x y zzz")
    assert (len(text), text[-1]) == (300, "…")


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "31 January 2030, 12:00 UTC"),
        ("Asia/Kathmandu", "31 January 2030, 17:45 UTC+05:45"),
        ("America/Sao_Paulo", "31 January 2030, 09:00 UTC-03"),
    ],
)
def test_times_are_the_readers(zone: str, shown: str) -> None:
    assert said(a_line(), zone=ZoneInfo(zone))["groups"][0]["lines"][0]["at"] == shown


def test_a_digest_says_all_that_made_it_one() -> None:
    notices = [
        a_waiting_notice("evt_1", DUE, way=Way.THROTTLED),
        a_waiting_notice("evt_2", DUE, way=Way.QUIET_HOURS),
        a_waiting_notice("evt_3", DUE, event_type="job_success"),
        a_waiting_notice("evt_4", DUE, event_type="job_success"),
    ]

    why = whys(notices, {"job_success": Delivery.DAILY, "job_failed": Delivery.WEEKLY})

    assert why == [WHYS[Delivery.DAILY], WHYS[Way.QUIET_HOURS], WHYS[Way.THROTTLED]]
    told = data_of([], why, BUILT_IN, BERLIN)
    assert told["period"] == "daily and quiet hours and many of a kind"
    assert told["reasons"] == [one.sentence for one in why]


def test_who_wants_it_at_once_by_now_is_told_no_period() -> None:
    why = whys([a_waiting_notice("evt_1", DUE)], {"job_failed": Delivery.IMMEDIATE})

    assert (why, data_of([], why, BUILT_IN, BERLIN)["period"]) == ([], "latest")


def test_every_way_into_a_digest_has_words() -> None:
    assert set(WHYS) == {*Delivery, *Way} - {Delivery.IMMEDIATE, Way.IMMEDIATE, Way.DIGEST}
    assert not any("chose" in why.sentence for why in WHYS.values())  # the tenant may have, for all of them


def test_what_happened_is_told_by_when_it_did_and_not_by_when_it_was_posted() -> None:
    late = a_line("evt_1", at=NOON - timedelta(days=2))
    soon = replace(a_line("evt_0"), event=None)

    [group] = said(late, soon)["groups"]
    assert [line["at"] for line in group["lines"]] == ["31 January 2030, 13:00 CET", "29 January 2030, 13:00 CET"]
