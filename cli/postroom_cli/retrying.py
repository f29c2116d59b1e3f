"""When a request is made again, and after how long."""

import random
from collections.abc import Callable
from datetime import UTC, datetime

from postroom_cli.errors import Untrusted
from postroom_cli.exchange import Answer, Call, Lost, parsedate_of

TRIES = 4
LONGEST_PAUSE = 65.0
"""Seconds: until a key that has made its requests of a minute may make more. Who asks for more is not asked again."""

_TOO_MANY = 429
"""Said at the door: nothing has been done."""

_PASSING = {502, 503, 504}
_STILL_RUNNING = b"request_in_progress"
_CONFLICT = 409

Send = Callable[[Call], Answer]
Tell = Callable[[str], None]


class Retrying:
    """``tell`` hears why it takes longer. Raises Lost when there is no answer in the end."""

    def __init__(self, send: Send, sleep: Callable[[float], None], tell: Tell) -> None:
        self._send = send
        self._sleep = sleep
        self._tell = tell

    def __call__(self, call: Call) -> tuple[Answer, bool]:
        """The answer, and whether an earlier try may have been carried out already."""
        perhaps_done = False
        for left in reversed(range(TRIES)):
            try:
                answer = self._send(call)
            except Lost as lost:
                if not left or not _worth_repeating(call, lost):
                    raise
                perhaps_done |= lost.may_have_arrived
                self._pause(TRIES - left, lost.error.message)
                continue
            asked = _asked_pause(answer)
            if not left or not _is_passing(call, answer) or (asked or 0) > LONGEST_PAUSE:
                return answer, perhaps_done
            perhaps_done |= answer.status != _TOO_MANY
            self._pause(TRIES - left, f"The API answered {answer.status}", asked)
        raise AssertionError("the last try returns or raises")

    def _pause(self, tried: int, why: str, asked: float | None = None) -> None:
        seconds = asked if asked is not None else 0.5 * 2 ** (tried - 1) * random.uniform(0.8, 1.2)  # noqa: S311 - spread
        self._tell(f"{why}; trying again in {seconds:.1f} s")
        self._sleep(seconds)


def _worth_repeating(call: Call, lost: Lost) -> bool:
    return not isinstance(lost.error, Untrusted) and (call.may_be_repeated or not lost.may_have_arrived)


def _is_passing(call: Call, answer: Answer) -> bool:
    running = answer.status == _CONFLICT and _STILL_RUNNING in answer.content
    return answer.status == _TOO_MANY or (call.may_be_repeated and (answer.status in _PASSING or running))


def _asked_pause(answer: Answer) -> float | None:
    """Seconds, by ``Retry-After`` (RFC 9110, 10.2.3): a number or a date."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    until = parsedate_of(text)
    if until is None:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
