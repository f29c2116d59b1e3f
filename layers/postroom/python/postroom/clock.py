"""The time, as something that can be handed in."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present moment, aware and in UTC."""


def system_clock() -> datetime:
    return datetime.now(UTC)


def to_milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def from_milliseconds(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def moment_at(milliseconds: float | None) -> datetime | None:
    """None for what has not been, or is not to be."""
    return None if milliseconds is None else from_milliseconds(milliseconds)
