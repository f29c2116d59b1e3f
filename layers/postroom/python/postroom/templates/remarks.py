"""What is said of a finished mail, and to whom it matters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Client(StrEnum):
    GMAIL = "gmail"
    OUTLOOK = "outlook"


class Level(StrEnum):
    ERROR = "error"
    """The mail breaks: something is not shown, is cut off or leads nowhere."""
    WARNING = "warning"
    """The mail looks different from what was meant."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One kind of trouble, told once.

    ``client`` is None where it is trouble everywhere. ``line`` is that of the first occurrence in the HTML, from 1;
    None where no line is at fault. ``source`` is the page that says so, or None for what follows from the mail itself.
    """

    code: str
    level: Level
    message: str
    client: Client | None = None
    line: int | None = None
    source: str | None = None


Lint = Callable[[str, str | None], Sequence[Remark]]
"""Of a subject and an HTML that are filled in."""
