"""The steps of a message's life, each one a conditional change that holds to the table of transitions.

The due index (``due_shard``, ``due_at``) contains what is not finished: what waits for its time in the waiting shards,
what should be on a queue in that priority's shards, so that what never arrived there is found again. For what was
accepted together one watch stands there instead, until it has been looked to once (``relieve``). Of what is finished it
has what ended by wishes, for some days (``told_again``), in shards of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from postroom.change import Absent, Append, AtMost, Change, Equals, OneOf, Remove, Requirement, Set, Step
from postroom.clock import to_milliseconds
from postroom.messages import keys
from postroom.messages.model import (
    LISTED,
    TRANSITIONS,
    Attempt,
    Message,
    OnUncertain,
    Reason,
    RecipientStatus,
    Status,
)
from postroom.messages.record import Record, attempt_record

HEAL_AFTER = timedelta(minutes=2)
"""A queued row that old, with nothing visible on its queue, never got there."""

NEAR = timedelta(minutes=2)
"""An appointment within this is kept by the queue itself; the due index is read but once a minute."""

_HEAL_AT_MOST = timedelta(hours=6)

_TOLD_AGAIN_AFTER = timedelta(hours=1)
_TOLD_AGAIN_TIMES = 4
"""The last time after three and a half days."""

_ATTEMPTS_KEPT = 20
_WAITING: tuple[str, ...] = (Status.SCHEDULED, Status.DEFERRED, Status.UNCERTAIN)
_NO_APPOINTMENT = Remove(("appointed_account_id",))
_NOTHING_WAITS = (Remove(("reason",)), Remove(("detail",)), Remove(("next_attempt_ms",)), _NO_APPOINTMENT)
_NOTHING_CLAIMED = (Remove(("claim",)), Remove(("lease_ms",)))
_NOT_DUE = (Remove(("due_shard",)), Remove(("due_at",)))

_NOT_SENT_AGAIN = "It is not known whether it was sent; it is not sent again"

_TOLD: Mapping[Reason, tuple[str, str, str]] = {
    Reason.EXPIRED: (
        "It expired before everybody had it",
        "It is not known whether it was sent; it expired before it was sent again",
        "It expired before it was sent",
    ),
    Reason.REFUSED: (
        "It could not be sent to everybody",
        "It is not known whether it was sent; it could not be sent again",
        "",
    ),
}
"""Of what ends while nobody has claimed it: when somebody has it, when nobody knows, and when nobody has it."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a message waits, until when, and when to look at it again if nobody else does (``due_at``).

    ``account_id``: the account that keeps a slot for it.
    """

    reason: Reason
    detail: str
    until: datetime
    due_at: datetime
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What a try has changed: the recipients that are settled now, and the server's words."""

    recipients: Mapping[str, RecipientStatus]
    attempt: Attempt


def index_entries(message: Message, *, watched: bool = False) -> Record:
    """The attributes by which the table's indexes find a new message."""
    entries: Record = {}
    if message.status in LISTED:
        entries["tenant_status"] = keys.status_partition(message.tenant_id, message.status)
    if message.status is Status.SCHEDULED and message.send_at is not None:
        near = message.send_at <= message.created_at + NEAR
        due_at = to_milliseconds(message.send_at + HEAL_AFTER if near else message.send_at)
        waits = {"due_shard": keys.waiting_shard(message.id), "due_at": due_at}
        return entries | waits
    if watched:
        return entries
    heal_at = to_milliseconds(message.created_at + HEAL_AFTER)
    return entries | {"due_shard": keys.queued_shard(message.priority, message.id), "due_at": heal_at}


def claim(  # noqa: PLR0913, PLR0917 - all that a claim writes
    message: Message, claim_id: str, account_id: str, message_id: str, lease_until: datetime, subject: str | None
) -> Change:
    """The last write before the first byte: from here on the mail may have been handed over.

    ``subject``: what it is now that its template has been filled in, or None to leave it as it is.
    """
    steps: tuple[Step, ...] = (
        Set(("claim",), claim_id),
        Set(("lease_ms",), to_milliseconds(lease_until)),
        Set(("used_account_id",), account_id),
        *([] if subject in {None, message.subject} else [Set(("subject",), subject)]),
    )
    change = _to(message, Status.SENDING, steps)
    if message.message_id is None:
        change += Change((Set(("message_id",), message_id),), (Absent(("message_id",)),))
    return change


def sent(message: Message, claim_id: str, progress: Progress) -> Change:
    at = to_milliseconds(progress.attempt.at)
    return _settled(message, Status.SENT, claim_id, progress, (Set(("sent_ms",), at), *_NOTHING_WAITS, *_NOT_DUE))


def refused(message: Message, claim_id: str, progress: Progress, detail: str) -> Change:
    steps = (Set(("reason",), Reason.REFUSED), Set(("detail",), detail), Remove(("next_attempt_ms",)), *_NOT_DUE)
    return _settled(message, Status.FAILED, claim_id, progress, steps)


def deferred_after_try(
    message: Message, claim_id: str, progress: Progress, wait: Wait, *, counts_as_retry: bool
) -> Change:
    retries = message.retries + (1 if counts_as_retry else 0)
    steps = (*_waiting(message, wait), Set(("retries",), retries))
    return _settled(message, Status.DEFERRED, claim_id, progress, steps)


def uncertain(message: Message, claim_id: str, progress: Progress, max_retries: int, now: datetime) -> Change:
    """Nobody can know whether the server took it. What is to be sent again stays in the due index."""
    steps: tuple[Step, ...]
    if message.on_uncertain is OnUncertain.RESEND and message.retries < max_retries:
        wait = Wait(Reason.RETRY, "It is not known whether the server took it; it is sent again", now, now)
        steps = (*_waiting(message, wait), Set(("retries",), message.retries + 1))
    else:
        detail = "It is not known whether the server took it; it is held"
        steps = (Set(("reason",), Reason.HELD), Set(("detail",), detail), Remove(("next_attempt_ms",)), *_NOT_DUE)
    return _settled(message, Status.UNCERTAIN, claim_id, progress, steps)


def lease_ran_out(message: Message, max_retries: int, now: datetime) -> Change:
    """A sender died between the claim and the stored outcome."""
    words = "The sender stopped before the server's answer was stored"
    attempt = Attempt(now, message.used_account_id or "", Status.UNCERTAIN, "unknown", words)
    change = uncertain(message, message.claim or "", Progress(message.recipients, attempt), max_retries, now)
    return change + Change((), (AtMost(("lease_ms",), to_milliseconds(now)),))


def deferred(message: Message, wait: Wait) -> Change:
    """Puts off a message that nobody has claimed."""
    return _to(message, Status.DEFERRED, _waiting(message, wait), _unclaimed(message))


def noted(message: Message, attempt: Attempt) -> Change:
    """Takes down an attempt that did not come as far as a claim; the message is where it was."""
    return Change((_logged(message, attempt),), _unclaimed(message))


def expired(message: Message, now: datetime) -> Change:
    """Ends what nobody has claimed."""
    over = AtMost(("expires_ms",), to_milliseconds(now))
    return _ended_unclaimed(message, Reason.EXPIRED, message.detail) + Change((), (over,))


def rejected(message: Message, attempt: Attempt) -> Change:
    """Ends a message that nobody has claimed and no server can be asked to take."""
    return _ended_unclaimed(message, Reason.REFUSED, attempt.reply) + Change((_logged(message, attempt),))


def cancelled(message: Message, detail: str = "") -> Change:
    requires = (*_unclaimed(message), _same_recipients(message))
    told: Step = Set(("detail",), detail) if detail else Remove(("detail",))
    steps = (told, Remove(("reason",)), Remove(("next_attempt_ms",)), _NO_APPOINTMENT, *_NOT_DUE)
    return _to(message, Status.CANCELLED, steps, requires)


def unwished(message: Message, detail: str, now: datetime) -> Change:
    """Ends what nobody has claimed or got, and its recipient does not want as it is any more.

    Its recipient may have to hear of it otherwise, which is up to whoever follows the stream of the table. That they
    have is not known here: it stays in the due index, to be ``told_again``. What may have been sent is not known to be
    cancelled: it is held.
    """
    if message.is_in_doubt:
        return _over(message, Status.UNCERTAIN, Reason.HELD, _NOT_SENT_AGAIN, detail)
    steps = (Set(("reason",), Reason.WISHES), Set(("detail",), detail), Remove(("next_attempt_ms",)))
    entry = (
        Remove(("heals",)),
        Set(("due_shard",), keys.unwished_shard(message.id)),
        Set(("due_at",), to_milliseconds(now + _TOLD_AGAIN_AFTER)),
    )
    requires = (*_unclaimed(message), _same_recipients(message))
    return _to(message, Status.CANCELLED, (*steps, _NO_APPOINTMENT, *entry), requires)


def told_again(message: Message, seen_due_at_ms: int, now: datetime) -> Change:
    """Brings what ended by wishes into the stream once more, ever more rarely and at last no more."""
    heals = message.heals + 1
    due_at = to_milliseconds(now + _TOLD_AGAIN_AFTER * 4**heals)
    entry = (Set(("due_at",), due_at),) if heals < _TOLD_AGAIN_TIMES else _NOT_DUE
    requires = (Equals(("reason",), Reason.WISHES), Equals(("due_at",), seen_due_at_ms))
    return Change((Set(("heals",), heals), *entry), requires)


def resent(message: Message, now: datetime) -> Change:
    """By hand: what was in doubt goes again. Only once for each doubt."""
    steps = (*_NOTHING_WAITS, *_should_be_queued(message, now + HEAL_AFTER))
    return _to(message, Status.QUEUED, steps, (Equals(("status",), Status.UNCERTAIN),))


def expected(message: Message, arrives_at: datetime) -> Change:
    """Its queue will bring it at this time: until then it is not to be missed."""
    return Change(_should_be_queued(message, arrives_at + HEAL_AFTER), _unclaimed(message))


def released(message: Message, now: datetime) -> Change:
    """From waiting to its queue. What has happened to it since it was read wins."""
    steps = (*_NOTHING_WAITS, *_should_be_queued(message, now + HEAL_AFTER))
    return _to(message, Status.QUEUED, steps, (OneOf(("status",), _WAITING), *_unclaimed(message)))


def called(message: Message, arrives_at: datetime) -> Change:
    """Its queue will bring it at its time, and it waits until then; the due index only finds it if the queue does not.

    Made once: the index then has it at a later time than it was called from.
    """
    due_at = to_milliseconds(arrives_at + HEAL_AFTER)
    requires = (*_unclaimed(message), AtMost(("due_at",), to_milliseconds(arrives_at)))
    return Change((Set(("due_at",), due_at),), requires)


def requeued(message: Message, seen_due_at_ms: int, now: datetime) -> Change:
    """Puts back a row that is queued in name only; each time in vain makes the next one later."""
    pause = min(HEAL_AFTER * 2 ** min(message.heals, 20), _HEAL_AT_MOST)
    steps = (Set(("due_at",), to_milliseconds(now + pause)), Set(("heals",), message.heals + 1))
    return Change(steps, (Equals(("status",), Status.QUEUED), Equals(("due_at",), seen_due_at_ms)))


def missed(message: Message, now: datetime) -> Change:
    """Gives what is queued in name only, under a watch, an entry of its own in the due index."""
    steps = (*_should_be_queued(message, now + HEAL_AFTER), Set(("heals",), message.heals + 1))
    return Change(steps, (*_unclaimed(message), Absent(("due_shard",))))


def lease_noted(message: Message, lease_until: datetime) -> Change:
    """Gives what is being sent, under a watch, an entry of its own, in case its sender dies."""
    return Change(_should_be_queued(message, lease_until), (Equals(("claim",), message.claim or ""),))


def _to(message: Message, status: Status, steps: tuple[Step, ...], requires: tuple[Requirement, ...] = ()) -> Change:
    allowed = tuple(sorted(before for before, following in TRANSITIONS.items() if status in following))
    listed: Step = Remove(("tenant_status",))
    if status in LISTED:
        listed = Set(("tenant_status",), keys.status_partition(message.tenant_id, status))
    return Change((Set(("status",), status), listed, *steps), (OneOf(("status",), allowed), *requires))


def _should_be_queued(message: Message, due_at: datetime) -> tuple[Step, ...]:
    shard = keys.queued_shard(message.priority, message.id)
    return Set(("due_shard",), shard), Set(("due_at",), to_milliseconds(due_at))


def _unclaimed(message: Message) -> tuple[Requirement, ...]:
    # What somebody else did with it since it was read wins.
    return Equals(("status",), message.status), Absent(("claim",))


def _settled(message: Message, status: Status, claim_id: str, progress: Progress, steps: tuple[Step, ...]) -> Change:
    recipients = {address: str(state) for address, state in progress.recipients.items()}
    outcome = (Set(("recipients",), recipients), _logged(message, progress.attempt))
    return _to(message, status, (*outcome, *steps, *_NOTHING_CLAIMED), (Equals(("claim",), claim_id),))


def _waiting(message: Message, wait: Wait) -> tuple[Step, ...]:
    in_time = wait.until < message.expires_at
    until = Set(("next_attempt_ms",), to_milliseconds(wait.until)) if in_time else Remove(("next_attempt_ms",))
    return (
        Set(("reason",), wait.reason),
        Set(("detail",), wait.detail if in_time else f"{wait.detail}; it expires before that"),
        until,
        Set(("appointed_account_id",), wait.account_id) if wait.account_id else _NO_APPOINTMENT,
        Set(("due_shard",), keys.waiting_shard(message.id)),
        Set(("due_at",), to_milliseconds(min(wait.due_at, message.expires_at))),
    )


def _logged(message: Message, attempt: Attempt) -> Step:
    """The first attempt is kept and the latest ones: a message that is tried for days must still fit into its row."""
    if len(message.attempts) < _ATTEMPTS_KEPT:
        return Append(("attempts",), attempt_record(attempt))
    kept = (message.attempts[0], *message.attempts[2 - _ATTEMPTS_KEPT :], attempt)
    return Set(("attempts",), [attempt_record(one) for one in kept])


def _ended_unclaimed(message: Message, reason: Reason, words: str) -> Change:
    """What an earlier try brought to somebody was sent; what it may have sent is held, and keeps whom it is for."""
    somebody_has_it, nobody_knows, nobody_has_it = _TOLD[reason]
    given_up: Step = Set(("recipients",), {address: _given_up(state) for address, state in message.recipients.items()})
    if message.reached_somebody:
        return _over(message, Status.SENT, reason, somebody_has_it, words, given_up)
    if message.is_in_doubt:
        return _over(message, Status.UNCERTAIN, Reason.HELD, nobody_knows, words)
    return _over(message, Status.FAILED, reason, nobody_has_it, words, given_up)


def _over(message: Message, status: Status, reason: Reason, told: str, words: str, *steps: Step) -> Change:
    detail = Set(("detail",), "; ".join(filter(None, (told, words))))
    ended = (Set(("reason",), reason), detail, Remove(("next_attempt_ms",)), _NO_APPOINTMENT, *steps, *_NOT_DUE)
    return _to(message, status, ended, (*_unclaimed(message), _same_recipients(message)))


def _given_up(state: RecipientStatus) -> str:
    return str(RecipientStatus.FAILED if state is RecipientStatus.PENDING else state)


def _same_recipients(message: Message) -> Requirement:
    return Equals(("recipients",), {address: str(state) for address, state in message.recipients.items()})
