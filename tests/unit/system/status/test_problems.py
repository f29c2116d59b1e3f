"""The table of what is not well: each rule, and what is well beside it."""

import inspect
import re
from datetime import timedelta
from typing import Any

import pytest

from local.place import ROOT
from postroom.accounts.days import epoch_hour
from postroom.accounts.model import AccountStatus, LastError
from postroom.digests.collect import Collect
from postroom.events.model import EventStatus
from postroom.messages.model import Status
from postroom.system.model import SCHEDULES, Gauge, Guide, Run
from postroom.system.status import problems
from postroom.system.status.problems import FAILURES_ARE_MANY, RULES
from postroom.tenancy.model import Role
from tests.fakes.digest_office import a_waiting_notice
from tests.fakes.tables import template
from tests.fakes.telling_office import an_event
from tests.fakes.time import NOON
from tests.unit.system.status.conftest import Desk

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
THIS_HOUR = epoch_hour(NOON)
HIDDEN = timedelta(seconds=370)
NOT_WELL = LastError(NOON - DAY, "auth", "535 no")


def test_every_rule_of_the_module_is_in_the_table() -> None:
    rules = [
        function
        for _, function in inspect.getmembers(problems, inspect.isgeneratorfunction)
        if function.__module__ == problems.__name__
    ]

    assert set(rules) == set(RULES)


@pytest.mark.parametrize("guide", Guide)
def test_every_problem_leads_to_a_heading(guide: Guide) -> None:
    document, _, anchor = guide.partition("#")
    path = ROOT / "docs" / document
    if document == "operations.md" and not path.exists():
        pytest.skip("the guide is not written yet")
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)

    assert anchor in {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def only(desk: Desk, code: str, role: Role = Role.VIEWER) -> Any:  # noqa: ANN401 - JSON
    told = desk.status(role)
    assert not told["healthy"]
    assert [problem["code"] for problem in told["problems"]] == [code]
    [problem] = told["problems"]
    assert problem["what_to_do"]
    assert problem["link"].startswith("docs/")
    return problem


def test_what_does_not_answer_is_a_problem(desk: Desk) -> None:
    desk.runs.answers = False

    assert only(desk, "part_unavailable")["what"] == "schedules could not be asked (Unavailable)"


def test_a_dead_letter_is_a_problem_for_everybody(desk: Desk) -> None:
    desk.gauges.gauges["dead"] = Gauge(1, 0, 0, HIDDEN, None)

    for role in (Role.VIEWER, Role.PLATFORM):
        assert only(desk, "dead_letters", role)["what"].startswith("1 put aside of high and low")


def test_a_message_that_is_older_than_its_queue_allows_is_a_problem(desk: Desk) -> None:
    for url in ("high", "low"):
        desk.gauges.gauges[url] = Gauge(10, 0, 0, HIDDEN, "dead")
        desk.gauges.told[url] = 20 * MINUTE

    problem = only(desk, "queue_too_old")

    assert problem["what"] == "The oldest on the queue high has waited for 20 minutes, which is more than 5 minutes"
    assert problem["since"] == "2030-01-31T11:40:00Z"


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: schedule.name)
def test_a_schedule_that_missed_more_than_a_run_is_late(desk: Desk, schedule: Any) -> None:  # noqa: ANN401 - a Schedule
    for known in SCHEDULES:
        desk.runs.write(Run(known.name, NOON, NOON + schedule.late_after))
    desk.runs.write(Run(schedule.name, NOON, NOON))
    desk.clock.advance(schedule.late_after)
    assert desk.status()["healthy"]

    desk.clock.advance(timedelta(seconds=1))
    problem = only(desk, "schedule_late")

    assert problem["what"].startswith(f"{schedule.name} last ended at 2030-01-31 12:00 UTC; it runs every")
    assert problem["since"] == "2030-01-31T12:00:00Z"


def test_a_schedule_that_never_ran_is_late_once_it_had_the_time(desk: Desk) -> None:
    del desk.runs.runs["due"]
    desk.deployments.at = NOON - MINUTE
    assert desk.status()["healthy"]
    desk.deployments.at = NOON - 5 * MINUTE

    assert only(desk, "schedule_late")["what"] == "due has not run yet; it runs every 1 minute"


def test_events_that_nobody_sees_to_are_a_problem_after_a_while(desk: Desk) -> None:
    for number in range(2):
        desk.events.add(an_event(number, status=EventStatus.WAITING, created_at=NOON - 16 * MINUTE))
    assert desk.status()["healthy"]  # an event is looked for two minutes after it was posted
    desk.events.add(an_event(3, status=EventStatus.WAITING, created_at=NOON - 18 * MINUTE))

    problem = only(desk, "overdue")

    assert problem["what"] == "1 of the events were due more than 15 minutes ago, and nobody has seen to them"


def test_of_very_many_overdue_digests_it_is_told_that_there_are_at_least_so_many(desk: Desk) -> None:
    for number in range(101):
        due_at = NOON - timedelta(hours=1, minutes=number)
        notice = a_waiting_notice(f"evt_{number}", due_at)
        assert Collect(desk.digests, DAY)(notice, due_at)

    assert "at least 100 of the digests" in only(desk, "overdue")["what"]


def test_a_schedule_that_fails_is_told_with_the_first_of_its_failures(desk: Desk) -> None:
    for ago in (3, 2, 1):
        desk.runs.write(Run("due", NOON - ago * MINUTE, NOON - ago * MINUTE, fault="ThrottlingException"))

    problem = only(desk, "schedule_failing")

    assert problem["what"] == "The last run of due ended in a fault (ThrottlingException)"
    assert problem["since"] == "2030-01-31T11:57:00Z"


def test_a_tenant_without_an_active_account_cannot_send(desk: Desk) -> None:
    desk.accounts.remove("ten_a", "acc_1")

    assert only(desk, "no_active_account")["what"] == "No account is active: nothing can be sent"


def test_stopped_accounts_are_a_problem_since_the_first_was(desk: Desk) -> None:
    desk.account(id="acc_2", status=AccountStatus.ERROR, last_error=NOT_WELL)

    problem = only(desk, "accounts_stopped")

    assert problem["what"] == "1 of 2 accounts were stopped: their servers refused the log-in"
    assert problem["since"] == "2030-01-30T12:00:00Z"


def test_one_exhausted_account_among_others_is_no_problem_and_all_of_them_are(desk: Desk) -> None:
    desk.account(id="acc_2", daily_limit=5, used=5)
    assert desk.status()["healthy"]
    desk.accounts.remove("ten_a", "acc_1")

    assert "room again at 2030-02-01 00:00 UTC" in only(desk, "all_accounts_exhausted")["what"]


def test_accounts_that_all_rest_are_a_problem(desk: Desk) -> None:
    desk.accounts.remove("ten_a", "acc_1")
    desk.account(id="acc_2", rest_until=NOON + 5 * MINUTE)

    assert "tries again at 2030-01-31 12:05 UTC" in only(desk, "all_accounts_rest")["what"]


def test_messages_that_no_account_will_ever_carry_are_a_problem(desk: Desk) -> None:
    desk.message(status=Status.DEFERRED, account_id="acc_gone", next_attempt_at=NOON + MINUTE)

    problem = only(desk, "messages_blocked")

    assert problem["what"].startswith("1 messages wait")
    assert problem["what"].endswith("The account that it names was deleted")


@pytest.mark.parametrize(("sent", "refused"), [(95, 5), (10, 9)])
def test_a_few_mails_that_are_refused_and_many_of_very_few_are_none(desk: Desk, sent: int, refused: int) -> None:
    desk.account(id="acc_2", recent={THIS_HOUR: {"sent": sent, "recipient": refused, "busy": 500}})

    assert desk.status()["healthy"]


def test_many_mails_that_are_refused_for_good_are_a_problem(desk: Desk) -> None:
    desk.account(id="acc_2", recent={THIS_HOUR: {"sent": 94, "recipient": 6}})

    problem = only(desk, "many_failures")

    assert problem["what"] == "6% of the last hour's mails were refused for good (6 recipient)"


def test_failures_are_many_when_the_alarm_says_so_too() -> None:
    alarm = template()["Resources"]["FailureRateAlarm"]["Properties"]

    assert alarm["Threshold"] == 100 * FAILURES_ARE_MANY


def test_what_is_not_well_with_a_tenant_is_not_told_to_the_platform(desk: Desk) -> None:
    desk.accounts.remove("ten_a", "acc_1")

    assert desk.status(Role.PLATFORM)["healthy"]
