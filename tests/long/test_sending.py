"""Senders that are killed, hear things three times, and stand on tables that fail: nothing lost, nothing doubled."""

from pathlib import Path

import pytest

from tests.experiments.copies import COPIES, SENDERS, deliver_copies
from tests.experiments.killed_senders import Killing, kill_senders
from tests.experiments.unwell_tables import send_naively_through_faults, send_through_faults
from tests.faults.bare_aws import BareAws
from tests.long.figures import Figures

pytestmark = pytest.mark.long

MESSAGES, KILLS = 10_000, 300
AHEAD = 5_000
WINDOW = 20
"""So many mails may be said before the first of them is answered."""


def test_with_hold_killed_senders_lose_nothing_and_double_nothing(
    aws: BareAws, tmp_path: Path, figures: Figures, seed: int
) -> None:
    killed = kill_senders(aws, Killing(MESSAGES, KILLS, "hold", seed), tmp_path)

    findings = killed.findings
    assert killed.kills >= KILLS
    assert findings.accepted == MESSAGES + 1
    assert not findings.faults, findings
    assert 0 < len(findings.held) <= killed.kills
    assert killed.used >= findings.handed_over
    figures.tell(
        f"{MESSAGES:,} messages, {killed.kills} kill -9, `hold`",
        f"0 lost, 0 doubled, {len(findings.held)} held",
        f"each in doubt is shown as such; {killed.used - findings.handed_over} of the quota stay reserved by the dead",
    )


def test_with_resend_killed_senders_lose_nothing_and_double_only_what_they_held(
    aws: BareAws, tmp_path: Path, figures: Figures, seed: int
) -> None:
    killed = kill_senders(aws, Killing(MESSAGES, KILLS, "resend", seed), tmp_path)

    findings = killed.findings
    assert killed.kills >= KILLS
    assert findings.accepted == MESSAGES + 1
    assert findings.faults <= {"doubled"}, findings
    assert killed.doubts > 0
    assert findings.duplicates <= killed.kills
    figures.tell(
        f"{MESSAGES:,} messages, {killed.kills} kill -9, `resend`",
        f"0 lost, {findings.duplicates} doubled, {len(findings.held)} held",
        f"at most one for each kill, and only what was claimed when its sender died: {killed.doubts} were in doubt",
    )


@pytest.mark.parametrize("wish", ["hold", "resend"])
def test_killed_senders_leave_a_window_in_doubt_where_mails_go_ahead_of_their_answers(
    aws: BareAws, tmp_path: Path, figures: Figures, seed: int, wish: str
) -> None:
    killed = kill_senders(aws, Killing(AHEAD, KILLS // 3, wish, seed, ahead=True), tmp_path)

    findings = killed.findings
    assert killed.kills >= KILLS // 3
    assert findings.accepted == AHEAD + 1
    assert findings.faults <= ({"doubled"} if wish == "resend" else set()), findings
    assert killed.kills < killed.doubts <= killed.kills * WINDOW
    assert findings.duplicates <= (killed.doubts if wish == "resend" else 0)
    figures.tell(
        f"{AHEAD:,} messages to a server with CHUNKING 150 ms away, {killed.kills} kill -9, `{wish}`",
        f"0 lost, {findings.duplicates} doubled, {len(findings.held)} held",
        f"at most {WINDOW} for each kill: {killed.doubts} were in doubt",
    )


def test_the_naive_sender_doubles_when_it_is_killed(aws: BareAws, tmp_path: Path, figures: Figures, seed: int) -> None:
    killed = kill_senders(aws, Killing(2_000, 150, "hold", seed, naive=True), tmp_path)

    assert killed.findings.unexplained
    figures.tell(
        f"control: a sender without claims, 2,000 messages, {killed.kills} kill -9",
        f"{killed.findings.duplicates} doubled",
        "it looks whether a message is sent, sends it, and notes it; nobody is told of the doubt",
    )


def test_what_is_delivered_three_times_is_sent_once(aws: BareAws, tmp_path: Path, figures: Figures, seed: int) -> None:
    findings = deliver_copies(aws, 5_000, seed, tmp_path)
    naive = deliver_copies(aws, 500, seed, tmp_path, naive=True)

    assert (findings.accepted, findings.handed_over) == (5_001, 5_001), findings
    assert not findings.faults, findings
    assert naive.duplicates > 50
    figures.tell(
        f"5,000 messages, each {COPIES} times on the queue, shuffled, {SENDERS} senders",
        "5,000 accepted once",
        f"control: without claims {naive.duplicates} too many of 500",
    )


def test_tables_that_mostly_refuse_lose_nothing_and_let_nothing_over_the_limit(
    aws: BareAws, tmp_path: Path, figures: Figures, seed: int
) -> None:
    sent = send_through_faults(aws, 200, 100, seed, tmp_path)
    naive = send_naively_through_faults(aws, 50, seed, tmp_path)

    findings = sent.findings
    assert sent.within_limit <= 100
    assert findings.handed_over == findings.accepted >= 200, findings
    assert not findings.faults, findings
    assert naive.duplicates > 5, naive
    figures.tell(
        "200 messages with 30 % throttles, and 30 % conflicts of writes",
        f"0 lost, 0 doubled, {sent.within_limit} sent under a limit of 100",
        "what was not sent under the limit went after it was raised; "
        f"control: without claims, and with whole batches repeated, {naive.duplicates} too many of 50",
    )
