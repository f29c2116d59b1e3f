"""Servers and secrets that misbehave, and users who try to smuggle."""

import smtplib
from pathlib import Path

import pytest

from tests.experiments.credentials import (
    MANY_SENDERS,
    knock_without_a_circuit,
    revoke_a_proven_password,
    rotate_on_who_remembers_for_ever,
    send_while_the_secret_rotates,
    send_with_a_wrong_password,
)
from tests.experiments.injections import PAYLOADS, fault_of_wire, inject
from tests.experiments.slow_servers import SECONDS, TALKING, VERBS, meet_drips_with_smtplib, meet_slow_servers
from tests.faults.bare_aws import BareAws
from tests.faults.smtp_server import SmtpServer
from tests.long.figures import Figures

pytestmark = pytest.mark.long


def test_a_server_that_hangs_or_drips_holds_nobody_beyond_the_deadline(aws: BareAws, figures: Figures) -> None:
    outcomes = meet_slow_servers(aws)
    held = meet_drips_with_smtplib(TALKING, timeout=1, seconds=4)

    late = [outcome for outcome in outcomes if outcome.seconds > SECONDS + 1]
    assert late == []
    assert [outcome for outcome in outcomes if outcome.neighbours != 3] == []
    assert [outcome for outcome in outcomes if outcome.findings.lost or outcome.findings.unexplained] == []
    assert held == list(TALKING)
    longest = max(outcome.seconds for outcome in outcomes)
    figures.tell(
        f"a server that hangs or drips at each of {', '.join(VERBS)}",
        f"back after {longest:.1f} s of {SECONDS} s",
        "the other account's mails of the same batch all went; "
        f"control: smtplib with a timeout of 1 s still sits in {len(held)} of {len(TALKING)} drips after 4 s",
    )


def test_a_wrong_password_is_tried_a_few_times_and_loses_nothing(
    aws: BareAws, tmp_path: Path, figures: Figures, seed: int
) -> None:
    refused = send_with_a_wrong_password(aws, 1_000, seed, tmp_path)
    naive = knock_without_a_circuit(aws, 50, 3, seed, tmp_path)

    before, after = refused.findings, refused.after_mending
    assert 1 <= refused.logins <= 3
    assert refused.account_status == "error"
    assert (before.handed_over, len(before.lost), len(before.failed)) == (0, 0, 0)
    assert after.handed_over == after.accepted == 1_000, after
    assert not after.faults, after
    assert naive > 20
    figures.tell(
        "1,000 messages waiting, a wrong password, 4 senders",
        f"{refused.logins} AUTH, 0 lost",
        f"all 1,000 went once the password was mended; control: without a circuit {naive} AUTH in 3 s",
    )


def test_a_password_that_worked_and_is_revoked_is_tried_a_few_times_and_loses_nothing(
    aws: BareAws, tmp_path: Path, figures: Figures, seed: int
) -> None:
    refused = revoke_a_proven_password(aws, 1_000, seed, tmp_path)

    assert 1 <= refused.logins <= 3
    assert refused.account_status == "error"
    assert (len(refused.findings.lost), len(refused.findings.failed), refused.findings.handed_over) == (0, 0, 1)
    after = refused.after_mending
    assert after.handed_over == after.accepted == 1_001, after
    assert not after.faults, after
    figures.tell(
        f"1,000 messages, {MANY_SENDERS} senders at once, the password of a working account just revoked",
        f"{refused.logins} AUTH, 0 lost",
        "all 1,000 went once there was a new one",
    )


def test_a_secret_that_rotates_fails_nothing(aws: BareAws, tmp_path: Path, figures: Figures, seed: int) -> None:
    rotated = send_while_the_secret_rotates(aws, 1_000, 8, seed, tmp_path)
    naive = rotate_on_who_remembers_for_ever(aws, 100, seed, tmp_path)

    findings = rotated.findings
    assert rotated.refused > 0
    assert rotated.account_status == "active"
    assert findings.handed_over == findings.accepted == 1_001, findings
    assert not findings.faults, findings
    assert len(naive.unfinished) > 10, naive
    figures.tell(
        f"{rotated.rotations} rotations of the secret during 1,000 sends",
        "0 failed",
        f"{rotated.refused} logins with the old one were refused and mended; "
        f"control: with the password of its start, {len(naive.unfinished)} of 100 never went",
    )


def test_nobody_gets_a_header_a_recipient_or_a_message_in(aws: BareAws, figures: Figures) -> None:
    result = inject(aws, PAYLOADS)

    assert result.wrong == []
    assert result.sent > 100
    figures.tell(
        f"{result.tried} injections: every field a user controls x {len(PAYLOADS)} payloads",
        f"{result.refused} refused, {result.sent} sent exactly as meant",
        "no lone CR, LF or NUL on the wire",
    )


def test_the_standard_library_alone_lets_a_lone_newline_through() -> None:
    with SmtpServer() as server, smtplib.SMTP(server.host, server.port) as client:
        client.sendmail("a@example.com", ["b@example.com"], b"Subject: x\r\n\r\nx\n.\nMAIL FROM:<eve@evil.example>\r\n")

    assert fault_of_wire(server.clear) is not None
