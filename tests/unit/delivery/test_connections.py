"""Sessions of an account, from the log-in to the end."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from postroom.accounts.logins import LogIns
from postroom.accounts.model import Account, AccountStatus, ConnectionType, Pipelining, PipeliningFault
from postroom.accounts.report import ReportHealth
from postroom.accounts.sessions import LONGEST_LOGIN, NoRoom, open_sessions
from postroom.delivery.connections import Connections, Open
from postroom.delivery.credentials import Credentials
from postroom.delivery.deadline import Deadline
from postroom.delivery.keeper import SessionKeeper
from postroom.delivery.model import AccessToken, Credential, Phase, ReplyClass, Server, SessionFailed, Verdict
from postroom.delivery.registered import AGE_LIMIT
from postroom.delivery.stored_passwords import StoredPasswords
from postroom.errors import Misconfigured, Unavailable
from tests.builders import an_account
from tests.fakes.accounts import MemoryAccounts, MemoryPasswords
from tests.fakes.sending import FakeServers, FakeSession
from tests.fakes.time import NOON, FakeClock

REFUSED = Verdict(ReplyClass.AUTH, Phase.AUTH, "535 5.7.8 not accepted")
LOST = Verdict(ReplyClass.INFRASTRUCTURE, Phase.CONNECT, "timed out")
TOO_MANY = Verdict(ReplyClass.RATE, Phase.AUTH, "454 4.7.0 Too many login attempts")


class Bench:
    """One account, its server, and any number of processes that send for it. Time passes in all at once."""

    def __init__(self, **changes: object) -> None:
        self.store, self.passwords, self.clock = MemoryAccounts(), MemoryPasswords(), FakeClock()
        version = self.passwords.store("ten_a", "acc_1", "of-now")
        self.account = self.store.add(an_account(secret_version=version, **changes))
        self.servers = FakeServers()
        self.health = ReportHealth(self.store, self.clock)
        self.connections = self.another_process()

    def another_process(
        self,
        sleep: Callable[[float], None] = lambda _: None,
        open_session: Open | None = None,
        credentials: Credentials | None = None,
    ) -> Connections:
        def now() -> float:
            return self.clock().timestamp()

        log_ins = LogIns(self.store, self.clock, sleep)
        credentials = credentials or StoredPasswords(self.passwords)
        return Connections(open_session or self.servers.open, credentials, SessionKeeper(now), log_ins, now)

    @property
    def stored(self) -> Account:
        found = self.store.get("ten_a", "acc_1")
        assert found is not None
        return found

    @property
    def open(self) -> int:
        return open_sessions(self.stored, self.clock())


def soon() -> Deadline:
    return Deadline.after(10)


def try_as_a_sender_does(bench: Bench, connections: Connections) -> None:
    """As ``delivery.lot``: what is refused is taken down with the account."""
    try:
        connections.take(bench.account, soon())
    except SessionFailed as failure:
        bench.health.fault(bench.account, failure.verdict)
    except NoRoom:
        pass


@pytest.mark.parametrize("rotated", [False, True])
def test_a_password_that_stopped_working_is_tried_at_most_twice_by_twenty_senders(*, rotated: bool) -> None:
    bench = Bench()
    if rotated:
        bench.passwords.rotate("ten_a", "acc_1", "wrong-as-well")

    def refuse(_server: Server) -> Verdict:
        time.sleep(0.02)
        return REFUSED

    bench.servers.refuse_session = refuse
    start = threading.Barrier(20)

    def run() -> None:
        connections = bench.another_process(lambda seconds: time.sleep(seconds / 20))
        start.wait()
        try_as_a_sender_does(bench, connections)

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert bench.servers.passwords == ["of-now", "wrong-as-well"][: 1 + rotated]
    assert bench.stored.config.status is AccountStatus.ERROR


def test_a_refusal_stands_also_when_the_password_has_gone_meanwhile() -> None:
    bench = Bench()

    def refuse(_server: Server) -> Verdict:
        bench.passwords.forget("ten_a", "acc_1")
        return REFUSED

    bench.servers.refuse_session = refuse

    with pytest.raises(SessionFailed) as failure:
        bench.connections.take(bench.account, soon())

    assert failure.value.verdict == REFUSED
    assert bench.servers.passwords == ["of-now"]


def test_twenty_senders_that_begin_at_once_log_in_one_after_another_up_to_the_accounts_limit() -> None:
    bench = Bench(max_connections=7)
    logging_in: list[int] = []
    at_once: list[int] = []

    def log_in(_server: Server) -> None:
        logging_in.append(1)
        at_once.append(len(logging_in))
        time.sleep(0.002)
        logging_in.pop()

    bench.servers.refuse_session = log_in
    start = threading.Barrier(20)

    def run() -> None:
        connections = bench.another_process(lambda _: time.sleep(0.02))
        start.wait()
        try_as_a_sender_does(bench, connections)

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert max(at_once) == 1
    assert len(bench.servers.opened) == bench.open == 7


@pytest.mark.parametrize("verdict", [REFUSED, TOO_MANY])
def test_nobody_is_let_in_between_a_refusal_and_its_being_known(verdict: Verdict) -> None:
    bench = Bench()
    bench.servers.refuse_session = lambda _: verdict

    with pytest.raises(SessionFailed):
        bench.connections.take(bench.account, soon())
    with pytest.raises(NoRoom):
        bench.another_process().take(bench.account, soon())

    assert len(bench.servers.opened) == 1


def test_a_server_that_could_not_be_reached_leaves_no_place_taken() -> None:
    bench = Bench(max_connections=1)
    bench.servers.refuse_session = lambda _: LOST

    for _ in range(2):
        with pytest.raises(SessionFailed):
            bench.connections.take(bench.account, soon())

    assert bench.open == 0
    assert bench.stored.sessions is not None
    assert bench.stored.sessions.logging_in is None


def test_a_password_that_cannot_be_read_leaves_no_place_taken() -> None:
    bench = Bench(max_connections=1)

    def unread(tenant_id: str, account_id: str, version: str | None = None) -> str:
        raise Unavailable

    bench.passwords.read = unread  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        bench.connections.take(bench.account, soon())

    assert bench.open == 0


def test_a_refused_password_stops_the_account_also_when_the_store_does_not_say_whether_it_is_the_latest() -> None:
    bench = Bench()
    bench.servers.refuse_session = lambda _: REFUSED
    read = bench.passwords.read

    def pinned_alone(tenant_id: str, account_id: str, version: str | None = None) -> str:
        if version is None:
            raise Unavailable
        return read(tenant_id, account_id, version)

    bench.passwords.read = pinned_alone  # type: ignore[method-assign]
    for _ in range(20):
        try_as_a_sender_does(bench, bench.connections)
        bench.clock.advance(timedelta(seconds=5))

    assert bench.servers.passwords == ["of-now"]
    assert bench.stored.config.status is AccountStatus.ERROR
    assert bench.stored.last_error is not None
    assert bench.stored.last_error.words == REFUSED.words


class NoneInPlace:
    """There is something, and what would replace it cannot be had."""

    def __init__(self, why: Exception) -> None:
        self._why = why

    def read(self, _account: Account, _deadline: Deadline) -> Credential:
        return AccessToken("ann@example.com", "refused")

    def after_refusal(self, _account: Account, _refused: Credential, _deadline: Deadline) -> Credential:
        raise self._why


@pytest.mark.parametrize("why", [NoRoom("Another sender is renewing"), Unavailable(), Misconfigured()])
def test_an_account_rests_longer_and_longer_while_what_would_replace_its_refused_token_cannot_be_had(
    why: Exception,
) -> None:
    bench = Bench()
    bench.servers.refuse_session = lambda _: REFUSED
    connections = bench.another_process(credentials=NoneInPlace(why))

    for _ in range(60):
        try_as_a_sender_does(bench, connections)
        bench.clock.advance(timedelta(seconds=3))

    assert len(bench.servers.opened) == 3
    assert bench.stored.config.status is AccountStatus.ACTIVE
    assert not bench.stored.can_send(bench.clock())


def test_a_session_is_counted_until_it_is_closed() -> None:
    bench = Bench()
    session = bench.connections.take(bench.account, soon())
    bench.connections.give_back(bench.account, session)
    assert bench.open == 1

    session = bench.connections.take(bench.account, soon())
    session.close()
    session.close()

    assert bench.open == 0
    assert len(bench.servers.opened) == 1


def test_a_session_that_broke_is_not_counted_any_more() -> None:
    bench = Bench(max_connections=1)
    opened: list[FakeSession] = []

    def remembering(server: Server, deadline: Deadline) -> FakeSession:
        opened.append(bench.servers.open(server, deadline))
        return opened[-1]

    connections = bench.another_process(open_session=remembering)
    session = connections.take(bench.account, soon())

    opened[0].usable = False
    connections.give_back(bench.account, session)

    assert bench.open == 0
    assert connections.take(bench.account, soon()) is not session


def test_a_session_in_use_is_ended_when_it_is_old_and_logged_in_anew() -> None:
    bench = Bench()

    for _ in range(12):
        session = bench.connections.take(bench.account, soon())
        bench.clock.advance(timedelta(seconds=AGE_LIMIT / 10))
        bench.connections.give_back(bench.account, session)

    assert len(bench.servers.opened) == 2
    assert bench.open == 1


def test_a_log_in_takes_no_longer_than_the_others_wait_for_it() -> None:
    bench = Bench()
    left: list[float] = []

    def measuring(server: Server, deadline: Deadline) -> FakeSession:
        left.append(deadline.remaining())
        return bench.servers.open(server, deadline)

    bench.another_process(open_session=measuring).take(bench.account, Deadline.after(600))

    assert left[0] <= LONGEST_LOGIN.total_seconds()


@pytest.mark.parametrize(
    ("changes", "pipelining"),
    [
        ({}, True),
        ({"smtp_pipelining": Pipelining.OFF}, False),
        ({"pipelining_fault": PipeliningFault(NOON, "503 5.5.1 out of order")}, False),
    ],
)
def test_pipelining_is_used_unless_it_is_off_or_has_failed(changes: dict[str, object], *, pipelining: bool) -> None:
    bench = Bench(**changes)

    bench.connections.take(bench.account, soon())

    assert [server.pipelining for server in bench.servers.opened] == [pipelining]


@pytest.mark.parametrize("changes", [{"max_connections": 3}, {"connection_type": ConnectionType.OUTLOOK}])
def test_the_last_place_of_an_account_is_handed_on_and_the_others_are_kept(changes: dict[str, object]) -> None:
    """Also where its provider allows fewer than its owner: Exchange Online three."""
    bench = Bench(**changes)
    processes = [bench.another_process() for _ in range(3)]
    sessions = [process.take(bench.stored, soon()) for process in processes]
    bench.clock.advance(timedelta(seconds=6))

    for process, session in zip(processes, sessions, strict=True):
        process.give_back(bench.stored, session)

    assert bench.open == 2
    bench.another_process().take(bench.stored, soon())
    assert bench.open == 3


def test_places_are_handed_on_at_intervals_so_that_log_ins_stay_few() -> None:
    bench = Bench(max_connections=2)
    processes = [bench.another_process() for _ in range(8)]
    for _ in range(30):
        for process in processes:
            if process.has_place(bench.stored):
                process.give_back(bench.stored, process.take(bench.stored, soon()))
        bench.clock.advance(timedelta(seconds=1))

    assert 3 <= len(bench.servers.opened) <= 2 + 30 / 5


def test_a_place_is_kept_while_another_sender_logs_in() -> None:
    bench = Bench(max_connections=2)
    session = bench.connections.take(bench.stored, soon())
    bench.clock.advance(timedelta(seconds=6))
    LogIns(bench.store, bench.clock, lambda _: None).permit(bench.stored, timedelta())

    bench.connections.give_back(bench.stored, session)

    assert bench.open == 2


def test_an_account_with_a_single_connection_keeps_it() -> None:
    bench = Bench(max_connections=1)
    for _ in range(5):
        bench.connections.give_back(bench.stored, bench.connections.take(bench.stored, soon()))
        bench.clock.advance(timedelta(seconds=6))

    assert len(bench.servers.opened) == 1
