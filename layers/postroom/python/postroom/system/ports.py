"""What the use cases of the system's state need from the outside."""

from collections.abc import Mapping
from typing import Protocol

from postroom.system.model import Run


class Runs(Protocol):
    """The last run of each schedule."""

    def write(self, run: Run) -> None:
        """In the place of the one before; when it last went well and since when it fails is worked out from that one.

        Raises Unavailable.
        """

    def last(self) -> Mapping[str, Run]:
        """By schedule. Raises Unavailable."""
