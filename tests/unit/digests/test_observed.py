"""What is counted of digests."""

import pytest

from postroom.metrics.model import DIGESTS, FOLDED
from postroom.preferences.model import Weekday, Window
from tests.fakes.digest_office import HOUR, Office
from tests.fakes.metrics import counted
from tests.fakes.time import NOON

DUE = NOON + HOUR


@pytest.fixture
def office() -> Office:
    office = Office()
    for name in ("job_failed", "job_success"):
        office.wants(name)
    office.add("evt_1", DUE)
    office.add("evt_2", DUE)
    return office


def counts(office: Office) -> tuple[float, float]:
    office.minutes(70)
    found = counted(office.sender.meter)
    return found.get(DIGESTS.name, 0), found.get(FOLDED.name, 0)


def test_a_digest_counts_once_with_the_events_of_all_its_mails(office: Office) -> None:
    office.wants("job_success", address="ann@elsewhere.example")
    office.add("evt_3", DUE, event_type="job_success")

    assert counts(office) == (1, 3)


def test_one_of_which_nothing_is_wanted_is_not_counted(office: Office) -> None:
    office.wants("job_failed", enabled=False)

    assert counts(office) == (0, 0)


def test_one_that_is_put_off_is_not_counted(office: Office) -> None:
    office.is_quiet(Window(frozenset(Weekday), NOON.time(), (NOON + 5 * HOUR).time()))

    assert counts(office) == (0, 0)
