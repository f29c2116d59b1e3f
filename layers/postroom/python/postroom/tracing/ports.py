"""What is timed for a trace."""

from contextlib import AbstractContextManager
from typing import Protocol


class Trace(Protocol):
    def span(self, name: str) -> AbstractContextManager[None]:
        """Times what is done in it with another system."""
