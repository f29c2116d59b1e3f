"""What an account's faults do to it. A table of rests, and the changes that follow.

Wrong credentials stop the account until its owner acts: providers lock mailboxes that try again and again. Everything
else lets it rest for a while, longer each time, and then tries one mail.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from postroom.accounts.lessons import is_taught, plan_lesson
from postroom.accounts.model import Account, AccountEvent, AccountStatus, EventKind, LastError, PipeliningFault
from postroom.accounts.record import error_record, pipelining_record
from postroom.accounts.usage_now import usage_at
from postroom.change import Absent, Change, Equals, Remove, Set, as_seen
from postroom.clock import to_milliseconds
from postroom.delivery.model import ReplyClass, Verdict
from postroom.ids import new_id


@dataclass(frozen=True, slots=True)
class Rest:
    """``free`` faults in a row cost nothing; then ``first`` doubles with each fault, up to ``longest``."""

    free: int
    first: timedelta
    longest: timedelta

    def after(self, faults: int) -> timedelta:
        if faults <= self.free:
            return timedelta()
        factor: int = 2 ** min(faults - self.free - 1, 20)
        return min(self.first * factor, self.longest)


RESTS = {
    ReplyClass.RATE: Rest(free=0, first=timedelta(seconds=30), longest=timedelta(minutes=15)),
    ReplyClass.INFRASTRUCTURE: Rest(free=2, first=timedelta(minutes=1), longest=timedelta(minutes=30)),
    # A server that takes mail and does not say so makes duplicates.
    ReplyClass.UNCERTAIN: Rest(free=2, first=timedelta(minutes=1), longest=timedelta(minutes=30)),
}
_STOP = Change((Set(("status",), "error"),), (Equals(("status",), "active"),))
QUOTA_PROBE = timedelta(hours=1)
"""A provider that says its quota is used up does not say until when: look again at the window's end or in an hour."""


def plan_fault(account: Account, reserved: Account, verdict: Verdict, now: datetime) -> Change:
    """``reserved`` is the account as it was when the mail that met the fault was reserved."""
    error = LastError(now, verdict.reply_class, verdict.words)
    # Only for the configuration that failed: one that was changed meanwhile deserves its own try.
    noted = Change((Set(("last_error",), error_record(error)),), (Equals(("revision",), account.revision),))
    if verdict.reply_class is ReplyClass.AUTH:
        return noted + _STOP
    lesson = plan_lesson(account, reserved, verdict, now)
    if _rests_for_it(account, reserved, verdict):
        return noted + lesson
    return noted + _rest(account, verdict.reply_class, now) + lesson


def plan_recovery(account: Account) -> Change | None:
    """``account`` is as it was when the mail that was accepted was reserved. None: there is nothing to recover from."""
    if is_well(account):
        return None
    # A stop that another sender made a moment ago stays.
    same = (Equals(("revision",), account.revision), Equals(("status",), "active"))
    return cleared_of(account) + Change((Set(("proven",), account.revision),), same)


def is_well(account: Account) -> bool:
    untroubled = account.faults == 0 and account.last_error is None and account.rest_until is None
    return untroubled and account.proven == account.revision


def plan_pipelining_fault(account: Account, fault: PipeliningFault) -> Change:
    """The first fault is the one that is kept, until the owner asks for another try."""
    path = ("pipelining_fault",)
    return Change((Set(path, pipelining_record(fault)),), (Equals(("revision",), account.revision), Absent(path)))


def tells_of(account: Account, verdict: Verdict, now: datetime) -> bool:
    """Whether this very fault is already taken down: by our own write, whose answer was lost."""
    error = account.last_error
    return error is not None and error.words == verdict.words and to_milliseconds(error.at) == to_milliseconds(now)


def event_of_fault(before: Account, after: Account, now: datetime) -> AccountEvent | None:
    """What the owner is told; nothing while only the count of faults rises."""
    words = after.last_error.words if after.last_error else ""
    if after.config.status is AccountStatus.ERROR:
        return AccountEvent(new_id("evt", now), now, EventKind.STOPPED, words)
    if after.rest_until is not None and after.rest_until != before.rest_until:
        detail = f"until {after.rest_until.isoformat(timespec='seconds')}: {words}"
        return AccountEvent(new_id("evt", now), now, EventKind.RESTS, detail)
    return None


def event_of_success(before: Account, now: datetime) -> AccountEvent | None:
    if before.rest_until is None:
        return None
    return AccountEvent(new_id("evt", now), now, EventKind.RECOVERED, "A mail was accepted again")


def event_of_pipelining(fault: PipeliningFault) -> AccountEvent:
    return AccountEvent(new_id("evt", fault.at), fault.at, EventKind.PIPELINING_OFF, fault.words)


def cleared() -> Change:
    return Change((Set(("faults",), 0), Remove(("last_error",)), Remove(("rest_until_ms",))), ())


def cleared_of(seen: Account) -> Change:
    """What was taken down since the account was ``seen`` stays: the success began before that."""
    rest = to_milliseconds(seen.rest_until) if seen.rest_until else None
    return cleared() + Change((), (Equals(("faults",), seen.faults), as_seen(("rest_until_ms",), rest)))


def _rests_for_it(account: Account, reserved: Account, verdict: Verdict) -> bool:
    """Since another mail was refused in the same way, which was sent beside this one."""
    if verdict.reply_class is ReplyClass.QUOTA:
        error = account.last_error
        began = account.rest_until is not None and account.rest_until != reserved.rest_until
        return began and error is not None and error.reply_class == ReplyClass.QUOTA
    return verdict.reply_class is ReplyClass.RATE and is_taught(account, reserved, verdict)


def _rest(account: Account, reply_class: ReplyClass, now: datetime) -> Change:
    if reply_class is ReplyClass.QUOTA:
        return _resting_until(account, min(usage_at(account, now).resets_at, now + QUOTA_PROBE))
    rest = RESTS[reply_class].after(account.faults + 1)
    # Not added to what is there: a write whose answer was lost is repeated, and would count twice.
    counted = Change((Set(("faults",), account.faults + 1),), (Equals(("faults",), account.faults),))
    if not rest:
        return counted
    # What another sender was told meanwhile may be the longer one.
    return counted + _resting_until(account, max(now + rest, account.rest_until or now))


def _resting_until(account: Account, until: datetime) -> Change:
    seen = to_milliseconds(account.rest_until) if account.rest_until else None
    return Change((Set(("rest_until_ms",), to_milliseconds(until)),), (as_seen(("rest_until_ms",), seen),))
