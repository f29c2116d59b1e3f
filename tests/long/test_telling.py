"""Who is told of what, when and where, in many more random histories than in a unit test."""

import pytest
from hypothesis import given, settings

from tests.long.figures import Figures
from tests.unit.telling.histories import History, with_trouble, without_trouble
from tests.unit.telling.test_who_is_told import QUICK, check_exactly, check_honestly

pytestmark = pytest.mark.long

HISTORIES = 3000


def test_each_event_reaches_each_user_as_the_wishes_say_once_whatever_happens(figures: Figures) -> None:
    told = []

    @settings(max_examples=HISTORIES, phases=QUICK, deadline=None)
    @given(without_trouble)
    def exactly(history: History) -> None:
        told.append(sum(len(mail.event_ids) for mail in check_exactly(history).story.mails))

    @settings(max_examples=HISTORIES, phases=QUICK, deadline=None)
    @given(with_trouble)
    def honestly(history: History) -> None:
        told.append(sum(len(mail.event_ids) for mail in check_honestly(history).story.mails))

    exactly()
    honestly()
    figures.tell(
        f"{2 * HISTORIES:,} random histories, {sum(told):,} times that a user was told of an event",
        "0 differ",
        "against the wishes told in other words; in half of them workers die, mails wait and people change their minds",
    )
