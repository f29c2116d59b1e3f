"""An account on its way through the time to come: what it has left, what it sends, when there is more again.

It follows the rules of ``accounts.windows`` and ``accounts.pace`` with numbers in place of conditional changes. Times
are seconds from the beginning of the forecast, and those it is asked about never go back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor, inf

from postroom.accounts.ceilings import window_of
from postroom.accounts.days import day_end, epoch_hour
from postroom.accounts.limits import Limits, limits_at
from postroom.accounts.model import Account, QuotaUnit, QuotaWindow
from postroom.accounts.pace import NOBODY_COMES
from postroom.accounts.quota import ON_TRIAL_AGAIN
from postroom.accounts.windows import HOURS_KEPT, counted_day, current_hour, used
from postroom.clock import from_milliseconds

LITTLE = 1e-6
"""Less than this of a mail is nothing."""

_MINUTE, _HOUR = 60.0, 3600.0


@dataclass(frozen=True, slots=True)
class Kind:
    """What one mail of a kind asks of an account; ``recipients`` may be an average."""

    recipients: float = 1.0
    high: bool = False


class Carrier:
    def __init__(self, account: Account, now: datetime) -> None:
        self.id = account.id
        self.ready_at = self._offset(account.rest_until, now)
        self.next_at = self._offset(from_milliseconds(account.counter.next_send_ms), now)
        self.booked_at = self._offset(from_milliseconds(account.counter.booked_ms), now)
        self.urgent_at = self._offset(from_milliseconds(account.counter.urgent_ms), now)
        self._account = account
        self._now = now
        self._on_trial = account.is_on_trial
        self._tried_until = 0.0
        self._limits = None if account.learned_daily or account.learned_spacing else limits_at(account, now)
        self._rolling = window_of(account.config) is QuotaWindow.ROLLING_24H
        self._used = float(used(account, now))
        self._sent = 0.0
        self._hours = self._counted_hours(now)
        self._more_at = self._next_change(0.0)

    def booked_until(self, earliest: float, *, high: bool) -> float:
        kept_until = min(self.urgent_at, self.next_at + NOBODY_COMES.total_seconds())
        behind = self.urgent_at if high else max(self.booked_at, kept_until)
        return max(behind, self.next_at, earliest)

    def book_until(self, moment: float, *, high: bool) -> None:
        if high:
            self.urgent_at = moment
        else:
            self.booked_at = moment

    def wait(self, at: float) -> float:
        """Seconds between two mails."""
        return self._limits_at(at).spacing_ms / 1000

    def left(self, at: float, kind: Kind) -> float:
        """How many mails its limit has left."""
        self._go_to(at)
        limits = self._limits_at(at)
        open_to = limits.daily if kind.high else limits.daily - limits.kept
        return max(0.0, self._whole(open_to - self._used, _units(limits, kind)))

    def room(self, start: float, end: float, kind: Kind) -> float:
        """How many mails it can send from ``start`` until before ``end``, if they are there."""
        begin = max(start, self.ready_at, self._tried_until)
        left = self.left(start, kind)
        if begin >= end or left < LITTLE:
            return 0.0
        return min(left, 1.0 if self._on_trial else inf, self._slots(begin, end))

    def take(self, count: float, start: float, kind: Kind) -> float:
        """Sends so many, as soon as may be. Returns when the last of them goes."""
        begin = max(start, self.ready_at, self._tried_until)
        wait = self.wait(start)
        if wait:
            begin = max(begin, self.next_at)
            self.next_at = begin + count * wait
        if self._on_trial:
            self._on_trial = False
            self._tried_until = begin + ON_TRIAL_AGAIN.total_seconds()
        self._count(count * _units(self._limits_at(start), kind), begin)
        return max(begin, self.next_at - wait) if wait else begin

    def more_at(self, at: float) -> float:
        """When something of its limit comes back."""
        self._go_to(at)
        return self._more_at

    def changes(self, until: float) -> list[float]:
        """The moments before ``until`` at which it may have more again, however much it sends."""
        moments = [self.ready_at, self.next_at]
        if self._limits is None:
            moments += [_MINUTE * minute for minute in range(int(min(until, 2 * _HOUR) / _MINUTE))]
            moments += [_HOUR * hour for hour in range(int(until / _HOUR) + 1)]
        if self._rolling:
            first = _HOUR - self._now.timestamp() % _HOUR
            return moments + [first + hour * _HOUR for hour in range(int(until / _HOUR) + 1)]
        end = self._day_end(0.0)
        while end < until:
            moments.append(end)
            end = self._day_end(end)
        return moments

    def _slots(self, start: float, end: float) -> float:
        wait = self.wait(start)
        if not wait:
            return inf
        begin = max(start, self.next_at)
        return 0.0 if begin >= end else floor((end - begin - LITTLE) / wait) + 1.0

    def _whole(self, left: float, units: float) -> float:
        """In mails. Half of a mail's recipients are of no use, but what was sent of it here may be any part."""
        if units == 1.0:
            return left
        return floor((left + self._sent) / units + LITTLE) - self._sent / units

    def _count(self, units: float, at: float) -> None:
        self._used += units
        self._sent += units
        if self._rolling:
            hour = epoch_hour(self._moment(at))
            self._hours[hour] = self._hours.get(hour, 0.0) + units
            self._more_at = self._next_change(at)

    def _go_to(self, at: float) -> None:
        while at >= self._more_at:
            self._used = self._used - self._hours.pop(min(self._hours)) if self._rolling else 0.0
            self._more_at = self._next_change(at)

    def _next_change(self, at: float) -> float:
        if not self._rolling:
            return self._day_end(at)
        if not self._hours:
            return inf
        return (min(self._hours) + HOURS_KEPT + 1) * _HOUR - self._now.timestamp()

    def _day_end(self, at: float) -> float:
        end = day_end(counted_day(self._account, self._moment(at)), self._account.config.timezone)
        return (end - self._now).total_seconds()

    def _counted_hours(self, now: datetime) -> dict[int, float]:
        oldest = current_hour(self._account.counter, now) - HOURS_KEPT
        hours = self._account.counter.hours
        return {hour: float(count) for hour, count in hours.items() if count > 0 and hour >= oldest}

    def _limits_at(self, at: float) -> Limits:
        return self._limits or limits_at(self._account, self._moment(at))

    def _moment(self, at: float) -> datetime:
        return self._now + timedelta(seconds=at)

    @staticmethod
    def _offset(moment: datetime | None, now: datetime) -> float:
        return max(0.0, (moment - now).total_seconds()) if moment else 0.0


def _units(limits: Limits, kind: Kind) -> float:
    return kind.recipients if limits.unit is QuotaUnit.RECIPIENTS else 1.0
