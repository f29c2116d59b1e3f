"""Bodies to show, kept beside what they are examples of: ``examples.py`` of a feature."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

Examples = Mapping[type[BaseModel], Mapping[str, Any]]
"""Of each body, JSON by a few words on what it shows. A list of things is shown by the example of the thing."""

EXAMPLE = "01m7c5v0e8s3k6t2x9h4w1q7zb"
"""Of an id, what stands behind its prefix."""


def example_id(prefix: str) -> str:
    return f"{prefix}_{EXAMPLE}"
