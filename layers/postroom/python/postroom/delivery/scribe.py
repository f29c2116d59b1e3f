"""Writes down that a message is ours to send, and what became of it."""

import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta

from postroom.accounts.model import Account
from postroom.clock import Clock
from postroom.delivery.compose import Compose
from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Envelope, Mail, ReplyClass, Verdict
from postroom.delivery.outcome import Outcome, change_for
from postroom.delivery.retry import Random, pause_after
from postroom.errors import Unavailable, Unsendable
from postroom.messages import life
from postroom.messages.handover import Handover
from postroom.messages.life import Wait
from postroom.messages.model import Attempt, Message, Reason
from postroom.messages.ports import StoredContent

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    message: Message
    claim_id: str
    mail: Mail


@dataclass(frozen=True, slots=True)
class Scribe:
    """Turns what was decided of a message into the writes of its life cycle."""

    handover: Handover
    compose: Compose
    max_retries: int
    lease: timedelta
    clock: Clock
    random: Random

    def claim(self, message: Message, account: Account, stored: StoredContent | None) -> Claimed | None:
        """The message as a finished mail, ours from now on. None when it ended, or when somebody else has it."""
        message_id = message.message_id or f"{message.id}@{account.config.email.rpartition('@')[2]}"
        try:
            content = self.compose(stored, message_id, account)
        except Unsendable as error:
            attempt = Attempt(self.clock(), account.id, ReplyClass.POLICY, "assembly", error.detail)
            self.handover.change_as_seen(message, life.rejected(message, attempt))
            return None
        claim_id = secrets.token_hex(8)
        claimed = self.handover.claim(message, claim_id, account.id, message_id, self.clock() + self.lease)
        if claimed is None:
            return None
        return Claimed(claimed, claim_id, Mail(Envelope(account.config.email, claimed.pending), content))

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
