"""The long tests' experiments in seconds. The figures, and the naive ways that must fail, are in ``tests/long``."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from postroom.bootstrap.accounts import build_accounts
from postroom.jobs.model import Counts as JobCounts
from postroom.settings import read_settings
from postroom.users.imports.model import Counts
from tests.experiments.calendars import compare_zone
from tests.experiments.copies import deliver_copies
from tests.experiments.credentials import (
    revoke_a_proven_password,
    send_while_the_secret_rotates,
    send_with_a_wrong_password,
)
from tests.experiments.day_ends import SENDS, end_a_day
from tests.experiments.events import post_many, tell_many, who_hear
from tests.experiments.imports import expected_refusals, import_users
from tests.experiments.injections import PAYLOADS, inject
from tests.experiments.jobs import notify_many
from tests.experiments.killed_senders import Killing, kill_senders
from tests.experiments.quota_races import Race, Round, adding, reserving, run
from tests.experiments.slow_servers import meet_slow_servers
from tests.experiments.unwell_tables import send_through_faults
from tests.faults.bare_aws import ROWS, BareAws, bare_aws
from tests.faults.botocore_faults import DynamoFaults, Shares, as_if_each_thread_had_a_client
from tests.faults.dynamo_proxy import DynamoProxy, every_first

SEED = 20_261_120


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareAws]:
    with bare_aws(tmp_path_factory.mktemp("aws")) as running:
        yield running


@pytest.mark.parametrize("wish", ["hold", "resend"])
def test_killed_senders_lose_nothing(aws: BareAws, tmp_path: Path, wish: str) -> None:
    killed = kill_senders(aws, Killing(300, 12, wish, SEED, pauses=(0.05, 0.2), lease_seconds=2), tmp_path)

    findings = killed.findings
    assert findings.faults <= {"doubled"}, findings
    assert findings.duplicates <= (killed.kills if wish == "resend" else 0), findings
    assert killed.used >= findings.handed_over


def test_what_is_delivered_three_times_is_sent_once(aws: BareAws, tmp_path: Path) -> None:
    findings = deliver_copies(aws, 100, SEED, tmp_path)

    assert findings.handed_over == findings.accepted == 101, findings
    assert not findings.faults, findings


def test_a_killed_importer_skips_nobody_and_counts_nobody_twice(aws: BareAws) -> None:
    done = import_users(aws, 2_501, kills=1, seed=SEED)

    assert (done.found.status, done.found.counts) == ("done", Counts(created=2_475, refused=25))
    assert done.refused == expected_refusals(2_501)
    assert done.stored == 2_475


def test_workers_of_a_job_that_are_killed_and_work_at_once_notify_each_user_once(aws: BareAws) -> None:
    done = notify_many(aws, 1_300, tenant_id="ten_jobs", types=2, kills=1, workers=2, seed=SEED)

    assert (done.job.status, done.job.counts) == ("done", JobCounts(1_300))
    assert done.found == done.stored == 1_300


def test_workers_of_an_event_that_are_killed_and_work_at_once_tell_each_user_once(aws: BareAws) -> None:
    done = tell_many(aws, 700, tenant_id="ten_event", kills=1, workers=2, seed=SEED)

    assert (done.event.status, done.event.told) == ("done", {"immediate": who_hear(700)})
    assert done.mails == {1: who_hear(700)}


def test_five_hundred_events_are_taken_in_well_within_the_time_of_a_request(aws: BareAws) -> None:
    done = post_many(aws, 500, tenant_id="ten_post")

    assert done.seconds < 10
    assert (done.stored, done.tickets, done.again) == (500, 500, 0)


def test_events_are_taken_in_once_though_the_answers_of_the_table_are_lost(aws: BareAws) -> None:
    with (
        DynamoProxy(aws.place.endpoint, every_first("PutItem")) as proxy,
        as_if_each_thread_had_a_client(),
    ):
        done = post_many(aws, 20, tenant_id="ten_lost", AWS_ENDPOINT_URL_DYNAMODB=proxy.url)

    assert (done.stored, done.tickets, done.again) == (20, 20, 0)


def test_no_unit_of_a_quota_is_lost_with_an_answer(aws: BareAws) -> None:
    with (
        DynamoProxy(aws.place.endpoint, every_first("UpdateItem")) as proxy,
        as_if_each_thread_had_a_client(),
        aws.here(aws.settings("unused", AWS_ENDPOINT_URL_DYNAMODB=proxy.url)),
    ):
        build_accounts(read_settings(os.environ))
        exact = run(Race(limit=7, racers=40, rounds=2), reserving)
        naive = run(Race(limit=7, racers=40, rounds=2), adding)

    assert exact == [Round(7, 7)] * 2
    assert all(one.granted != one.used for one in naive)


def test_no_unit_of_a_quota_is_lost_by_throttles_and_conflicts(aws: BareAws) -> None:
    faults = DynamoFaults(Shares(throttled=0.3, conflicting=0.3), SEED)
    with as_if_each_thread_had_a_client(), aws.here(aws.settings("unused")):
        build_accounts(read_settings(os.environ))
        faults.install(ROWS, "UpdateItem")
        exact = run(Race(limit=7, racers=40, rounds=3), reserving)

    assert exact == [Round(7, 7)] * 3
    assert min(faults.hit["throttled"], faults.hit["conflicting"]) > 10


def test_tables_that_mostly_refuse_lose_nothing(aws: BareAws, tmp_path: Path) -> None:
    sent = send_through_faults(aws, 20, 100_000, SEED, tmp_path)

    assert sent.findings.handed_over >= 1, sent.findings
    assert sent.findings.faults <= {"unfinished"}, sent.findings


def test_a_server_that_hangs_or_drips_holds_nobody_beyond_the_deadline(aws: BareAws) -> None:
    outcomes = meet_slow_servers(aws, ("DOT",), seconds=12)

    assert [outcome for outcome in outcomes if outcome.seconds > 13 or outcome.neighbours != 3] == []
    assert [outcome for outcome in outcomes if outcome.findings.lost or outcome.findings.unexplained] == []


def test_a_wrong_password_is_tried_a_few_times_and_loses_nothing(aws: BareAws, tmp_path: Path) -> None:
    refused = send_with_a_wrong_password(aws, 20, SEED, tmp_path)

    assert 1 <= refused.logins <= 3
    assert refused.after_mending.handed_over == refused.after_mending.accepted == 20, refused.after_mending


def test_a_password_that_worked_and_is_revoked_is_tried_a_few_times(aws: BareAws, tmp_path: Path) -> None:
    refused = revoke_a_proven_password(aws, 60, SEED, tmp_path)

    assert 1 <= refused.logins <= 3
    assert refused.account_status == "error"
    assert refused.after_mending.handed_over == refused.after_mending.accepted == 61, refused.after_mending


def test_a_secret_that_rotates_fails_nothing(aws: BareAws, tmp_path: Path) -> None:
    rotated = send_while_the_secret_rotates(aws, 120, 2, SEED, tmp_path)

    assert rotated.account_status == "active"
    assert rotated.findings.handed_over == rotated.findings.accepted == 121, rotated.findings


def test_nobody_gets_a_header_a_recipient_or_a_message_in(aws: BareAws) -> None:
    result = inject(aws, PAYLOADS[::9])

    assert result.wrong == []
    assert result.sent > 15


def test_a_day_ends_once_under_three_triggers(aws: BareAws) -> None:
    ended = end_a_day(aws, waiting=10)

    assert ended.history == {ended.yesterday: 20}
    assert ended.used == ended.granted == SENDS
    assert len(ended.woken) == len(set(ended.woken)) == 10


@pytest.mark.parametrize("zone", ["America/Havana", "Pacific/Apia", "Africa/Cairo", "Atlantic/Azores"])
def test_a_zone_with_a_catch_agrees_with_the_c_library(zone: str) -> None:
    compared = compare_zone(zone, datetime(2010, 1, 1, tzinfo=UTC), datetime(2014, 1, 1, tzinfo=UTC))

    assert compared.wrong == []
    assert compared.days > 1_450
