"""Secrets that are shown once are taken out of the answer that is kept."""

import json
from dataclasses import replace
from typing import Any

from postroom.idempotency.model import Answer

MASK = "********"


def masked(answer: Answer, shown_once: tuple[str, ...]) -> Answer:
    """``shown_once`` are dotted paths in the JSON of the answer, such as ``admin_key.key``."""
    if not shown_once:
        return answer
    document = json.loads(answer.body)
    for path in shown_once:
        _mask(document, path.split("."))
    return replace(answer, body=json.dumps(document, separators=(",", ":")), masked=True)


def _mask(document: dict[str, Any], path: list[str]) -> None:
    *parents, last = path
    for name in parents:
        document = document[name]
    document[last] = MASK
