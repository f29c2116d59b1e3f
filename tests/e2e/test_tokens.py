"""Tokens and cool-downs on an engine that is exact, and what the time of an answer tells; each with its naive way."""

import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import NormalDist, median

import pytest

from postroom.bootstrap.mails import build_ask_for_mail, build_mail_settings, build_tokens
from postroom.bootstrap.users import build_users
from postroom.change import Change, Set
from postroom.clock import system_clock
from postroom.dynamo import apply, get
from postroom.errors import Invalid
from postroom.idempotency.run_once import RunOnce
from postroom.ids import Seed
from postroom.mails.ask import AskForMail
from postroom.mails.cool_down import LetThrough
from postroom.mails.model import CoolDown, Kind, MailRequest, MailSettings
from postroom.mails.routes import mail_routes
from postroom.mails.store import DynamoCoolDowns
from postroom.settings import read_settings
from postroom.tenancy.keys import current_token_key
from postroom.tenancy.model import Caller, Role
from postroom.tokens.issue import IssueToken
from postroom.tokens.model import Purpose
from postroom.tokens.redeem import RedeemToken
from postroom.tokens.store import CurrentTokenRow
from postroom.users.manage import FindUsers
from postroom.users.ports import UserStore
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.builders import a_token, a_user
from tests.fakes.http import authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.mails import PlainSealer
from tests.faults.bare_aws import BareAws, bare_aws
from tests.faults.racing import race

RACERS = 100
EACH = 250
APP = "https://app.example.com"
OPERATOR = Caller("ten_a", "key_a", Role.OPERATOR)
SEED = 20_261_120
TOLD_APART = 4.0
"""Standard deviations of the Mann-Whitney statistic: by chance alone once in 16,000 runs."""


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareAws]:
    with bare_aws(tmp_path_factory.mktemp("aws")) as running:
        yield running


@pytest.fixture(autouse=True)
def here(aws: BareAws) -> Iterator[None]:
    with aws.here(aws.settings(aws.queue(visibility_seconds=60))):
        yield


def issued(tenant_id: str) -> str:
    expires_at = system_clock() + timedelta(hours=1)
    issue = IssueToken(build_tokens(read_settings(os.environ)), PlainSealer())
    found = issue(a_token(tenant_id=tenant_id, expires_at=expires_at), "msg_1")
    assert found is not None
    return found.text


def test_of_a_hundred_redemptions_at_once_one_succeeds() -> None:
    settings = read_settings(os.environ)
    users = build_users(settings)
    redeem = RedeemToken(build_tokens(settings), FindUsers(users), system_clock)
    for round_number in range(5):
        tenant_id = f"ten_{round_number}"
        users.put(a_user(tenant_id=tenant_id), None)
        text = issued(tenant_id)

        def work(tenant_id: str = tenant_id, text: str = text) -> bool:
            try:
                redeem(tenant_id, Purpose.PASSWORD_RESET, text, Seed.fresh(system_clock()))
            except Invalid:
                return False
            return True

        assert race(RACERS, work) == 1


def test_reading_first_and_writing_then_redeems_a_token_many_times() -> None:
    issued("ten_naive")
    key = current_token_key("ten_naive", Purpose.PASSWORD_RESET, a_token().person.hash)
    everyone_has_read = threading.Barrier(RACERS)

    def work() -> bool:
        seen = get(CurrentTokenRow, key)
        everyone_has_read.wait()
        if seen is None or seen.redeemed_ms:
            return False
        apply(CurrentTokenRow, key, Change((Set(("redeemed_ms",), 1),)))
        return True

    assert race(RACERS, work) > 1


@pytest.mark.parametrize("most", [1, 5])
def test_of_many_requests_at_once_as_many_are_let_through_as_may(most: int) -> None:
    build_mail_settings(read_settings(os.environ))
    let_through = LetThrough(DynamoCoolDowns())
    limits, tenant_id = CoolDown(per_minute=most, per_hour=5), f"ten_cool_{most}"

    def work() -> bool:
        asked = MailRequest(tenant_id, Kind.PASSWORD_RESET, Seed.fresh(system_clock()), email="ann@example.com")
        return let_through(asked, "ann@example.com", limits)

    assert race(50, work) == most


@dataclass(frozen=True)
class NaiveAsk:
    """Looks first whether there is such a user."""

    ask: AskForMail
    users: UserStore

    def __call__(self, wanted: MailRequest) -> None:
        if self.users.by_email(wanted.tenant_id, wanted.email or "") is not None:
            self.ask(wanted)


def api_of(ask: Callable[[MailRequest], None]) -> Api:
    routes = Routes()
    mail_routes(routes, ask)
    return Api(routes, RunOnce(MemoryRecords(), system_clock), system_clock)


def answers_in(api: Api, email: str) -> float:
    """Milliseconds."""
    body = {"email": email, "base_url": APP}
    event = authorised(request("POST", "/v1/emails/password-reset", body), OPERATOR)
    begun = time.perf_counter()
    answer = send(api, event)
    spent = time.perf_counter() - begun
    assert (answer.status, answer.json) == (202, {"status": "accepted"})
    return spent * 1000


def times(api: Api) -> tuple[list[float], list[float]]:
    """Of addresses that have a user, and of those that have none; one after the other, in random order."""
    known, unknown = list[float](), list[float]()
    asked = [(known, f"user{number}@example.com") for number in range(EACH)]
    asked += [(unknown, f"none{number}@example.com") for number in range(EACH)]
    for _, email in asked[:20]:
        answers_in(api, email)
    random.Random(SEED).shuffle(asked)
    for kind, email in asked:
        kind.append(answers_in(api, email))
    return known, unknown


def medians(measured: tuple[list[float], list[float]]) -> str:
    known, unknown = map(median, measured)
    return f"known {known:.3f} ms, unknown {unknown:.3f} ms"


def how_far_apart(one: Sequence[float], other: Sequence[float]) -> float:
    """Mann and Whitney's U, in standard deviations off what chance gives when both are of one distribution."""
    ranked = sorted([(value, True) for value in one] + [(value, False) for value in other])
    rank_sum = sum(rank for rank, (_, is_one) in enumerate(ranked, 1) if is_one)
    m, n = len(one), len(other)
    of_chance = NormalDist(m * (m + n + 1) / 2, (m * n * (m + n + 1) / 12) ** 0.5)
    return of_chance.zscore(rank_sum)


def test_the_time_of_an_answer_does_not_tell_who_has_an_account() -> None:
    settings = read_settings(os.environ)
    users = build_users(settings)
    for number in range(EACH):
        users.put(a_user(id=f"user{number}", email=f"user{number}@example.com"), None)
    build_mail_settings(settings).replace("ten_a", MailSettings(), MailSettings(origins=(APP,), revision=1))
    ask = build_ask_for_mail(settings)

    ours, naive = times(api_of(ask)), times(api_of(NaiveAsk(ask, users)))

    assert abs(how_far_apart(*ours)) < TOLD_APART, f"{medians(ours)}, seed {SEED}"
    assert abs(how_far_apart(*naive)) > 2 * TOLD_APART, f"{medians(naive)}, seed {SEED}"
