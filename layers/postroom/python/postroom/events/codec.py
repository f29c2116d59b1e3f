"""What an event says, as bytes: compressed JSON. Its row is paid for by its size each time it is written."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from postroom.events.model import ComplianceFacts, Event, JobFacts


@dataclass(frozen=True, slots=True)
class Facts:
    job: JobFacts | None = None
    compliance_result: ComplianceFacts | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def encode(event: Event) -> bytes | None:
    """None when it says nothing."""
    job, result = event.job, event.compliance_result
    document = {
        "job": _given(job) if job else None,
        "compliance_result": _given(result) if result else None,
        "data": dict(event.data),
    }
    said = {name: value for name, value in document.items() if value}
    return zlib.compress(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()) if said else None


def decode(blob: bytes | None) -> Facts:
    said = json.loads(zlib.decompress(blob)) if blob else {}
    job, result = said.get("job"), said.get("compliance_result")
    return Facts(
        JobFacts(**{name: _read(name, value) for name, value in job.items()}) if job else None,
        ComplianceFacts(**result) if result else None,
        said.get("data", {}),
    )


def _given(facts: JobFacts | ComplianceFacts) -> dict[str, str]:
    values = {name: getattr(facts, name) for name in facts.__slots__}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
        if value is not None
    }


def _read(name: str, value: str) -> Any:  # noqa: ANN401 - a text, or a moment
    return datetime.fromisoformat(value) if name.endswith("_at") else value
