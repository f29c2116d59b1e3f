"""What a provider's refusals teach, and to whom."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.accounts.ceilings import ceiling_of
from postroom.accounts.lessons import SLOWEST
from postroom.accounts.limits import PLAIN, limits_at
from postroom.accounts.model import Account, ConnectionType, EventKind, Lesson
from postroom.accounts.record import lesson_record
from postroom.accounts.report import ReportHealth
from postroom.accounts.reserve import Granted, Reserve, Settle
from postroom.change import Change, Set
from postroom.delivery.model import Phase, ReplyClass, Verdict
from postroom.paging import PageRequest
from tests.builders import an_account
from tests.fakes.accounts import ForgetfulAccounts, MemoryAccounts
from tests.fakes.time import NOON, FakeClock

QUOTA = Verdict(ReplyClass.QUOTA, Phase.MAIL, "550 5.4.5 Daily sending quota exceeded")
RATE = Verdict(ReplyClass.RATE, Phase.MAIL, "450 4.2.1 too fast")


class Setting:
    def __init__(self, account: Account, store: MemoryAccounts | None = None) -> None:
        self.store, self.clock = store or MemoryAccounts(), FakeClock()
        self.store.add(account)
        self._report, self._reserve = ReportHealth(self.store, self.clock), Reserve(self.store, self.clock)

    @property
    def account(self) -> Account:
        found = self.store.get("ten_a", "acc_1")
        assert found is not None
        return found

    def fault(self, verdict: Verdict, reserved: Account | None = None) -> Account:
        return self._report.fault(reserved or self.account, verdict)

    def reserved(self, count: int) -> Granted:
        granted = self._reserve(self.account, [PLAIN] * count, timedelta(hours=1))
        assert isinstance(granted, Granted)
        return granted

    def sent(self, count: int) -> None:
        Settle(self.store)(self.reserved(count), 0)

    def learned(self) -> tuple[int | None, int | None]:
        daily, spacing = self.account.learned_daily, self.account.learned_spacing
        return daily.value if daily else None, spacing.value if spacing else None

    def told(self) -> list[str]:
        events = self.store.events("ten_a", "acc_1", PageRequest()).items
        return [event.detail for event in events if event.kind is EventKind.LIMIT_LEARNED]


@pytest.mark.parametrize(
    ("limit", "sent", "learned"), [(100, 80, 80), (100, 20, 50), (100, 0, 50), (1, 0, 1), (3, 0, 1), (100, 100, 100)]
)
def test_a_quota_reply_lowers_the_limit_to_what_got_through_but_no_lower_than_half(
    limit: int, sent: int, learned: int
) -> None:
    setting = Setting(an_account(daily_limit=limit, min_wait_time=0, proven=1))
    if sent:
        setting.sent(sent)

    setting.fault(QUOTA)

    assert setting.learned() == (learned, None)
    assert limits_at(setting.account, NOON).daily == learned


def test_what_is_reserved_and_not_yet_sent_has_not_got_through() -> None:
    setting = Setting(an_account(daily_limit=100, min_wait_time=0, proven=1))
    setting.sent(60)
    under_way = setting.reserved(10)

    setting.fault(QUOTA, under_way.account)

    assert setting.learned() == (60, None)


def test_a_lesson_never_gives_back_what_an_earlier_one_took() -> None:
    setting = Setting(an_account(daily_limit=100, min_wait_time=0, proven=1))
    setting.sent(80)
    setting.store.change("ten_a", "acc_1", Change((Set(("learned_daily",), lesson_record(Lesson(50, NOON))),)))

    setting.fault(QUOTA)

    assert setting.learned() == (50, None)


def test_a_quota_reply_still_rests_the_account_at_once() -> None:
    setting = Setting(an_account())

    setting.fault(QUOTA)

    assert not setting.account.can_send(NOON)


@pytest.mark.parametrize(
    ("seconds", "learned"), [(0, 1_000), (0.2, 1_000), (1, 2_000), (2.5, 5_000), (200, 300_000), (900, 900_000)]
)
def test_a_rate_reply_doubles_the_pause_between_two_mails(seconds: float, learned: int) -> None:
    setting = Setting(an_account(min_wait_time=seconds))

    setting.fault(RATE)

    assert setting.learned() == (None, learned)
    assert limits_at(setting.account, NOON).spacing_ms == learned


def test_refusals_one_after_the_other_slow_down_further_until_an_end() -> None:
    setting = Setting(an_account(min_wait_time=1))

    values = [setting.fault(RATE).learned_spacing for _ in range(12)]

    assert [value.value for value in values if value][:4] == [2_000, 4_000, 8_000, 16_000]
    assert values[-1] == Lesson(round(SLOWEST.total_seconds() * 1000), NOON)


@pytest.mark.parametrize("phase", [Phase.CONNECT, Phase.GREETING, Phase.EHLO, Phase.STARTTLS, Phase.AUTH])
@pytest.mark.parametrize(
    ("reply_class", "words"),
    [
        (ReplyClass.RATE, "454 4.7.0 Too many login attempts"),
        (ReplyClass.QUOTA, "421 Daily connection limit reached"),
    ],
)
def test_too_many_log_ins_say_nothing_of_mails(phase: Phase, reply_class: ReplyClass, words: str) -> None:
    setting = Setting(an_account())

    setting.fault(Verdict(reply_class, phase, words))

    assert setting.learned() == (None, None)
    assert not setting.account.can_send(NOON)


@pytest.mark.parametrize(
    "words",
    [
        "550 Domain example.com has exceeded the max emails per hour (100/100 (100%)) allowed.",
        "452 4.3.1 Hourly sending quota exceeded",
        "550 Too many messages this hour",
    ],
)
def test_a_limit_of_an_hour_rests_the_account_for_an_hour_and_leaves_its_day_as_it_is(words: str) -> None:
    setting = Setting(an_account(daily_limit=2_000, min_wait_time=0))
    setting.sent(100)

    for _ in range(3):
        setting.fault(Verdict(ReplyClass.QUOTA, Phase.RCPT, words))
        assert setting.account.rest_until == setting.clock() + timedelta(hours=1)
        setting.clock.advance(timedelta(hours=1))

    assert setting.learned() == (None, None)
    assert setting.account.can_send(setting.clock())


@pytest.mark.parametrize("words", ["550 24-hour sending limit exceeded", "452 Daily quota exceeded, wait an hour"])
def test_a_limit_of_a_day_is_known_from_one_of_an_hour(words: str) -> None:
    setting = Setting(an_account(daily_limit=1000))

    setting.fault(Verdict(ReplyClass.QUOTA, Phase.RCPT, words))

    assert setting.learned() == (500, None)


@pytest.mark.parametrize("verdict", [QUOTA, RATE])
def test_of_many_senders_that_were_refused_at_once_one_teaches(verdict: Verdict) -> None:
    setting = Setting(an_account(daily_limit=1000, min_wait_time=1))
    as_reserved = setting.account

    for _ in range(5):
        setting.fault(verdict, as_reserved)
        setting.clock.advance(timedelta(milliseconds=300))

    assert setting.learned() in {(500, None), (None, 2_000)}
    assert len(setting.told()) == 1


def test_many_senders_that_were_slowed_down_at_once_rest_as_one() -> None:
    setting = Setting(an_account(min_wait_time=1))
    as_reserved = setting.account

    for _ in range(5):
        setting.fault(RATE, as_reserved)

    assert setting.account.rest_until == NOON + timedelta(seconds=30)


@pytest.mark.parametrize(("verdict", "expected"), [(QUOTA, (250, None)), (RATE, (None, 4_000))])
def test_a_mail_that_was_reserved_after_the_lesson_teaches_again(
    verdict: Verdict, expected: tuple[int | None, int | None]
) -> None:
    setting = Setting(an_account(daily_limit=1000, min_wait_time=1))
    setting.fault(verdict)

    setting.fault(verdict, setting.account)

    assert setting.learned() == expected


@pytest.mark.parametrize("verdict", [QUOTA, RATE])
def test_a_lesson_whose_answer_was_lost_is_one_lesson(verdict: Verdict) -> None:
    setting = Setting(an_account(daily_limit=1000, min_wait_time=1), ForgetfulAccounts())

    setting.fault(verdict)

    assert setting.learned() in {(500, None), (None, 2_000)}
    assert len(setting.told()) == 1


def test_the_owner_is_told_what_was_learned_in_the_providers_words() -> None:
    setting = Setting(an_account(daily_limit=1000, min_wait_time=1))

    setting.fault(QUOTA)
    setting.clock.advance(timedelta(seconds=1))
    setting.fault(RATE)

    assert setting.told() == [
        f"500 messages instead of 1000: {QUOTA.words}",
        f"2 seconds between two mails instead of 1: {RATE.words}",
    ]


def test_of_a_lesson_that_makes_nothing_stricter_the_owner_is_told_nothing() -> None:
    smallest, slowest = Setting(an_account(daily_limit=1)), Setting(an_account(min_wait_time=300))

    smallest.fault(QUOTA)
    for _ in range(3):
        slowest.fault(RATE)

    assert smallest.told() == slowest.told() == []


def test_a_lesson_of_an_older_configuration_is_not_held_against_the_new_one() -> None:
    setting = Setting(an_account(revision=2))

    setting.fault(QUOTA, an_account(revision=1))

    assert setting.learned() == (None, None)


@pytest.mark.parametrize("reply_class", [ReplyClass.INFRASTRUCTURE, ReplyClass.UNCERTAIN, ReplyClass.AUTH])
def test_other_faults_teach_nothing_of_limits(reply_class: ReplyClass) -> None:
    setting = Setting(an_account())

    setting.fault(Verdict(reply_class, Phase.MAIL, "its words"))

    assert setting.learned() == (None, None)


@given(
    refusals=st.lists(st.tuples(st.sampled_from([QUOTA, RATE]), st.integers(0, 200_000)), max_size=12),
    daily=st.integers(1, 500),
    wait=st.floats(0, 600),
    kind=st.sampled_from(ConnectionType),
)
def test_no_history_of_refusals_ever_widens_a_limit_beyond_the_owners_or_the_providers(
    refusals: list[tuple[Verdict, int]], daily: int, wait: float, kind: ConnectionType
) -> None:
    setting = Setting(an_account(daily_limit=daily, min_wait_time=wait, connection_type=kind))
    ceiling = ceiling_of(setting.account.config)

    for verdict, seconds in refusals:
        before = limits_at(setting.account, setting.clock())
        setting.fault(verdict)
        after = limits_at(setting.account, setting.clock())
        assert 1 <= after.daily <= before.daily
        assert after.spacing_ms >= before.spacing_ms
        setting.clock.advance(timedelta(seconds=seconds))
        later = limits_at(setting.account, setting.clock())
        assert after.daily <= later.daily <= min(daily, ceiling.daily)
        assert after.spacing_ms >= later.spacing_ms >= max(round(wait * 1000), ceiling.spacing_ms)
