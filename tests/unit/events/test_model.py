from postroom.event_types.model import BUILT_IN
from postroom.events.model import TRANSITIONS, TYPE_OF_END, WORKED_ON, EventStatus, JobEnd


def test_the_table_of_transitions_has_every_status_and_leads_to_each() -> None:
    assert set(TRANSITIONS) == set(EventStatus)
    assert frozenset().union(*TRANSITIONS.values()) | {EventStatus.WAITING} == frozenset(EventStatus)


def test_whatever_is_worked_on_can_come_to_an_end_and_what_has_ended_stays_so() -> None:
    assert all(TRANSITIONS[status] for status in WORKED_ON)
    assert not any(TRANSITIONS[status] for status in set(EventStatus) - WORKED_ON)


def test_every_end_of_a_job_is_an_event_type_that_everybody_has() -> None:
    assert set(TYPE_OF_END) == set(JobEnd)
    assert set(TYPE_OF_END.values()) <= set(BUILT_IN)
