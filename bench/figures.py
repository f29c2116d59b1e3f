"""What a benchmark has seen: figures of ours, rivals measured in the same run, and whether the aim was kept."""

from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from bench.aims import Aim


class Judgement(StrEnum):
    KEPT = "kept"
    MISSED = "missed"
    OPEN = "open"
    """There is no aim, or what it needs was not run."""


@dataclass(frozen=True)
class Seen:
    """``value`` is the median of ``runs``, or None where nothing was run: then ``absence`` says why."""

    value: float | None
    runs: tuple[float, ...] = ()
    absence: str = ""


@dataclass(frozen=True)
class Rival:
    name: str
    seen: Seen
    version: str = ""


@dataclass(frozen=True)
class Figure:
    """``setting`` says under which conditions: servers and their versions, counts, what was varied."""

    benchmark: str
    name: str
    seen: Seen
    unit: str
    aim: Aim | None = None
    rivals: tuple[Rival, ...] = ()
    setting: str = ""

    @property
    def judged(self) -> float | None:
        """The number that the aim speaks of: the value, or its ratio to the rival's; None when one is missing."""
        if self.aim is None or self.seen.value is None:
            return None
        return self.ratio(self.aim.rival) if self.aim.rival else self.seen.value

    @property
    def judgement(self) -> Judgement:
        if self.aim is None or self.judged is None:
            return Judgement.OPEN
        return Judgement.KEPT if self.aim.holds(self.judged) else Judgement.MISSED

    def ratio(self, rival: str) -> float | None:
        """Our value as a multiple of the rival's."""
        theirs = next((each.seen.value for each in self.rivals if each.name == rival), None)
        return self.seen.value / theirs if self.seen.value is not None and theirs else None


def seen(*runs: float) -> Seen:
    """One run or several; what counts is their median."""
    return Seen(median(runs), tuple(runs))


def not_run(why: str) -> Seen:
    """``why`` as in "no Postfix here"."""
    return Seen(None, (), why)
