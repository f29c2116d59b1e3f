from datetime import timedelta

from postroom.digests.model import TRANSITIONS, WORKED_ON, DigestStatus, digest_id
from postroom.ids import is_id
from tests.fakes.time import NOON


def test_the_table_of_transitions_has_every_status_and_leads_to_each() -> None:
    assert set(TRANSITIONS) == set(DigestStatus)
    assert frozenset().union(*TRANSITIONS.values()) | {DigestStatus.OPEN} == frozenset(DigestStatus)


def test_whatever_is_worked_on_can_come_to_an_end_and_nothing_else_goes_on() -> None:
    for status in DigestStatus:
        assert bool(TRANSITIONS[status]) == (status in WORKED_ON)


def test_a_digest_has_one_id_for_a_user_and_a_moment() -> None:
    one = digest_id("ten_a", "ann", NOON)

    assert is_id("dig", one)
    assert one == digest_id("ten_a", "ann", NOON)
    others = {digest_id("ten_b", "ann", NOON), digest_id("ten_a", "bob", NOON)}
    assert len({one, *others, digest_id("ten_a", "ann", NOON + timedelta(seconds=1))}) == 4
