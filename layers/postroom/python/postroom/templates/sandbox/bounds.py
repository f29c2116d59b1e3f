"""How much a template may make, looked at before it is made.

What gets past these is held by the limits of the process (see ``nursery``); they end most of it sooner, and in words.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2 import Undefined

LONGEST_TEXT = 500_000
LONGEST_LIST = 100_000
LONGEST_RANGE = 10_000
WIDEST = 1_000
MOST_BITS = 2_048
MOST_STEPS = 200_000

_WIDE_FORMAT = re.compile(r"[0-9]{4,}|%[^a-zA-Z%]*\*")
_STEPS_BETWEEN_LOOKS = 64


class TooMuch(Exception):
    """In words for the template's author."""


class Meter:
    """Counts how often any body (of a loop, a macro, a block) is begun, and looks at the processor time it takes."""

    def __init__(self) -> None:
        self._steps = 0
        self._end = 0.0

    def start(self, seconds: float) -> None:
        self._steps, self._end = 0, time.process_time() + seconds

    def tick(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise TooMuch(f"The template takes too long: more than {MOST_STEPS:,} rounds of its loops")
        if not self._steps % _STEPS_BETWEEN_LOOKS and time.process_time() > self._end:
            raise TooMuch("The template takes too long")


def length_of(value: object) -> int:
    return len(value) if isinstance(value, str | list | tuple | dict) else 0


def check_length(length: int, like: object = "") -> None:
    if length > (LONGEST_TEXT if isinstance(like, str) else LONGEST_LIST):
        raise TooMuch("The template makes a text or a list that is too long")


def check_width(*numbers: object, most: int = WIDEST) -> None:
    if any(isinstance(number, int | float) and abs(number) > most for number in numbers):
        raise TooMuch(f"The template asks for a width or a number of more than {most:,}")


def check_format(template: object) -> None:
    if isinstance(template, str) and _WIDE_FORMAT.search(template):
        raise TooMuch("The template asks for a format that is too wide")


def check_joined(separator: object, items: Iterable[object]) -> None:
    check_length(sum(length_of(item) + length_of(separator) for item in items))


def check_replaced(text: str, old: str, new: str) -> None:
    check_length(len(text) + text.count(old) * len(new))


def check_plain(value: object) -> None:
    """Raises TypeError for what only a program could make sense of, also within lists."""
    waiting, seen = [value], 0
    while waiting:
        match waiting.pop():
            case str() | int() | float() | None | Undefined():
                continue
            case list() | tuple() as several:
                waiting.extend(several)
            case dict() as several:
                waiting.extend(several.values())
            case _:
                raise TypeError("this is no text")
        seen += 1
        if seen + len(waiting) > LONGEST_LIST:
            raise TooMuch("The template writes out a list that is too long")


def bounded_range(*limits: int) -> range:
    numbers = range(*limits)
    try:
        count = len(numbers)
    except OverflowError:
        count = LONGEST_RANGE + 1
    if count > LONGEST_RANGE:
        raise TooMuch(f"The template asks for a range of more than {LONGEST_RANGE:,} numbers")
    return numbers


def _check_sum(left: object, right: object) -> None:
    check_length(length_of(left) + length_of(right), left)


def _check_product(left: object, right: object) -> None:
    for one, times in ((left, right), (right, left)):
        if isinstance(times, int):
            check_length(length_of(one) * times, one)
    if isinstance(left, int) and isinstance(right, int):
        _check_bits(left.bit_length() + right.bit_length())


def _check_power(left: object, right: object) -> None:
    if isinstance(left, int) and isinstance(right, int):
        _check_bits(left.bit_length() * right)


def _check_remainder(left: object, _: object) -> None:
    check_format(left)


def _check_bits(bits: int) -> None:
    if bits > MOST_BITS:
        raise TooMuch("The template computes a number that is too large")


OPERATIONS: Mapping[str, Callable[[Any, Any], None]] = {
    "+": _check_sum,
    "*": _check_product,
    "**": _check_power,
    "%": _check_remainder,
}
