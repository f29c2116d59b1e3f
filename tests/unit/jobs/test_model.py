from postroom.jobs.model import OPEN, OUTCOMES, TRANSITIONS, WORKED_ON, Counts, JobStatus, Outcome
from postroom.messages.model import TRANSITIONS as OF_MESSAGES
from postroom.messages.model import Status


def test_the_table_of_transitions_has_every_status_and_leads_to_each() -> None:
    assert set(TRANSITIONS) == set(JobStatus)
    assert frozenset().union(*TRANSITIONS.values()) | {JobStatus.WAITING} == frozenset(JobStatus)


def test_whatever_is_worked_on_can_come_to_an_end() -> None:
    for status in WORKED_ON:
        assert TRANSITIONS[status]
    assert all(TRANSITIONS[status] <= {JobStatus.CANCELLING} for status in set(JobStatus) - WORKED_ON)


def test_every_status_of_a_message_is_counted_as_something() -> None:
    assert set(OUTCOMES) == set(Status)
    assert set(OUTCOMES.values()) == set(Outcome)


def test_a_message_that_is_counted_for_good_never_becomes_anything_else() -> None:
    for status, outcome in OUTCOMES.items():
        if outcome not in OPEN:
            assert {OUTCOMES[after] for after in OF_MESSAGES[status]} <= {outcome}


def test_counts_add_up_reason_by_reason() -> None:
    total = Counts(1, {"a": 1}) + Counts(2, {"b": 3, "a": 1})

    assert total == Counts(3, {"a": 2, "b": 3})
    assert total.users == 8
