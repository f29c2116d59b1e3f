"""What fills templates in, as those see it who keep, publish and show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from postroom.errors import Unavailable
from postroom.templates.model import Branding, Rendered, Source

Part = Literal["subject", "html", "text", ""]
"""Where in a template something is; "" for what is about all of it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a template cannot be filled in, in words for whoever wrote it. Lines and columns count from 1."""

    part: Part
    line: int
    column: int
    words: str

    def __str__(self) -> str:
        return f"{self.part}, line {self.line}: {self.words}" if self.part else self.words


@dataclass(frozen=True, slots=True)
class Preview:
    """``rendered`` is None when there are faults. ``missing``: variables that the data lacks, by their full names.

    In place of such a variable stands its name in double braces.
    """

    rendered: Rendered | None
    missing: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


class Waits(Unavailable):
    """It cannot be filled in just now. To be put off: it may have to wait more than once."""

    title = "Its template waits: there is nobody free to fill it in"


class Filler(Protocol):
    """For mails: fills in templates whose authors nobody trusts, each tenant's in a process of its own, with limits."""

    def render(self, tenant_id: str, source: Source, data: Mapping[str, Any], branding: Branding) -> Rendered:
        """Raises Unsendable with the first fault, such as a variable that is missing, Unavailable, and Waits."""


class Workshop(Protocol):
    """For authors: looks such templates over. What overruns a limit is a fault with part "". Raises Unavailable."""

    def check_syntax(self, tenant_id: str, source: Source) -> tuple[Fault, ...]:
        """The first fault of each part that does not parse; nothing is filled in."""

    def preview(self, tenant_id: str, source: Source, data: Mapping[str, Any], branding: Branding) -> Preview:
        """As ``Filler`` does it, but with all that is missing told at once, and faults given instead of raised."""
