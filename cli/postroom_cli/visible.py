"""Text from outside, made harmless for a terminal: what would steer it, or turn the direction of writing, is shown."""

import re
from datetime import datetime

from rich.text import Text

# C0 and C1 controls, DEL; the marks and overrides of direction (Trojan Source, CVE-2021-42574); line separators;
# lone surrogates, which cannot be printed.
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_SPACES = {"\n": "⏎", "\t": " "}


def harmless(text: str) -> str:
    return _STEERING.sub(lambda found: _SPACES.get(found[0]) or _escaped(found[0]), text)


def shown(text: str, style: str = "") -> Text:
    """A text that Rich takes for what it is: ``[red]`` in a subject stays ``[red]``."""
    return Text(harmless(text), style=style)


def local_time(moment: datetime | None) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def _escaped(letter: str) -> str:
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004 - where two digits end
