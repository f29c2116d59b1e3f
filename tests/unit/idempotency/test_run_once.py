from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Lock

import pytest

from postroom.errors import Conflict, Invalid, KeyReused, StillRunning, Unavailable
from postroom.idempotency.model import KEPT, LARGEST_KEPT, LEASE, Answer, Place, Record, fingerprint
from postroom.idempotency.run_once import Outcome, RunOnce
from postroom.ids import Seed
from tests.fakes.idempotency import MemoryRecords, RepeatingRecords
from tests.fakes.time import NOON, FakeClock

PLACE = Place("ten_a", "key-1")
REQUEST = fingerprint("POST", "/v1/messages", '{"to": "ann@example.com"}')
OTHER_REQUEST = fingerprint("POST", "/v1/messages", '{"to": "bob@example.com"}')


class Mailing:
    """An action that counts its runs and makes an id from the seed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.ids: list[str] = []

    def __call__(self, seed: Seed) -> Answer:
        with self._lock:
            self.ids.append(seed.id("msg"))
        return Answer(202, f'{{"id":"{seed.id("msg")}"}}')


class Failing:
    def __init__(self, error: BaseException) -> None:
        self._error = error
        self.ids: list[str] = []

    def __call__(self, seed: Seed) -> Answer:
        self.ids.append(seed.id("msg"))
        raise self._error


class LambdaDied(BaseException):
    """Stands for the end of a process: nothing after it runs, not even what would tidy up."""


class DeadRecords(MemoryRecords):
    """What a killed process leaves: the record it began with, never settled."""

    def free(self, place: Place, claim: str) -> None:
        pass


@pytest.fixture(params=[MemoryRecords, RepeatingRecords], ids=["each write once", "each first answer lost"])
def records(request: pytest.FixtureRequest) -> MemoryRecords:
    made: MemoryRecords = request.param()
    return made


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def run_once(records: MemoryRecords, clock: FakeClock) -> RunOnce:
    return RunOnce(records, clock)


def test_a_repeated_request_gets_the_first_answer_again(run_once: RunOnce) -> None:
    mailing = Mailing()

    first = run_once(PLACE, REQUEST, mailing)
    second = run_once(PLACE, REQUEST, mailing)

    assert len(mailing.ids) == 1
    assert first == Outcome(second.answer, replayed=False)
    assert second.replayed


def test_the_same_key_with_another_body_is_refused(run_once: RunOnce) -> None:
    mailing = Mailing()
    run_once(PLACE, REQUEST, mailing)

    with pytest.raises(KeyReused):
        run_once(PLACE, OTHER_REQUEST, mailing)

    assert len(mailing.ids) == 1


def test_two_tenants_may_use_the_same_key(run_once: RunOnce) -> None:
    mailing = Mailing()

    run_once(PLACE, REQUEST, mailing)
    other = run_once(Place("ten_b", PLACE.key), REQUEST, mailing)

    assert not other.replayed
    assert len(set(mailing.ids)) == 2


def test_a_request_that_is_still_running_is_told_so(run_once: RunOnce) -> None:
    def repeat_while_running(seed: Seed) -> Answer:
        with pytest.raises(StillRunning):
            run_once(PLACE, REQUEST, Mailing())
        return Mailing()(seed)

    outcome = run_once(PLACE, REQUEST, repeat_while_running)

    assert not outcome.replayed


def test_after_a_day_the_key_is_free_again(run_once: RunOnce, clock: FakeClock) -> None:
    mailing = Mailing()
    run_once(PLACE, REQUEST, mailing)

    clock.advance(KEPT)
    later = run_once(PLACE, OTHER_REQUEST, mailing)

    assert not later.replayed
    assert len(set(mailing.ids)) == 2


def test_just_before_a_day_is_over_the_answer_is_still_there(run_once: RunOnce, clock: FakeClock) -> None:
    run_once(PLACE, REQUEST, Mailing())

    clock.advance(KEPT - timedelta(milliseconds=1))

    assert run_once(PLACE, REQUEST, Mailing()).replayed


@pytest.mark.parametrize("error", [Invalid(), Conflict()])
def test_a_request_refused_for_its_own_fault_may_be_corrected_under_the_same_key(
    run_once: RunOnce, error: Exception
) -> None:
    with pytest.raises(type(error)):
        run_once(PLACE, REQUEST, Failing(error))

    corrected = run_once(PLACE, OTHER_REQUEST, Mailing())

    assert not corrected.replayed


@pytest.mark.parametrize("error", [Unavailable(), ZeroDivisionError()])
def test_a_request_that_failed_for_our_fault_runs_again_at_once_with_the_same_seed(
    run_once: RunOnce, error: Exception
) -> None:
    failing, mailing = Failing(error), Mailing()
    with pytest.raises(type(error)):
        run_once(PLACE, REQUEST, failing)

    run_once(PLACE, REQUEST, mailing)

    assert mailing.ids == failing.ids


def test_a_request_whose_process_died_is_taken_over_with_the_same_seed_when_its_lease_ran_out(
    clock: FakeClock,
) -> None:
    run_once, dying, mailing = RunOnce(DeadRecords(), clock), Failing(LambdaDied()), Mailing()
    with pytest.raises(LambdaDied):
        run_once(PLACE, REQUEST, dying)

    clock.advance(LEASE - timedelta(milliseconds=1))
    with pytest.raises(StillRunning):
        run_once(PLACE, REQUEST, mailing)
    clock.advance(timedelta(milliseconds=1))
    outcome = run_once(PLACE, REQUEST, mailing)

    assert mailing.ids == dying.ids
    assert not outcome.replayed
    assert run_once(PLACE, REQUEST, mailing).answer == outcome.answer


def test_a_run_that_was_taken_over_does_not_overwrite_the_answer_of_its_heir(
    run_once: RunOnce, clock: FakeClock
) -> None:
    def sleep_past_the_lease(_: Seed) -> Answer:
        clock.advance(LEASE)
        run_once(PLACE, REQUEST, lambda _: Answer(202, '"heir"'))
        return Answer(202, '"late"')

    run_once(PLACE, REQUEST, sleep_past_the_lease)

    assert run_once(PLACE, REQUEST, Mailing()).answer.body == '"heir"'


def test_a_secret_is_shown_once_and_kept_masked(run_once: RunOnce) -> None:
    def issue(_: Seed) -> Answer:
        return Answer(201, '{"admin_key":{"key":"pr_secret","name":"first"}}')

    first = run_once(PLACE, REQUEST, issue, ("admin_key.key",))
    second = run_once(PLACE, REQUEST, issue, ("admin_key.key",))

    assert "pr_secret" in first.answer.body
    assert second.answer == Answer(201, '{"admin_key":{"key":"********","name":"first"}}', masked=True)


def test_an_answer_too_large_to_keep_is_made_again_with_the_same_seed(run_once: RunOnce) -> None:
    seeds: list[Seed] = []

    def answer_at_length(seed: Seed) -> Answer:
        seeds.append(seed)
        return Answer(202, "x" * (LARGEST_KEPT + 1))

    first = run_once(PLACE, REQUEST, answer_at_length)
    second = run_once(PLACE, REQUEST, answer_at_length)

    assert second == first
    assert seeds[0] == seeds[1]


def test_an_answer_that_cannot_be_kept_is_given_all_the_same(clock: FakeClock) -> None:
    class Broken(MemoryRecords):
        def keep(self, place: Place, claim: str, answer: Answer) -> None:
            raise Unavailable

    outcome = RunOnce(Broken(), clock)(PLACE, REQUEST, Mailing())

    assert outcome.answer.status == 202


@pytest.mark.parametrize("key", ["", "a" * 256, "a b", "a\n", "ä", "\x7f"])
def test_a_key_must_be_visible_ascii(key: str) -> None:
    with pytest.raises(Invalid) as refused:
        Place.named("ten_a", key)

    assert refused.value.errors[0].field == "Idempotency-Key"


def test_a_hundred_parallel_requests_with_one_key_run_once(clock: FakeClock) -> None:
    run_once, mailing = RunOnce(MemoryRecords(), clock), Mailing()

    answers = _race(100, lambda: run_once(PLACE, REQUEST, mailing))

    assert len(mailing.ids) == 1
    assert all(isinstance(answer, Outcome | StillRunning) for answer in answers)


def test_of_a_hundred_parallel_heirs_one_takes_over(clock: FakeClock) -> None:
    run_once, dying, mailing = RunOnce(DeadRecords(), clock), Failing(LambdaDied()), Mailing()
    with pytest.raises(LambdaDied):
        run_once(PLACE, REQUEST, dying)
    clock.advance(LEASE)

    _race(100, lambda: run_once(PLACE, REQUEST, mailing))

    assert mailing.ids == dying.ids


def test_reading_before_writing_would_run_more_than_once(clock: FakeClock) -> None:
    """The negative control of the two races."""
    everyone_has_read = Barrier(10)

    class ReadThenWrite(MemoryRecords):
        def begin(self, place: Place, mine: Record, now: object) -> Record | None:
            found = self._rows.get(place)
            everyone_has_read.wait(timeout=10)
            if found is None:
                self._rows[place] = mine
            return found

    run_once, mailing = RunOnce(ReadThenWrite(), clock), Mailing()

    _race(10, lambda: run_once(PLACE, REQUEST, mailing))

    assert len(mailing.ids) > 1


def test_without_the_claim_in_its_condition_a_request_whose_answer_was_lost_would_refuse_itself() -> None:
    """The negative control of the lost answers."""

    class Forgetful(MemoryRecords):
        def begin(self, place: Place, mine: Record, now: object) -> Record | None:
            self._rows.setdefault(place, mine)
            return self._rows[place]

    with pytest.raises(StillRunning):
        RunOnce(Forgetful(), lambda: NOON)(PLACE, REQUEST, Mailing())


def _race(racers: int, run: Callable[[], Outcome]) -> list[Outcome | StillRunning]:
    start = Barrier(racers)

    def racer(_: int) -> Outcome | StillRunning:
        start.wait(timeout=10)
        try:
            return run()
        except StillRunning as refusal:
            return refusal

    with ThreadPoolExecutor(racers) as pool:
        return list(pool.map(racer, range(racers)))
