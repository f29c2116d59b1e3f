"""How a run of a schedule is taken down."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from postroom.errors import Unavailable
from postroom.system.model import SCHEDULES
from postroom.system.record import RecordRuns
from tests.fakes.system import MemoryRuns
from tests.fakes.tables import template
from tests.fakes.time import NOON, FakeClock


def test_what_a_run_did_and_how_long_it_took_is_taken_down() -> None:
    runs, clock = MemoryRuns(), FakeClock()

    with RecordRuns(runs, clock)("due") as did:
        clock.advance(timedelta(seconds=5))
        did["seen_to"] = 7

    run = runs.runs["due"]
    assert (run.began_at, run.ended_at, run.did) == (NOON, NOON + timedelta(seconds=5), {"seen_to": 7})
    assert run.fault is None


def test_a_fault_is_taken_down_by_its_kind_alone_and_goes_on() -> None:
    runs = MemoryRuns()

    with pytest.raises(ValueError, match="secret"), RecordRuns(runs, FakeClock())("due"):
        raise ValueError("the secret of ann@example.com")

    assert runs.runs["due"].fault == "ValueError"


def test_a_service_that_refuses_is_named_by_what_it_said() -> None:
    runs = MemoryRuns()
    refused = ClientError({"Error": {"Code": "ThrottlingException", "Message": "…"}}, "Query")

    with pytest.raises(Unavailable), RecordRuns(runs, FakeClock())("due"):
        raise Unavailable from refused

    assert runs.runs["due"].fault == "ThrottlingException"


@pytest.mark.parametrize("did", [{"seen_to": 0, "refused": 1}, {"seen_to": 40, "accounts": 2, "refused": 42}])
def test_a_run_that_is_refused_at_least_as_much_as_it_does_has_failed(did: dict[str, int]) -> None:
    runs = MemoryRuns()

    with pytest.raises(Unavailable), RecordRuns(runs, FakeClock())("due") as told:
        told.update(did)

    assert (runs.runs["due"].fault, runs.runs["due"].did) == ("Unavailable", did)


@pytest.mark.parametrize("did", [{}, {"seen_to": 0, "refused": 0}, {"seen_to": 43, "refused": 42}])
def test_a_run_that_does_more_than_it_is_refused_has_not(did: dict[str, int]) -> None:
    runs = MemoryRuns()

    with RecordRuns(runs, FakeClock())("due") as told:
        told.update(did)

    assert (runs.runs["due"].fault, runs.runs["due"].did) == (None, did)


def test_a_run_is_not_lost_for_what_cannot_be_taken_down_of_it() -> None:
    runs = MemoryRuns()
    runs.answers = False

    with RecordRuns(runs, FakeClock())("due") as did:
        did["seen_to"] = 7

    assert runs.runs == {}


def test_what_runs_by_the_clock_is_known_with_its_period() -> None:
    # As the template has it: whoever adds a schedule is reminded of it here.
    declared = {
        function["CodeUri"].split("/")[1]: event["Properties"]["Schedule"]
        for resource in template()["Resources"].values()
        for function in [resource.get("Properties", {})]
        for event in function.get("Events", {}).values()
        if event["Type"] == "Schedule"
    }

    def rate(minutes: int) -> str:
        return f"rate({minutes} minute{'s' if minutes > 1 else ''})"

    assert declared == {known.name: rate(known.every // timedelta(minutes=1)) for known in SCHEDULES}


def test_a_schedule_that_misses_one_run_is_not_late() -> None:
    for schedule in SCHEDULES:
        assert schedule.late_after > 2 * schedule.every
