"""A group on its way: what of it comes to a sender in each step of the forecast, and what has gone."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil

from postroom.capacity.carrier import Carrier, Kind
from postroom.capacity.model import Group
from postroom.messages.model import Priority

_ALMOST_NONE = 0.5
_FOLLOWED = 64
"""So many appointments are looked at one by one; of more, the single one is of no weight."""


class Waiting:
    """``grid``: where the steps begin, in seconds from ``now``."""

    def __init__(self, group: Group, carriers: Mapping[str, Carrier], grid: Sequence[float], now: datetime) -> None:
        self.group = group
        self.carriers = [carrier for carrier in carriers.values() if carrier.id in group.candidates]
        self.kind = Kind(group.each, high=group.priority is Priority.HIGH)
        self.total = group.count
        self.gone = 0.0
        self.gone_at = 0.0
        self.gone_by: dict[datetime, float] = {}
        self._grid = grid
        self._lumps = [0.0] * len(grid)
        self._rates = [0.0] * len(grid)
        self._rate = 0.0
        for moment, count in group.returning.items():
            self.come_back(count, (moment - now).total_seconds())

    @property
    def is_over(self) -> bool:
        return self.total - self.gone <= min(_ALMOST_NONE, self.total / 2)

    def arriving(self, step: int) -> float:
        """What comes in this step; to be asked for every step, in their order."""
        self._rate += self._rates[step]
        return self._lumps[step] + max(0.0, self._rate) * (self._grid[step + 1] - self._grid[step])

    def come_back(self, count: float, at: float) -> None:
        self._lumps[min(bisect_left(self._grid, at), len(self._grid) - 1)] += count

    def come_in_turn(self, count: float, start: float, wait: float) -> None:
        """One after the other from ``start`` on."""
        if count <= _FOLLOWED:
            for turn in range(ceil(count)):
                self._lumps[self._step_at(start + turn * wait)] += min(1.0, count - turn)
            return
        end, rate = start + count * wait, 1 / wait
        first, last = self._step_at(start), self._step_at(end)
        if first == last:
            self._lumps[first] += count
            return
        self._lumps[first] += rate * (self._grid[first + 1] - start)
        self._lumps[last] += rate * (end - self._grid[last])
        self._rates[first + 1] += rate
        self._rates[last] -= rate

    def go(self, count: float, at: float) -> None:
        self.gone += count
        self.gone_at = max(self.gone_at, at)

    def _step_at(self, at: float) -> int:
        return bisect_right(self._grid, at) - 1
