"""What this process has taken for requests to come, and how many it takes at a time."""

from dataclasses import dataclass

from postroom.tenancy.rates.window import SLOT_SECONDS

_MOST = 100
_SHARE = 8
"""Of what is left, one process takes an eighth at most: what it does not use is lost to the others until it leaves."""

_INSTANT = 0.001


@dataclass(slots=True)
class Advance:
    """Of one key: ``left`` may be used in this ``slot`` alone.

    ``used`` and ``before`` are requests that came here, in this slot and in the one before it.
    """

    slot: int
    per_minute: int
    left: int = 0
    used: int = 0
    before: int = 0

    def holds(self, slot: int, per_minute: int) -> bool:
        return self.left > 0 and self.slot == slot and self.per_minute == per_minute

    def in_slot(self, slot: int, per_minute: int) -> "Advance":
        """What follows from it when it does not hold."""
        if slot == self.slot:
            return Advance(slot, per_minute, used=self.used, before=self.before)
        return Advance(slot, per_minute, before=self.used if slot == self.slot + 1 else 0)

    def wanted(self, seconds: float, room: int) -> int:
        """``seconds`` are left of the slot. As many as are still to be expected, by the last slot or by this one."""
        by_this = min(self.used, self.used * seconds / max(SLOT_SECONDS - seconds, _INSTANT))
        expected = max(self.before * seconds / SLOT_SECONDS, by_this)
        return max(1, min(int(expected), _MOST, room // _SHARE))
