import threading

from postroom.delivery.deadline import Deadline
from postroom.delivery.keeper import IDLE_LIMIT, KeptSession, SessionKeeper, SessionKey
from postroom.delivery.smtp.flow import Flow

ANN = SessionKey("acc_ann", 1, "v1", pipelining=True)
BEN = SessionKey("acc_ben", 1, "v1", pipelining=True)


class FakeSession:
    def __init__(self) -> None:
        self.usable = True
        self.renewable = True
        self.closed = False
        self.misbehaviour: str | None = None

    def deliver_all(self, flow: Flow, deadline: Deadline) -> None:
        raise NotImplementedError

    def renew(self) -> bool:
        return self.renewable

    def close(self) -> None:
        self.closed = True


class FakeClock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_session_is_taken_up_again_by_one_taker_only() -> None:
    keeper, session = SessionKeeper(), FakeSession()

    keeper.give_back(ANN, session)

    assert keeper.take(BEN) is None
    assert keeper.take(ANN) is session
    assert keeper.take(ANN) is None
    assert not session.closed


def test_a_session_that_waited_too_long_is_closed() -> None:
    clock = FakeClock()
    keeper, ann, ben = SessionKeeper(clock), FakeSession(), FakeSession()
    keeper.give_back(ANN, ann)
    clock.now += IDLE_LIMIT
    keeper.give_back(BEN, ben)

    clock.now += 1

    assert keeper.take(ANN) is None
    assert ann.closed
    assert keeper.take(BEN) is ben


def test_a_session_that_broke_while_it_was_kept_is_not_handed_out() -> None:
    keeper, session = SessionKeeper(), FakeSession()
    keeper.give_back(ANN, session)

    session.usable = False

    assert keeper.take(ANN) is None
    assert session.closed


def test_a_session_that_lost_its_place_is_closed() -> None:
    keeper, session = SessionKeeper(), FakeSession()
    keeper.give_back(ANN, session)

    session.renewable = False

    assert keeper.take(ANN) is None
    assert session.closed


def test_a_broken_session_is_not_kept() -> None:
    keeper, session = SessionKeeper(), FakeSession()
    session.usable = False

    keeper.give_back(ANN, session)

    assert session.closed
    assert keeper.take(ANN) is None


def test_a_session_with_a_replaced_password_is_closed() -> None:
    keeper, session = SessionKeeper(), FakeSession()
    keeper.give_back(ANN, session)

    assert keeper.take(ANN._replace(secret_version="v2")) is None

    assert session.closed
    assert keeper.take(ANN) is None


def test_a_session_that_pipelines_is_not_used_any_more_once_that_is_off() -> None:
    keeper, session = SessionKeeper(), FakeSession()
    keeper.give_back(ANN, session)

    assert keeper.take(ANN._replace(pipelining=False)) is None

    assert session.closed


def test_of_two_sessions_for_one_account_one_is_kept() -> None:
    keeper, first, second = SessionKeeper(), FakeSession(), FakeSession()

    keeper.give_back(ANN, first)
    keeper.give_back(ANN, second)

    assert second.closed
    assert keeper.take(ANN) is first


def test_of_too_many_sessions_the_one_goes_that_was_not_used_for_longest() -> None:
    keeper, first, second, third = SessionKeeper(most=2), FakeSession(), FakeSession(), FakeSession()
    keeper.give_back(ANN, first)
    keeper.give_back(BEN, second)
    keeper.give_back(ANN, keeper.take(ANN) or third)

    keeper.give_back(ANN._replace(account_id="acc_cleo"), third)

    assert [session.closed for session in (first, second, third)] == [False, True, False]


def test_no_more_sessions_are_kept_than_half_of_what_a_lambda_may_have_open() -> None:
    keeper, sessions = SessionKeeper(), [FakeSession() for _ in range(1_100)]

    for number, session in enumerate(sessions):
        keeper.give_back(ANN._replace(account_id=f"acc_{number}"), session)

    assert sum(not session.closed for session in sessions) == 500


def test_threads_never_share_a_session() -> None:
    keeper = SessionKeeper()
    taken: list[KeptSession] = []
    start = threading.Barrier(8)

    def race() -> None:
        start.wait()
        for _ in range(200):
            session = keeper.take(ANN)
            if session is not None:
                assert session not in taken
                taken.append(session)
                taken.remove(session)
                keeper.give_back(ANN, session)

    keeper.give_back(ANN, FakeSession())
    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert keeper.take(ANN) is not None
