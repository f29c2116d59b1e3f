"""Access tokens, shared by all who send for an account: renewed in time, by one of them, and never told to anybody."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest

from postroom.accounts.model import Account, ConnectionType
from postroom.accounts.sessions import NoRoom
from postroom.delivery.deadline import Deadline
from postroom.delivery.model import AccessToken, Phase, ReplyClass, SessionFailed
from postroom.errors import Misconfigured, Unavailable
from postroom.oauth2.access import AccessTokens
from postroom.oauth2.endpoint import HttpTokenEndpoint
from postroom.oauth2.model import Client, Granted, ProviderName, TokenKey, TokenState
from postroom.oauth2.refusals import ConsentMissing, TokenUnavailable
from postroom.oauth2.tokens import LEASE, PAUSE
from tests.fakes.oauth2 import ANN, TENANT, MemoryTokens, OAuth2World, with_host
from tests.faults.authorization_server import CLIENT_SECRET, Answer, AuthorizationServer, Slow

HOUR = timedelta(hours=1)
STORM = 50


def soon() -> Deadline:
    return Deadline.after(20)


def read(process: AccessTokens, account: Account) -> str:
    credential = process.read(account, soon())
    assert isinstance(credential, AccessToken)
    assert credential.username == ANN
    return credential.text


def works(server: AuthorizationServer, token: str) -> bool:
    return token in server.valid_tokens(ANN)


def refused(act: Callable[[], object]) -> SessionFailed:
    with pytest.raises(SessionFailed) as failure:
        act()
    return failure.value


# In time


def test_the_token_that_came_with_the_consent_is_used_first(world: OAuth2World, server: AuthorizationServer) -> None:
    account = world.authorized()

    token = read(world.another_process(), account)

    assert works(server, token)
    assert server.refreshes == 0


def test_a_token_is_renewed_five_minutes_before_its_end(world: OAuth2World, server: AuthorizationServer) -> None:
    account = world.authorized()
    process = world.another_process()
    first = read(process, account)

    world.pass_time(minutes=54, seconds=59)
    in_time = read(process, account)
    world.pass_time(seconds=1)
    renewed = read(process, account)

    assert in_time == first != renewed
    assert works(server, renewed)
    assert server.refreshes == 1


def test_a_warm_process_asks_no_store_for_a_fresh_token(world: OAuth2World) -> None:
    account = world.authorized()
    process = world.another_process()
    token = read(process, account)
    world.tokens.rows.clear()  # type: ignore[attr-defined]
    world.grants.forget(TENANT, "acc_1")

    assert read(process, account) == token


def test_what_one_process_renewed_the_others_find(world: OAuth2World, server: AuthorizationServer) -> None:
    account = world.authorized()
    world.pass_time(minutes=56)

    tokens = {read(world.another_process(), account) for _ in range(5)}

    assert len(tokens) == 1
    assert server.refreshes == 1


def test_the_owner_sees_when_the_token_ends(world: OAuth2World) -> None:
    account = world.authorized()
    world.pass_time(hours=2)

    read(world.another_process(), account)

    seen = world.account().authorization
    assert seen is not None
    assert seen.expires_at == world.clock() + HOUR


def test_a_row_that_was_lost_is_made_again(world: OAuth2World, server: AuthorizationServer) -> None:
    account = world.authorized()
    world.tokens.rows.clear()  # type: ignore[attr-defined]

    assert works(server, read(world.another_process(), account))
    assert server.refreshes == 1


def test_a_new_consent_is_used_at_once_also_by_warm_processes(world: OAuth2World, server: AuthorizationServer) -> None:
    process = world.another_process()
    before = read(process, world.authorized())
    server.revoke(ANN)

    world.connect(server.consent(world.ask().url))
    after = read(process, world.account())

    assert before != after
    assert works(server, after)


# By one of many


def storm(world: OAuth2World, account: Account, processes: list[AccessTokens]) -> list[str | Exception]:
    start, outcomes = threading.Barrier(len(processes)), list[str | Exception]()

    def run(process: AccessTokens) -> None:
        start.wait()
        try:
            outcomes.append(read(process, account))
        except (SessionFailed, NoRoom, Unavailable) as error:
            outcomes.append(error)

    threads = [threading.Thread(target=run, args=(process,)) for process in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.parametrize("minutes", [56, 120])
@pytest.mark.parametrize("rotates", [False, True])
def test_of_fifty_senders_exactly_one_renews_a_token_that_ends(
    world: OAuth2World, server: AuthorizationServer, minutes: int, *, rotates: bool
) -> None:
    server.rotates = server.reuse_revokes = rotates
    account = world.authorized()
    world.pass_time(minutes=minutes)
    server.on_token(Slow(0.2))

    outcomes = storm(world, account, [world.another_process() for _ in range(STORM)])

    assert server.refreshes == 1
    # Who found the token ended and no new one waits, with his mail; nobody is to blame.
    assert {type(outcome) for outcome in outcomes} <= {str, NoRoom}
    tokens = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert tokens
    assert all(works(server, token) for token in tokens)
    if minutes == 56:
        assert len(tokens) == STORM


def test_without_the_condition_fifty_senders_renew_it_many_times(
    world: OAuth2World, server: AuthorizationServer
) -> None:
    class NaiveTokens(MemoryTokens):
        def write(self, key: TokenKey, state: TokenState) -> bool:
            self.rows[key] = state
            return True

    account = world.authorized()
    world.pass_time(hours=2)
    server.on_token(Slow(0.2), Slow(0.2))

    storm(world, account, [world.another_process(tokens=NaiveTokens()) for _ in range(STORM)])

    assert server.refreshes > 10


def test_while_one_renews_the_others_go_on_with_a_token_that_still_works(
    world: OAuth2World, server: AuthorizationServer
) -> None:
    account = world.authorized()
    first = read(world.another_process(), account)
    world.pass_time(minutes=57)
    found: list[str] = []
    watch_renewal(server, lambda: found.append(read(world.another_process(), account)))

    renewed = read(world.another_process(), account)

    assert found == [first]
    assert renewed != first
    assert world.slept == []


def watch_renewal(server: AuthorizationServer, act: Callable[[], None]) -> None:
    """Acts once, while the server has a renewal before it."""
    original = server.token
    done: list[bool] = []

    def token(form: dict[str, str]) -> tuple[int, dict[str, object]]:
        if not done:
            done.append(True)
            act()
        return original(form)

    server.token = token  # type: ignore[method-assign, assignment]


def test_who_finds_no_working_token_waits_for_the_new_one_but_not_for_long(
    world: OAuth2World, server: AuthorizationServer
) -> None:
    account = world.authorized()
    world.pass_time(hours=2)
    met: list[Exception] = []

    def impatient() -> None:
        try:
            world.another_process().read(account, Deadline.after(0.3))
        except NoRoom as error:
            met.append(error)

    watch_renewal(server, impatient)
    read(world.another_process(), account)

    assert [str(error) for error in met] == ["Another sender is renewing the access token"]
    assert len(world.slept) <= 2


def test_who_dies_while_renewing_is_waited_for_a_minute_at_most(
    world: OAuth2World, server: AuthorizationServer
) -> None:
    account = world.authorized()
    world.pass_time(hours=2)
    world.another_process(endpoint=Killed())
    with pytest.raises(KillSignal):
        world.another_process(endpoint=Killed()).read(account, soon())

    with pytest.raises(NoRoom):
        world.another_process().read(account, Deadline.after(0.1))
    world.pass_time(seconds=LEASE.total_seconds())

    assert works(server, read(world.another_process(), account))


class KillSignal(BaseException):
    """What no handler catches: the process is gone."""


class Killed:
    def get_ready(self, client: Client) -> None:
        """It dies later."""

    def exchange(self, client: Client, code: str, verifier: str, deadline: Deadline) -> Granted:
        raise KillSignal

    def refresh(self, client: Client, refresh_token: str, deadline: Deadline) -> Granted:
        raise KillSignal


class OwnSecret:
    """Read by a process that notes whether somebody holds the lease; ``trouble`` is met instead."""

    def __init__(self, world: OAuth2World, trouble: Exception | None = None) -> None:
        self.leases: list[str | None] = []
        self._world = world
        self._trouble = trouble

    def __call__(self, _provider: ProviderName) -> str:
        state = self._world.state()
        self.leases.append(state.lease if state else None)
        if self._trouble is not None:
            raise self._trouble
        return CLIENT_SECRET

    @property
    def endpoint(self) -> HttpTokenEndpoint:
        return HttpTokenEndpoint(cache(self), lambda: None)


def test_the_secret_of_this_installation_is_read_before_the_lease_is_taken(
    world: OAuth2World, server: AuthorizationServer
) -> None:
    account = world.authorized()
    world.pass_time(hours=2)
    secret = OwnSecret(world)

    token = read(world.another_process(endpoint=secret.endpoint), account)

    assert works(server, token)
    assert secret.leases == [None]


@pytest.mark.parametrize(
    ("trouble", "told"), [(Unavailable(), Unavailable), (Misconfigured("There is no secret"), TokenUnavailable)]
)
def test_who_cannot_read_the_secret_of_this_installation_holds_nobody_up(
    world: OAuth2World, server: AuthorizationServer, trouble: Exception, told: type[Exception]
) -> None:
    account = world.authorized()
    world.pass_time(hours=2)
    secret = OwnSecret(world, trouble)

    with pytest.raises(told):
        world.another_process(endpoint=secret.endpoint).read(account, soon())

    assert works(server, read(world.another_process(), account))


@pytest.mark.parametrize("trouble", [Unavailable(), Misconfigured("There is no secret")])
def test_while_the_old_token_works_an_unreadable_secret_is_not_noticed(
    world: OAuth2World, server: AuthorizationServer, trouble: Exception
) -> None:
    account = world.authorized()
    world.pass_time(minutes=56)
    secret = OwnSecret(world, trouble)

    assert works(server, read(world.another_process(endpoint=secret.endpoint), account))
    assert secret.leases


def test_a_token_that_was_refused_is_not_said_again_while_another_sender_renews_it(
    world: OAuth2World, server: AuthorizationServer
) -> None:
    account = world.authorized()
    process = world.another_process()
    first = process.read(account, soon())
    world.pass_time(minutes=56)
    with pytest.raises(KillSignal):
        world.another_process(endpoint=Killed()).read(account, soon())

    with pytest.raises(NoRoom):
        process.after_refusal(account, first, Deadline.after(0.1))
    with pytest.raises(NoRoom):
        process.read(account, Deadline.after(0.1))
    world.pass_time(seconds=LEASE.total_seconds())

    assert read(process, account) != first.text
    assert server.refreshes == 1


# Rotation


def test_a_refresh_token_that_came_with_a_new_access_token_is_used_from_then_on(
    world: OAuth2World, server: AuthorizationServer
) -> None:
    server.rotates = server.reuse_revokes = True
    account = world.authorized()

    for _ in range(5):
        world.pass_time(hours=2)
        assert works(server, read(world.another_process(), account))

    used = [form["refresh_token"] for form in server.requests if "refresh_token" in form]
    assert len(set(used)) == 5


def test_both_new_tokens_are_stored_before_either_is_used(world: OAuth2World, server: AuthorizationServer) -> None:
    server.rotates = server.reuse_revokes = True
    account = world.authorized()
    world.pass_time(hours=2)

    class Broken(MemoryTokens):
        """Holds the lease, and then no write any more."""

        def write(self, key: TokenKey, state: TokenState) -> bool:
            if state.lease is None:
                raise Unavailable
            return super().write(key, state)

    broken = Broken()
    broken.rows = world.tokens.rows  # type: ignore[attr-defined]

    with pytest.raises(Unavailable):
        world.another_process(tokens=broken).read(account, Deadline.after(0.3))


@pytest.mark.parametrize("reuse_revokes", [False, True])
def test_a_crash_between_a_rotation_and_its_being_stored_loses_an_account_only_where_the_provider_insists(
    world: OAuth2World, server: AuthorizationServer, *, reuse_revokes: bool
) -> None:
    # Google and Microsoft take the refresh token before, too: an answer can be lost on its way to anybody.
    server.rotates, server.reuse_revokes = True, reuse_revokes
    account = world.authorized()
    world.pass_time(hours=2)

    class KilledAfterTheAnswer(Killed):
        def refresh(self, client: Client, refresh_token: str, deadline: Deadline) -> Granted:
            world.endpoint.refresh(client, refresh_token, deadline)
            raise KillSignal

    with pytest.raises(KillSignal):
        world.another_process(endpoint=KilledAfterTheAnswer()).read(account, soon())
    world.pass_time(minutes=2)

    if reuse_revokes:
        failure = refused(lambda: read(world.another_process(), account))
        assert failure.verdict.reply_class is ReplyClass.AUTH
    else:
        assert works(server, read(world.another_process(), account))


def test_an_answer_that_was_lost_on_its_way_is_asked_for_again(world: OAuth2World, server: AuthorizationServer) -> None:
    server.rotates = True
    account = world.authorized()
    world.pass_time(hours=2)
    server.on_token(Answer(502, after_issuing=True))

    first = refused(lambda: read(world.another_process(), account))
    world.pass_time(seconds=PAUSE.total_seconds())
    second = read(world.another_process(), account)

    assert first.verdict.reply_class is ReplyClass.INFRASTRUCTURE
    assert works(server, second)


# Revocation, and what is none


def test_a_consent_that_was_taken_back_is_the_accounts_and_says_what_to_do(
    world: OAuth2World, server: AuthorizationServer
) -> None:
    account = world.authorized()
    server.revoke(ANN)
    world.pass_time(hours=2)

    failure = refused(lambda: read(world.another_process(), account))

    assert failure.verdict.reply_class is ReplyClass.AUTH
    assert failure.verdict.phase is Phase.AUTH
    assert failure.verdict.words.startswith("Google does not accept the account's consent any more")
    assert "POST /v1/accounts/{id}/oauth2/authorize" in failure.verdict.words


def test_a_consent_that_is_gone_is_asked_about_once_however_many_send(
    world: OAuth2World, server: AuthorizationServer
) -> None:
    account = world.authorized()
    server.revoke(ANN)
    world.pass_time(hours=2)
    server.on_token(Slow(0.1))

    outcomes = storm(world, account, [world.another_process() for _ in range(20)])
    later = refused(lambda: read(world.another_process(), account))

    assert server.refreshes == 1
    assert {type(outcome) for outcome in outcomes} <= {ConsentMissing, NoRoom}
    assert later.verdict.reply_class is ReplyClass.AUTH


@pytest.mark.parametrize("code", ["invalid_grant", "interaction_required", "consent_required", "login_required"])
def test_whatever_only_a_new_consent_can_mend_counts_as_taken_back(
    world: OAuth2World, server: AuthorizationServer, code: str
) -> None:
    account = world.authorized()
    world.pass_time(hours=2)
    server.on_token(Answer(400, code))

    failure = refused(lambda: read(world.another_process(), account))

    assert failure.verdict.reply_class is ReplyClass.AUTH


NO_REVOCATIONS = {
    "500": Answer(500),
    "502 with words": Answer(502, "invalid_grant"),
    "503": Answer(503, "temporarily_unavailable"),
    "429": Answer(429, "slow_down"),
    "unavailable": Answer(400, "temporarily_unavailable"),
    "server error": Answer(400, "server_error"),
    "our client": Answer(401, "invalid_client"),
    "our client's rights": Answer(400, "unauthorized_client"),
    "our request": Answer(400, "invalid_request"),
    "something new": Answer(400, "of_tomorrow"),
    "nothing": Answer(200),
}


@pytest.mark.parametrize("fault", NO_REVOCATIONS)
def test_what_is_not_the_accounts_fault_stops_nothing(
    world: OAuth2World, server: AuthorizationServer, fault: str
) -> None:
    account = world.authorized()
    world.pass_time(hours=2)
    server.on_token(NO_REVOCATIONS[fault])

    failure = refused(lambda: read(world.another_process(), account))
    with pytest.raises(NoRoom):
        world.another_process().read(account, Deadline.after(0.1))
    asked = server.refreshes + len(server.requests)
    world.pass_time(seconds=PAUSE.total_seconds())
    afterwards = read(world.another_process(), account)

    assert failure.verdict.reply_class is ReplyClass.INFRASTRUCTURE
    assert failure.verdict.words.startswith("Google gave no access token (")
    assert asked <= 3  # Nobody asked between the fault and the end of the pause.
    assert works(server, afterwards)


@pytest.mark.parametrize("fault", NO_REVOCATIONS)
def test_while_the_old_token_works_a_provider_in_trouble_is_not_noticed(
    world: OAuth2World, server: AuthorizationServer, fault: str
) -> None:
    account = world.authorized()
    world.pass_time(minutes=56)
    server.on_token(NO_REVOCATIONS[fault])

    assert works(server, read(world.another_process(), account))


def test_a_provider_that_cannot_be_reached_is_no_fault_of_the_account(world: OAuth2World) -> None:
    account = world.authorized()
    world.pass_time(hours=2)
    world.server.__exit__(None, None, None)

    failure = refused(lambda: read(world.another_process(), account))

    assert failure.verdict.reply_class is ReplyClass.INFRASTRUCTURE
    assert "unreachable" in failure.verdict.words


def test_a_provider_that_is_slow_is_left_when_the_sender_has_no_more_time(
    world: OAuth2World, server: AuthorizationServer
) -> None:
    account = world.authorized()
    world.pass_time(hours=2)
    server.on_token(Slow(3.0))
    began = time.monotonic()

    failure = refused(lambda: world.another_process().read(account, Deadline.after(0.4)))

    assert time.monotonic() - began < 2
    assert failure.verdict.reply_class is ReplyClass.INFRASTRUCTURE
    assert "timeout" in failure.verdict.words


# Clocks that differ


def test_a_token_that_died_early_is_renewed_once_and_tried_again(
    world: OAuth2World, server: AuthorizationServer
) -> None:
    account = world.authorized()
    process = world.another_process()
    token = process.read(account, soon())
    server.expire(ANN)

    other = process.after_refusal(account, token, soon())

    assert other is not None
    assert works(server, other.text)
    assert server.refreshes == 1


def test_of_many_whose_token_died_early_one_renews_it(world: OAuth2World, server: AuthorizationServer) -> None:
    account = world.authorized()
    processes = [world.another_process() for _ in range(10)]
    tokens = [process.read(account, soon()) for process in processes]
    server.expire(ANN)

    others = [process.after_refusal(account, token, soon()) for process, token in zip(processes, tokens, strict=True)]

    assert len({other.text for other in others if other is not None}) == 1
    assert server.refreshes == 1


def test_a_provider_that_fails_after_a_refusal_does_not_make_it_the_accounts(
    world: OAuth2World, server: AuthorizationServer
) -> None:
    account = world.authorized()
    process = world.another_process()
    token = process.read(account, soon())
    server.expire(ANN)
    server.on_token(Answer(503))

    failure = refused(lambda: process.after_refusal(account, token, soon()))

    assert failure.verdict.reply_class is ReplyClass.INFRASTRUCTURE


def test_a_lifetime_beyond_all_measure_is_not_believed(world: OAuth2World, server: AuthorizationServer) -> None:
    server.lifetime = 10**9
    account = world.authorized()
    read(world.another_process(), account)

    world.pass_time(hours=24)
    read(world.another_process(), account)

    assert server.refreshes == 1


# To whom a token goes


@pytest.mark.parametrize("host", ["evil.example", "smtp.gmail.com.evil.example", "10.0.0.1"])
def test_a_token_is_read_for_no_host_but_its_providers(world: OAuth2World, host: str) -> None:
    account = with_host(world.authorized(), host)

    failure = refused(lambda: read(world.another_process(), account))

    assert failure.verdict.reply_class is ReplyClass.AUTH
    assert "smtp_host" in failure.verdict.words


@pytest.mark.parametrize("is_warm", [True, False])
def test_a_consent_is_good_for_the_provider_that_was_asked_alone(
    world: OAuth2World, server: AuthorizationServer, *, is_warm: bool
) -> None:
    account, process = world.authorized(), world.another_process()
    if is_warm:
        read(process, account)
    outlook = replace(account, config=replace(account.config, connection_type=ConnectionType.OUTLOOK))

    failure = refused(lambda: read(process, outlook))

    assert isinstance(failure, ConsentMissing)
    assert "not Microsoft's" in failure.verdict.words
    assert server.refreshes == 0


def test_an_installation_without_its_own_secret_is_told_as_that(world: OAuth2World) -> None:
    account = world.authorized()
    world.pass_time(hours=2)
    secret = OwnSecret(world, Misconfigured("There is no secret"))

    failure = refused(lambda: read(world.another_process(endpoint=secret.endpoint), account))

    assert failure.verdict.reply_class is ReplyClass.INFRASTRUCTURE
    assert "no client secret for Google" in failure.verdict.words


def test_an_account_that_was_not_authorized_says_so(world: OAuth2World) -> None:
    failure = refused(lambda: read(world.another_process(), world.add()))

    assert "not authorized yet" in failure.verdict.words


def test_a_microsoft_account_asks_microsoft(world: OAuth2World, server: AuthorizationServer) -> None:
    account = world.authorized(connection_type=ConnectionType.OUTLOOK)
    server.revoke(ANN)
    world.pass_time(hours=2)

    assert refused(lambda: read(world.another_process(), account)).verdict.words.startswith("Microsoft")


# What is never shown


def test_nothing_secret_is_logged_or_shown_or_stored_as_it_is(
    world: OAuth2World, server: AuthorizationServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.rotates = True
    account = world.authorized()
    shown: list[str] = []
    for fault in (*NO_REVOCATIONS.values(), Answer(400, "invalid_grant")):
        world.pass_time(hours=2)
        server.on_token(fault)
        process = world.another_process()
        failure = refused(lambda process=process: read(process, account))  # type: ignore[misc]
        shown += chain_of(failure)
        world.pass_time(minutes=1)
        shown += [repr(process.read(account, soon()))] if fault.error != "invalid_grant" else []
    shown += [record.getMessage() + repr(record.__dict__) for record in caplog.records]
    stored = [str((state.access, state.refresh)) for state in world.tokens.rows.values()]  # type: ignore[attr-defined]

    assert len(server.issued) > 20
    assert not [secret for secret in server.issued for text in (*shown, *stored) if secret in text]


def chain_of(error: BaseException) -> list[str]:
    shown = list[str]()
    link: BaseException | None = error
    while link is not None:
        shown += [str(link), repr(link), repr(link.args)]
        link = link.__cause__ or link.__context__
    return shown


def test_a_sealed_token_opens_with_the_key_of_its_own_consent_alone(world: OAuth2World) -> None:
    seal = world.seal
    mine, other = seal.new_key(), seal.new_key()
    sealed = seal.close(mine, "ya29.token")

    assert seal.open(mine, sealed) == "ya29.token"
    with pytest.raises(ValueError, match="another key"):
        seal.open(other, sealed)
    with pytest.raises(ValueError, match="another key"):
        seal.open(mine, sealed[:-6] + "AAAAA=")
