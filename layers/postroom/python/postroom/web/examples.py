"""Bodies to show, kept beside what they are examples of: ``examples.py`` of a feature."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

Examples = Mapping[type[BaseModel], Mapping[str, Any]]
"""Of each body, JSON by a few words on what it shows. A list of things is shown by the example of the thing."""
