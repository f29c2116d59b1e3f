"""Writes down that a message is ours to send, and what became of it."""

import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta

from postroom.accounts.model import Account
from postroom.clock import Clock
from postroom.delivery.compose import Compose, Composed
from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Envelope, Mail, ReplyClass, Verdict
from postroom.delivery.outcome import Outcome, change_for
from postroom.delivery.retry import Random, pause_after
from postroom.delivery.sealed import Secrets
from postroom.errors import Unavailable, Unsendable
from postroom.messages import life
from postroom.messages.handover import Handover
from postroom.messages.life import Wait
from postroom.messages.model import ASSEMBLY, Attempt, Message, Reason
from postroom.messages.ports import StoredContent
from postroom.templates.workshop import Waits

log = logging.getLogger(__name__)

_NEXT_TRY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message with its finished mail, which nobody has claimed yet."""

    message: Message
    message_id: str
    composed: Composed


@dataclass(frozen=True, slots=True)
class Claimed:
    message: Message
    claim_id: str
    mail: Mail
    secrets: Secrets


@dataclass(frozen=True, slots=True)
class Scribe:
    """Turns what was decided of a message into the writes of its life cycle."""

    handover: Handover
    compose: Compose
    max_retries: int
    lease: timedelta
    clock: Clock
    random: Random

    def prepare(self, message: Message, account: Account, stored: StoredContent | None) -> Prepared | None:
        """None when no mail can be made of it, and it has failed, or not now, and it is put off.

        A queue counts how often it hands a message out: what may wait more than once does not go back there.
        """
        message_id = message.message_id or f"{message.id}@{account.config.email.rpartition('@')[2]}"
        try:
            return Prepared(message, message_id, self.compose(stored, message, message_id, account))
        except Unsendable as error:
            attempt = Attempt(self.clock(), account.id, ReplyClass.POLICY, ASSEMBLY, error.detail)
            self.handover.change_as_seen(message, life.rejected(message, attempt))
        except Waits as error:
            until = self.clock() + _NEXT_TRY
            wait = Wait(Reason.RETRY, error.detail, until, until)
            self.handover.change_as_seen(message, life.deferred(message, wait))
        return None

    def claim(self, prepared: Prepared, account: Account) -> Claimed | None:
        """Ours from now on. None when it ended, or when somebody else has it."""
        claim_id = secrets.token_hex(8)
        lease_until = self.clock() + self.lease
        subject = prepared.composed.subject
        claimed = self.handover.claim(prepared.message, claim_id, account.id, prepared.message_id, lease_until, subject)
        if claimed is None:
            return None
        mail = Mail(Envelope(account.config.email, claimed.pending), prepared.composed.mail)
        return Claimed(claimed, claim_id, mail, prepared.composed.secrets)

    def record(self, claimed: Claimed, account: Account, outcome: Outcome, deadline: Deadline) -> Message:
        message = claimed.message
        attempt = self.attempt(outcome.verdict, account, outcome.transcript)
        until = attempt.at + pause_after(len(message.attempts) + 1, self.random)
        reason = Reason.ACCOUNT if outcome.is_account_fault else Reason.RETRY
        wait = Wait(reason, outcome.verdict.words, until, until)
        change = change_for(
            message, claimed.claim_id, outcome, attempt=attempt, wait=wait, max_retries=self.max_retries
        )
        return self.handover.record(message, change, deadline.remaining)

    def note(self, message: Message, attempt: Attempt) -> Message:
        """Takes down an attempt that did not come as far as a claim."""
        try:
            return self.handover.change_as_seen(message, life.noted(message, attempt)) or message
        except Unavailable:
            log.warning(
                "An attempt was not taken down", extra={"tenant_id": message.tenant_id, "message_id": message.id}
            )
            return message

    def attempt(self, verdict: Verdict, account: Account, transcript: tuple[str, ...] = ()) -> Attempt:
        return Attempt(self.clock(), account.id, verdict.reply_class, verdict.phase, verdict.words, transcript)
