"""Each event in one mail, or unwanted: whatever a user says meanwhile, whenever the schedule runs, whoever dies."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from postroom.change import Change, Remove, Set
from postroom.digests.mail import WriteMail
from postroom.digests.model import DigestStatus, Part
from postroom.ids import Seed, new_id
from postroom.leases.model import Ticket
from postroom.pages.model import Links
from tests.experiments.digest_days import ChangesMind, Days, Dies, Happens, Passes, Step, Strikes
from tests.experiments.wishes import House, Person, Said
from tests.fakes.digest_office import TENANT, Office
from tests.fakes.time import NOON
from tests.unit.preferences.population import JOB_TYPES, houses, moments, names, people

happens = some.builds(Happens, names, some.none() | some.sampled_from(JOB_TYPES))
passes = some.builds(Passes, some.sampled_from([1, 7, 55, 60, 240, 1440, 10_080]))
strikes = some.builds(Strikes, some.integers(1, 3), some.integers(1, 2))
dies = some.builds(Dies, some.integers(0, 12), some.booleans())
eager = people.filter(lambda person: person.role != "viewer" and len(person.own) > 1)
changes = some.builds(ChangesMind, eager)
rounds = some.tuples(
    some.lists(happens, min_size=1, max_size=4), passes, some.lists(dies | changes, max_size=2), strikes
)
lives = some.lists(rounds, min_size=2, max_size=6).map(
    lambda rounds: [step for some, passed, meanwhile, struck in rounds for step in (*some, passed, *meanwhile, struck)]
)
several = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@several
@given(house=houses, person=eager, start=moments, life=lives)
def test_every_event_is_in_one_mail_or_unwanted(
    house: House, person: Person, start: datetime, life: Sequence[Step]
) -> None:
    days = Days(house, person, start)

    days.live(life)

    assert days.faults() == []


HOURLY = {
    "job_failed": Said(enabled=True, delivery="hourly"),
    "own_result": Said(enabled=True, delivery="hourly", address="ann@elsewhere.example", confirmed=True),
}


class NaiveMaker:
    """Sends what is in a digest, and writes down then that it did."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def __call__(self, ticket: Ticket, _: datetime) -> None:
        office = self.office
        digest = office.digests.get(TENANT, ticket.id)
        recipient = office.find_recipient(TENANT, "ann")
        if (
            digest is None
            or digest.status is DigestStatus.DONE
            or recipient is None
            or digest.first_due_at > office.clock()
        ):
            return
        notices = [office.notice(event_id) for event_id in office.digests.event_ids(TENANT, ticket.id)]
        part = Part(new_id("msg", office.clock()), recipient.user.email, tuple(one.event_id for one in notices))
        draft = WriteMail(office.found_events, lambda *_: Links())(digest, part, recipient, notices)
        office.sender.acceptor()(TENANT, [draft], Seed.fresh(office.clock()))
        done = (Set(("status",), DigestStatus.DONE), Remove(("due_shard",)), Remove(("due_at",)))
        office.digests.change(TENANT, ticket.id, Change(done))


MADE = [(after, made) for after in range(12) for made in (False, True)]
"""More writes than there are from the striking of the clock to the end of a digest, made and not made."""


def faults_of_a_death(after: int, *, made: bool, naive: bool = False) -> list[str]:
    days = Days(House(), Person("ann", "operator", "UTC", HOURLY), NOON)
    if naive:
        days.office.worker = lambda: NaiveMaker(days.office)
    days.live([Happens("job_failed"), Happens("own_result"), Passes(60), Dies(after, made), Strikes()])
    return days.faults()


@pytest.mark.parametrize(("after", "made"), MADE)
def test_a_death_at_any_write_loses_nothing_and_tells_nothing_twice(after: int, made: bool) -> None:  # noqa: FBT001
    assert faults_of_a_death(after, made=made) == []


def test_the_naive_way_tells_twice_when_whoever_does_it_dies() -> None:
    assert any(faults_of_a_death(after, made=made, naive=True) for after, made in MADE)
