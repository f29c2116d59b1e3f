"""From the verdicts on the recipients of one message to what becomes of the message."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from postroom.accounts.model import FAILED, SENT
from postroom.change import Change
from postroom.delivery.model import Delivery, Phase, ReplyClass, Verdict
from postroom.messages import life
from postroom.messages.life import Progress, Wait
from postroom.messages.model import Attempt, Message, RecipientStatus

_SETTLED: Mapping[ReplyClass, RecipientStatus] = {
    ReplyClass.ACCEPTED: RecipientStatus.SENT,
    ReplyClass.RECIPIENT: RecipientStatus.FAILED,
    ReplyClass.POLICY: RecipientStatus.FAILED,
}
"""What a class says of a recipient for good. All other classes leave it pending."""

ACCOUNT_FAULTS = frozenset({ReplyClass.QUOTA, ReplyClass.RATE, ReplyClass.AUTH, ReplyClass.INFRASTRUCTURE})
"""Not the message's fault: another account may carry it, and no try of the message is used up."""

_OF_THE_MESSAGE = frozenset({*_SETTLED, ReplyClass.BUSY})
_PAST_RCPT = frozenset({Phase.DATA, Phase.BODY, Phase.FINAL_DOT})

_WEIGHTIEST_LAST = (
    ReplyClass.ACCEPTED,
    ReplyClass.RECIPIENT,
    ReplyClass.POLICY,
    ReplyClass.BUSY,
    ReplyClass.INFRASTRUCTURE,
    ReplyClass.RATE,
    ReplyClass.QUOTA,
    ReplyClass.AUTH,
    ReplyClass.UNCERTAIN,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """``verdict`` is the one that decides over the message; ``accepted``: the server took it for somebody.

    ``reached`` are the recipients for whom it took it, or may have. ``wants_fewer_recipients``: some are settled, and
    what is left of the others goes in another transaction.
    """

    verdict: Verdict
    recipients: Mapping[str, RecipientStatus]
    transcript: tuple[str, ...] = ()
    accepted: bool = False
    reached: int = 0
    wants_fewer_recipients: bool = False

    @property
    def pending(self) -> bool:
        return RecipientStatus.PENDING in self.recipients.values()

    @property
    def any_sent(self) -> bool:
        return RecipientStatus.SENT in self.recipients.values()

    @property
    def is_uncertain(self) -> bool:
        return self.verdict.reply_class is ReplyClass.UNCERTAIN

    @property
    def counts(self) -> bool:
        """Whether the provider counts it, or may."""
        return self.reached > 0

    @property
    def counted_as(self) -> str:
        """How the account counts this try."""
        if self.accepted:
            return SENT
        return str(self.verdict.reply_class) if self.pending or self.is_uncertain else FAILED

    @property
    def counted_in(self) -> str:
        """The same, of a try that failed the class of its reply."""
        return SENT if self.accepted else str(self.verdict.reply_class)

    @property
    def is_account_fault(self) -> bool:
        return self.verdict.reply_class in ACCOUNT_FAULTS and not self.wants_fewer_recipients


def outcome_of(message: Message, delivery: Delivery) -> Outcome:
    verdicts = delivery.verdicts
    recipients = {
        address: _SETTLED.get(verdicts[address].reply_class, state) if address in verdicts else state
        for address, state in message.recipients.items()
    }
    surplus = _surplus(verdicts.values())
    decisive = _weightiest([verdict for verdict in verdicts.values() if verdict not in surplus])
    wants_fewer = bool(surplus) and _is_any_settled(verdicts.values()) and decisive.reply_class in _OF_THE_MESSAGE
    classes = [verdict.reply_class for verdict in verdicts.values()]
    taken, in_doubt = classes.count(ReplyClass.ACCEPTED), classes.count(ReplyClass.UNCERTAIN)
    return Outcome(
        surplus[0] if wants_fewer else decisive,
        recipients,
        delivery.transcript,
        accepted=taken > 0,
        reached=taken + in_doubt,
        wants_fewer_recipients=wants_fewer,
    )


def _surplus(verdicts: Collection[Verdict]) -> list[Verdict]:
    """RFC 5321, section 4.5.3.1.10: 452 to a further recipient asks for another transaction for the rest.

    To the first it is a quota, since no transaction has fewer.
    """
    if not _is_any_settled(verdicts) and all(verdict.phase not in _PAST_RCPT for verdict in verdicts):
        return []
    return [verdict for verdict in verdicts if verdict.reply_class is ReplyClass.QUOTA and verdict.phase is Phase.RCPT]


def _is_any_settled(verdicts: Collection[Verdict]) -> bool:
    return any(verdict.reply_class in _SETTLED for verdict in verdicts)


def _weightiest(verdicts: Collection[Verdict]) -> Verdict:
    return max(verdicts, key=lambda verdict: _WEIGHTIEST_LAST.index(verdict.reply_class))


def change_for(  # noqa: PLR0913 - all that decides what is written
    message: Message, claim_id: str, outcome: Outcome, *, attempt: Attempt, wait: Wait, max_retries: int
) -> Change:
    """The write that records the outcome. ``wait`` is how long it would wait, if it has to."""
    progress = Progress(outcome.recipients, attempt)
    if outcome.is_uncertain:
        return life.uncertain(message, claim_id, progress, max_retries, attempt.at)
    if outcome.pending and (outcome.is_account_fault or outcome.wants_fewer_recipients):
        return life.deferred_after_try(message, claim_id, progress, wait, counts_as_retry=False)
    if outcome.pending and message.retries < max_retries:
        return life.deferred_after_try(message, claim_id, progress, wait, counts_as_retry=True)
    return _ended(message, claim_id, Outcome(outcome.verdict, _given_up(outcome.recipients)), attempt)


def _ended(message: Message, claim_id: str, outcome: Outcome, attempt: Attempt) -> Change:
    progress = Progress(outcome.recipients, attempt)
    if outcome.any_sent:
        return life.sent(message, claim_id, progress)
    return life.refused(message, claim_id, progress, outcome.verdict.words)


def _given_up(recipients: Mapping[str, RecipientStatus]) -> dict[str, RecipientStatus]:
    return {
        address: RecipientStatus.FAILED if state is RecipientStatus.PENDING else state
        for address, state in recipients.items()
    }
