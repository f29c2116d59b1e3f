from datetime import timedelta

import pytest

from postroom.change import Change, Equals, OneOf, Remove, Set
from postroom.messages import life
from postroom.messages.life import Progress, Wait
from postroom.messages.model import (
    CANCELLABLE,
    CLAIMABLE,
    LISTED,
    TRANSITIONS,
    Attempt,
    Reason,
    RecipientStatus,
    Status,
)
from tests.builders import a_message
from tests.fakes.time import NOON

LATER = NOON + timedelta(hours=1)
MESSAGE = a_message()
PROGRESS = Progress(MESSAGE.recipients, Attempt(NOON, "acc_1", "busy", "rcpt", "451"))
DOUBT = Attempt(NOON, "acc_1", Status.UNCERTAIN, "final_dot", "Connection lost")
PARTLY = {"ann@example.com": RecipientStatus.SENT, "bob@example.com": RecipientStatus.PENDING}
WAIT = Wait(Reason.RETRY, "451", LATER, LATER)

STEPS = {
    "claim": (life.claim(MESSAGE, "c", "acc_1", "m@example.com", LATER, None), Status.SENDING),
    "sent": (life.sent(MESSAGE, "c", PROGRESS), Status.SENT),
    "refused": (life.refused(MESSAGE, "c", PROGRESS, "550"), Status.FAILED),
    "deferred_after_try": (
        life.deferred_after_try(MESSAGE, "c", PROGRESS, WAIT, counts_as_retry=True),
        Status.DEFERRED,
    ),
    "uncertain": (life.uncertain(MESSAGE, "c", PROGRESS, 3, NOON), Status.UNCERTAIN),
    "lease_ran_out": (life.lease_ran_out(MESSAGE, 3, NOON), Status.UNCERTAIN),
    "deferred": (life.deferred(MESSAGE, WAIT), Status.DEFERRED),
    "expired": (life.expired(MESSAGE, NOON), Status.FAILED),
    "unwished": (life.unwished(MESSAGE, "It is not wanted any more", NOON), Status.CANCELLED),
    "rejected": (life.rejected(MESSAGE, PROGRESS.attempt), Status.FAILED),
    "rejected in part": (life.rejected(a_message(recipients=PARTLY), PROGRESS.attempt), Status.SENT),
    "rejected in doubt": (life.rejected(a_message(attempts=(DOUBT,)), PROGRESS.attempt), Status.UNCERTAIN),
    "cancelled": (life.cancelled(MESSAGE), Status.CANCELLED),
    "released": (life.released(MESSAGE, NOON), Status.QUEUED),
}


def statuses_from(change: Change) -> set[str]:
    """What all of its requirements on the status leave."""
    needed = [need.values for need in change.requires if isinstance(need, OneOf) and need.path == ("status",)]
    return set.intersection(*(set(filter(None, values)) for values in needed))


def test_the_table_names_every_status() -> None:
    assert set(TRANSITIONS) == set(Status)
    assert all(following <= set(Status) for following in TRANSITIONS.values())


def test_every_status_but_the_first_can_be_reached() -> None:
    reached = {Status.QUEUED, Status.SCHEDULED}.union(*TRANSITIONS.values())

    assert reached == set(Status)


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED, Status.SUPPRESSED])
def test_an_end_is_an_end(status: Status) -> None:
    assert TRANSITIONS[status] == frozenset()


def test_what_is_sent_is_never_sent_again() -> None:
    after_sent: set[Status] = set()
    queue = [Status.SENT]
    while queue:
        status = queue.pop()
        after_sent |= TRANSITIONS[status]
        queue += [following for following in TRANSITIONS[status] if following != status]

    assert after_sent.isdisjoint({Status.SENDING, Status.QUEUED, Status.DEFERRED})


def test_claiming_and_cancelling_exclude_each_other_by_the_status() -> None:
    assert Status.SENDING not in CANCELLABLE
    assert frozenset({Status.QUEUED, Status.DEFERRED, Status.SCHEDULED}) == CLAIMABLE


@pytest.mark.parametrize("name", STEPS)
def test_every_step_holds_to_the_table(name: str) -> None:
    change, status = STEPS[name]

    assert Set(("status",), status) in change.steps
    listed = Set(("tenant_status",), f"ten_a#{status}") if status in LISTED else Remove(("tenant_status",))
    assert listed in change.steps
    assert statuses_from(change) <= {before for before, following in TRANSITIONS.items() if status in following}


@pytest.mark.parametrize("name", STEPS)
def test_no_step_touches_an_attribute_twice(name: str) -> None:
    paths = [step.path for step in STEPS[name][0].steps]

    assert len(paths) == len(set(paths))


def test_what_is_put_back_in_vain_is_put_back_ever_later() -> None:
    pauses = [_due_at(life.requeued(a_message(heals=heals), 0, NOON)) for heals in range(12)]

    assert pauses == sorted(pauses)
    assert pauses[0] == (NOON + timedelta(minutes=2)).timestamp() * 1000
    assert pauses[-1] == (NOON + timedelta(hours=6)).timestamp() * 1000


def test_what_is_sent_again_and_again_in_doubt_is_held_in_the_end() -> None:
    change = life.uncertain(a_message(retries=3), "c", PROGRESS, 3, NOON)

    assert Set(("reason",), Reason.HELD) in change.steps


def test_what_is_rejected_has_failed_for_nobody_who_has_it() -> None:
    message = a_message(recipients=PARTLY)

    change = life.rejected(message, PROGRESS.attempt)

    assert Set(("recipients",), {"ann@example.com": "sent", "bob@example.com": "failed"}) in change.steps
    assert Set(("reason",), Reason.REFUSED) in change.steps
    assert Equals(("recipients",), {"ann@example.com": "sent", "bob@example.com": "pending"}) in change.requires


def test_what_is_rejected_in_doubt_is_held_for_those_it_was_for() -> None:
    change = life.rejected(a_message(attempts=(DOUBT,)), PROGRESS.attempt)

    assert Set(("reason",), Reason.HELD) in change.steps
    assert ("recipients",) not in {step.path for step in change.steps}


def _due_at(change: Change) -> int:
    [value] = [step.value for step in change.steps if isinstance(step, Set) and step.path == ("due_at",)]
    assert isinstance(value, int)
    return value
