"""So many in any stretch of time of some length: exact, whatever the order in which they come."""

from collections.abc import Mapping

HOUR_MS = 3_600_000

Counted = Mapping[str, int]
"""What was let through lately: when, in milliseconds, by its id."""


def with_one_more(seen: Counted, one: str, at_ms: int, most: Mapping[int, int]) -> Counted | None:
    """None when it is one too many, or a stretch behind another one. ``most`` by the length in milliseconds."""
    counted = {**seen, one: at_ms}
    times, longest = sorted(counted.values()), max(most)
    if at_ms <= times[-1] - longest:
        return None
    for length, allowed in most.items():
        spans = zip(times, times[allowed:], strict=False)
        if any(first <= at_ms <= last and last - first < length for first, last in spans):
            return None
    # As far back as a stretch reaches from one that comes almost a stretch late.
    return {name: at for name, at in counted.items() if at > times[-1] - 2 * longest}
