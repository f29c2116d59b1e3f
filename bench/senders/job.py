"""What a sender is asked to do, and what it says of it: one argument of JSON, one line of JSON."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Which mail: 3 kB of text and HTML; the same with a file of 200 kB; the same with a subject that is not ASCII."""

    TWO_PARTS = "two_parts"
    ATTACHMENT = "attachment"
    NON_ASCII = "non_ascii"


class Part(StrEnum):
    """``COMPOSING`` is rendering too; ``SENDING`` sends mails that were made before."""

    RENDERING = "rendering"
    COMPOSING = "composing"
    SENDING = "sending"


@dataclass(frozen=True)
class Job:
    """Over one connection to ``port``: ``warm_up`` mails that do not count, then ``count`` of them again and again.

    At least ``repetitions`` times, and until ``seconds`` have gone by: what is over soon needs more of them.
    """

    port: int
    kind: Kind
    warm_up: int
    count: int
    repetitions: int
    seconds: float


@dataclass(frozen=True)
class Run:
    """One repetition. ``cpu_seconds``: user and system time of the sender's whole process; the latter also apart."""

    mails: int
    seconds: float
    cpu_seconds: float
    system_seconds: float


@dataclass(frozen=True)
class Done:
    version: str
    runs: tuple[Run, ...]


def to_argument(job: Job) -> str:
    return json.dumps(asdict(job))


def from_argument(argument: str) -> Job:
    raw = json.loads(argument)
    return Job(raw["port"], Kind(raw["kind"]), raw["warm_up"], raw["count"], raw["repetitions"], raw["seconds"])


def to_line(done: Done) -> str:
    return json.dumps(asdict(done))


def from_line(line: str) -> Done:
    raw = json.loads(line)
    return Done(raw["version"], tuple(Run(**run) for run in raw["runs"]))
