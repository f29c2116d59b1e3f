"""Figures as lines of JSON, one each, with the machine and the time; and read back."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from bench.aims import Aim
from bench.figures import Figure, Rival, Seen
from bench.machine import Machine


@dataclass(frozen=True)
class Line:
    """``at``: when it was seen, ISO 8601 in UTC."""

    figure: Figure
    machine: Machine
    at: str


def to_json(line: Line) -> str:
    judged = {"judged": line.figure.judged, "judgement": line.figure.judgement}
    return json.dumps(asdict(line.figure) | judged | {"machine": asdict(line.machine), "at": line.at})


def from_json(text: str) -> Line:
    """Reads what ``to_json`` wrote."""
    raw = json.loads(text)
    figure = Figure(
        raw["benchmark"],
        raw["name"],
        _seen(raw["seen"]),
        raw["unit"],
        Aim(**raw["aim"]) if raw["aim"] else None,
        tuple(Rival(each["name"], _seen(each["seen"]), each["version"]) for each in raw["rivals"]),
        raw["setting"],
    )
    return Line(figure, Machine(**raw["machine"]), raw["at"])


def _seen(raw: dict[str, Any]) -> Seen:
    return Seen(raw["value"], tuple(raw["runs"]), raw["absence"])
