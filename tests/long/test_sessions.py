"""Mails said ahead of their answers, and servers that fail anywhere."""

import pytest

from tests.experiments.crowded_sessions import meet_crowded_sessions, send_naively, send_with_sessions
from tests.long.figures import Figures

pytestmark = pytest.mark.long

_ROUNDS = 3_000


def test_nothing_wrong_is_said_of_any_mail_of_a_crowded_session(figures: Figures, seed: int) -> None:
    told = meet_crowded_sessions(_ROUNDS, seed, send_with_sessions)
    naive = meet_crowded_sessions(_ROUNDS // 10, seed, send_naively)

    assert told.wrong == []
    assert told.strayed == []
    assert naive.wrong != []
    figures.tell(
        f"{_ROUNDS:,} crowded sessions with faults anywhere, {told.mails:,} mails",
        f"0 wrongly called sent or unsent, 0 to somebody else, {told.doubtful:,} recipients in doubt",
        f"control, all at once without a look back: {len(naive.wrong)} wrong of {naive.mails:,} mails",
    )
