"""Says of one message why it waits and until when, or what became of it, by how things stand now."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from postroom.accounts.model import Account
from postroom.capacity.census import Counted, TakeCensus
from postroom.capacity.crowds import crowds_of
from postroom.capacity.forecast import forecast
from postroom.capacity.ports import AccountsOf, RulesFor
from postroom.capacity.sentences import at, sentence_of
from postroom.capacity.standing import Standing, standing_of
from postroom.capacity.tell import why_never
from postroom.clock import Clock
from postroom.delivery.demand import demand_of
from postroom.delivery.eligible import Eligible
from postroom.delivery.rules import Rules
from postroom.messages.find import FindMessages
from postroom.messages.model import Message, Reason, Status

_WAITS = frozenset({Status.SCHEDULED, Status.QUEUED, Status.DEFERRED})
_PUT_OFF = frozenset({Status.DEFERRED, Status.UNCERTAIN})
_RUN = timedelta(minutes=1)
"""What is due is looked for so often."""

_FOR_AN_ACCOUNT = frozenset({Reason.QUOTA, Reason.ACCOUNT, Reason.NO_ACCOUNT, Reason.PACE, Reason.TURN})
"""What waits for these is looked at as soon as an account is changed."""


@dataclass(frozen=True, slots=True)
class Position:
    """How many that are at least as urgent were accepted earlier and wait as well.

    ``at_least``: there may be more. ``estimated``: a sample was read.
    """

    ahead: int
    at_least: bool
    estimated: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """``until``: when it comes to a sender again, None when it expires before that.

    ``expected_at``: when it should go, None when nobody can tell.
    """

    message: Message
    waits: bool
    until: datetime | None
    summary: str
    candidates: tuple[Standing, ...] = field(default_factory=tuple)
    position: Position | None = None
    expected_at: datetime | None = None


class ExplainMessage:
    def __init__(
        self, find: FindMessages, accounts_of: AccountsOf, census: TakeCensus, rules_for: RulesFor, clock: Clock
    ) -> None:
        self._find = find
        self._accounts_of = accounts_of
        self._census = census
        self._rules_for = rules_for
        self._clock = clock

    def __call__(self, tenant_id: str, message_id: str) -> Explanation:
        """Raises NotFound."""
        message, accounts = self._find.one(tenant_id, message_id), self._accounts_of(tenant_id)
        if message.status in _WAITS or _is_sent_again(message):
            return self._explain_waiting(message, accounts)
        return Explanation(message, waits=False, until=None, summary=sentence_of(message, accounts))

    def _explain_waiting(self, message: Message, accounts: Sequence[Account]) -> Explanation:
        census, now = self._census(message.tenant_id, message.id), self._clock()
        ahead = [one for one in census.counted if one.example.priority.rank <= message.priority.rank]
        rules = self._rules_for(message.tenant_id, [message, *(one.example for one in ahead)])
        candidates = Eligible(rules, accounts, now).of(message)
        standings = tuple(standing_of(account, demand_of(message), now) for account in candidates)
        until = _comes_at(message, now)
        gone_at = _gone_at(message, until, ahead, accounts, rules, now) if until else None
        return Explanation(
            message=message,
            waits=True,
            until=until,
            summary=_summary(message, until, standings, rules, now),
            candidates=standings,
            position=Position(round(sum(one.count for one in ahead)), census.at_least, census.sampled),
            expected_at=_expected_at(message, gone_at, standings),
        )


def _is_sent_again(message: Message) -> bool:
    return message.status is Status.UNCERTAIN and message.reason is Reason.RETRY


def _comes_at(message: Message, now: datetime) -> datetime | None:
    """When it comes to a sender; None when it expires before that."""
    if message.status in _PUT_OFF and message.next_attempt_at is None:
        return None
    comes_at = max(message.next_attempt_at or now, now)
    return comes_at if comes_at < message.expires_at else None


def _gone_at(  # noqa: PLR0913, PLR0917 - all that its time depends on
    message: Message,
    comes_at: datetime,
    ahead: Sequence[Counted],
    accounts: Sequence[Account],
    rules: Rules,
    now: datetime,
) -> datetime | None:
    itself = Counted(message, 1.0, len(message.pending), comes_at)
    sooner = [one for one in ahead if one.returns_at <= itself.returns_at]
    crowds = crowds_of([itself, *sooner], accounts, rules, now)
    outlooks = forecast(accounts, [crowd.group for crowd in crowds], now)
    return next(outlook.gone_at for outlook, crowd in zip(outlooks, crowds, strict=True) if itself in crowd.counted)


def _expected_at(message: Message, gone_at: datetime | None, standings: Sequence[Standing]) -> datetime | None:
    if gone_at is None:
        return None
    # The forecast takes the other accounts for the one that keeps a recipient.
    ready_at = min((one.since for one in standings if one.since), default=gone_at)
    expected_at = max(gone_at, ready_at)
    return expected_at if expected_at < message.expires_at else None


def _summary(
    message: Message, comes_at: datetime | None, standings: Sequence[Standing], rules: Rules, now: datetime
) -> str:
    if message.expires_at <= now:
        return f"It expired at {at(message.expires_at)}, and is given up as soon as it is looked at."
    told = sentence_of(message, [one.account for one in standings])
    if not standings:
        return _also(told, rules.why_nobody(message), message)
    never = why_never([one.account for one in standings], message, now)
    if never is not None:
        said = _also(told, never, message)
        return f"{said} Somebody has to act first; it expires at {at(message.expires_at)}."
    return " ".join(filter(None, (told, _at_present(message, comes_at, standings, now))))


def _also(told: str, because: str, message: Message) -> str:
    return told if because in message.detail else f"{told} {because}."


def _at_present(message: Message, comes_at: datetime | None, standings: Sequence[Standing], now: datetime) -> str:
    """What is not as it was when it was put off."""
    able = next((one for one in standings if one.can_send), None)
    if message.status is not Status.QUEUED and comes_at == now:
        return f"It is due now, and goes to its queue by {at(now + _RUN)}."
    if message.status is Status.SCHEDULED:
        return ""
    if able is not None:
        return "" if _has_its_turn_soon(message, comes_at, now) else _able(message, comes_at, able)
    soonest = min((one for one in standings if one.since), key=lambda one: one.since or now)
    if message.status in _PUT_OFF and soonest.since and (comes_at is None or soonest.since <= comes_at):
        return ""
    return f"No account can send it now: {soonest.account.config.email} {soonest.because}, until {at(soonest.since)}."


def _has_its_turn_soon(message: Message, comes_at: datetime | None, now: datetime) -> bool:
    """It has an appointment that stands, whatever account is changed."""
    return message.appointed_account_id is not None and comes_at is not None and comes_at <= now + _RUN


def _able(message: Message, comes_at: datetime | None, able: Standing) -> str:
    email = able.account.config.email
    if message.status is Status.QUEUED:
        return f"{email} can send it as soon as a sender takes it from its queue."
    if message.reason not in _FOR_AN_ACCOUNT:
        return ""
    if comes_at is None:
        return f"{email} can send again by now: it is taken up if an account is changed."
    return f"{email} can send again by now: it is taken up then, or sooner if an account is changed."
