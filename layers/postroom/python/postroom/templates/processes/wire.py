"""What is said between us and the process that fills in tenants' templates: JSON, each text with its length before it.

Whatever comes from there is taken for what it is: the words of a process that a template may have taken over.
"""

import json
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass
from typing import Any, Literal

from postroom.templates.model import Branding, Rendered, Source
from postroom.templates.workshop import Fault, Part

Deed = Literal["render", "preview", "check"]

_LENGTH = struct.Struct("!I")
_CHUNK = 65_536
_PARTS: Mapping[str, Part] = {"subject": "subject", "html": "html", "text": "text", "": ""}


class Garbled(Exception):
    """What came is not what may come."""


class Ended(Exception):
    """The other side has gone."""


@dataclass(frozen=True, slots=True)
class Task:
    """``seconds``: how much of the processor it may take before it is at fault."""

    deed: Deed
    source: Source
    data: Mapping[str, Any]
    branding: Branding
    seconds: float


@dataclass(frozen=True, slots=True)
class Done:
    """``spent``: the process has come to its limits and must not be used any more."""

    rendered: Rendered | None = None
    faults: tuple[Fault, ...] = ()
    names: tuple[str, ...] = ()
    spent: bool = False


def encode_task(task: Task) -> bytes:
    """Raises Garbled for data that is no JSON, or nested too deeply."""
    fields = [task.deed, astuple(task.source), dict(task.data), astuple(task.branding), task.seconds]
    try:
        return json.dumps(fields).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise Garbled from error


def decode_task(text: bytes) -> Task:
    deed, source, data, branding, seconds = json.loads(text)
    return Task(deed, Source(*source), data, Branding(*branding), seconds)


def encode_done(done: Done) -> bytes:
    rendered = None if done.rendered is None else astuple(done.rendered)
    return json.dumps([rendered, [astuple(fault) for fault in done.faults], done.names, done.spent]).encode()


def decode_done(text: bytes) -> Done:
    """Raises Garbled."""
    try:
        rendered, faults, names, spent = json.loads(text)
        return Done(
            None if rendered is None else Rendered(_text(rendered[0]), _perhaps(rendered[1]), _perhaps(rendered[2])),
            tuple(Fault(_PARTS[part], int(line), int(column), _text(words)) for part, line, column, words in faults),
            tuple(map(_text, names)),
            bool(spent),
        )
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise Garbled from error


def send(connection: socket.socket, text: bytes) -> None:
    """Raises Ended, and TimeoutError where the connection has a time."""
    try:
        connection.sendall(_LENGTH.pack(len(text)) + text)
    except TimeoutError:
        raise
    except OSError as error:
        raise Ended from error


def receive(read: Callable[[int], bytes], most: int) -> bytes:
    """``read`` gives up to so many bytes, and none at the end. Raises Ended, or Garbled for more than ``most``."""
    (length,) = _LENGTH.unpack(_exactly(read, _LENGTH.size))
    if length > most:
        raise Garbled
    return _exactly(read, length)


def _exactly(read: Callable[[int], bytes], count: int) -> bytes:
    got = bytearray()
    while len(got) < count:
        piece = read(min(_CHUNK, count - len(got)))
        if not piece:
            raise Ended
        got += piece
    return bytes(got)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _perhaps(value: object) -> str | None:
    return None if value is None else _text(value)
