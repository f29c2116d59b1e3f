"""Makes the mails of a digest, in turns: late, again and again, by several at once, and as though it was done once.

What the digest becomes is written down first, by whoever comes first. Then each notice is taken for its mail, and only
then there is the mail, whose id follows from the digest and the address. Whoever does any of it again finds the same.
"""

from collections.abc import Sequence
from datetime import datetime

from postroom.change import Change
from postroom.clock import Clock
from postroom.digests import life
from postroom.digests.choose import FindRecipient, Quiet, Recipient, choose
from postroom.digests.contents import Contents
from postroom.digests.mail import WriteMail
from postroom.digests.model import WORKED_ON, Digest, DigestStatus, Part, Plan
from postroom.digests.ports import DigestStore
from postroom.errors import Invalid, PostroomError, Unavailable
from postroom.ids import Seed
from postroom.leases.life import let_go
from postroom.leases.model import GIVEN_UP, MOST_CLAIMS, Ticket, is_held
from postroom.leases.ports import Tickets
from postroom.leases.turns import Lost, Rules, TakeTurns
from postroom.messages.accept import AcceptMessages
from postroom.messages.find import FindMessages

_AT_ONCE = 100
"""Notices that are put off before the lease is made longer."""

_PATIENCE = 3
"""Faults in a row, until what cannot be stored for a reason of its own is given up."""

_PUT_OFF = "Its user had quiet hours when it was due: what was in it went into the next one"
_NO_USER = "There is no such user any more"


class MakeDigest:
    def __init__(  # noqa: PLR0913, PLR0917 - one for each thing it speaks to
        self,
        digests: DigestStore,
        contents: Contents,
        find_recipient: FindRecipient,
        write: WriteMail,
        accept: AcceptMessages,
        messages: FindMessages,
        tickets: Tickets,
        clock: Clock,
    ) -> None:
        self._digests = digests
        self._contents = contents
        self._find_recipient = find_recipient
        self._write = write
        self._accept = accept
        self._messages = messages
        self._turns = TakeTurns(digests, Rules(self._is_open, life.claim, let_go), tickets, clock)
        self._clock = clock

    def __call__(self, ticket: Ticket, stop_at: datetime) -> None:
        """Puts it off by its queue when something does not answer; nothing is done of one that is not due yet.

        Raises Unavailable when nothing has answered for about a day, or the queue does not.
        """
        self._turns(ticket, lambda run: self._work(run, stop_at))

    def _is_open(self, seen: Digest) -> bool:
        return seen.status in WORKED_ON and seen.first_due_at <= self._clock()

    def _work(self, run: Digest, stop_at: datetime) -> None:
        run = self._closed(run)
        if run.claims > MOST_CLAIMS:
            self._give_up(run)
            return
        recipient = self._find_recipient(run.tenant_id, run.user_id)
        plan = self._digests.planned(run.tenant_id, run.id) or self._made_plan(run, recipient)
        if isinstance(plan, Quiet):
            self._put_off(run, plan, stop_at)
            return
        self._contents.unwanted(run, plan.unwanted)
        for part in plan.parts:
            self._deliver(run, part, recipient)
        self._finish(run, life.finish(run, DigestStatus.DONE, folded=plan.folded))

    def _closed(self, run: Digest) -> Digest:
        """Nothing comes into it any more. Raises Lost."""
        if run.status is DigestStatus.CLOSED:
            return run
        change = life.close(run, self._clock())
        now = self._digests.change(run.tenant_id, run.id, change).row
        # Refused although it is so: our own write, whose answer was lost.
        if now is None or now.holder != run.holder or now.status is not DigestStatus.CLOSED:
            raise Lost
        return now

    def _made_plan(self, run: Digest, recipient: Recipient | None) -> Plan | Quiet:
        notices = self._contents.mine(run, self._digests.event_ids(run.tenant_id, run.id))
        chosen = choose(run, notices, recipient, self._clock())
        return chosen if isinstance(chosen, Quiet) else self._digests.plan(run, chosen)

    def _deliver(self, run: Digest, part: Part, recipient: Recipient | None) -> None:
        if self._messages.statuses(run.tenant_id, [part.message_id]):
            return
        notices = self._contents.carried(run, part)
        if not notices:
            return
        if recipient is None or not all(recipient.user.was_there_at(notice.created_at) for notice in notices):
            self._contents.failed(run, part, _NO_USER)
            return
        draft = self._write(run, part, recipient, notices)
        self._look_at_the_lease(run)
        [result] = self._accept(run.tenant_id, [draft], Seed(self._clock(), run.id))
        if isinstance(result, PostroomError):
            self._contents.failed(run, part, _reason(run, result))

    def _put_off(self, run: Digest, quiet: Quiet, stop_at: datetime) -> None:
        for start in range(0, len(quiet.event_ids), _AT_ONCE):
            if start and self._clock() >= stop_at:
                self._turns.hand_on(run)
                return
            self._contents.put_off(run, quiet.event_ids[start : start + _AT_ONCE], quiet.until)
            run = self._gone_on(run)
        self._finish(run, life.finish(run, DigestStatus.DONE, _PUT_OFF))

    def _gone_on(self, run: Digest) -> Digest:
        now = self._digests.change(run.tenant_id, run.id, life.go_on(run, self._clock())).row
        if now is None or now.holder != run.holder:
            raise Lost
        return now

    def _give_up(self, run: Digest) -> None:
        """What is in it is told of by no mail, and the log says so."""
        plan = self._digests.planned(run.tenant_id, run.id)
        for part in plan.parts if plan else ():
            if not self._messages.statuses(run.tenant_id, [part.message_id]):
                self._contents.failed(run, part, GIVEN_UP)
        self._contents.given_up(run, self._digests.event_ids(run.tenant_id, run.id), GIVEN_UP)
        self._finish(run, life.finish(run, DigestStatus.FAILED, GIVEN_UP))

    def _look_at_the_lease(self, run: Digest) -> None:
        if not is_held(run, self._clock()):
            raise Lost

    def _finish(self, run: Digest, change: Change) -> None:
        self._digests.change(run.tenant_id, run.id, change)


def _reason(run: Digest, error: PostroomError) -> str:
    """Raises Unavailable for what may go another time."""
    if isinstance(error, Invalid):
        return "; ".join(_words(error)) or error.detail
    if isinstance(error, Unavailable) or run.faults < _PATIENCE:
        raise Unavailable from error
    return error.detail


def _words(error: Invalid) -> Sequence[str]:
    return [f"{one.field}: {one.message}" for one in error.errors]
