"""The last look at a message's bytes: nothing in them may be read as something else than was meant.

What is sent is sent as it is, so a lone LF before a dot would end the message early and start another (SMTP smuggling);
and a header written wrongly can turn into two. What is refused here is never sent.
"""

import re
from collections.abc import Sequence

from postroom.errors import Unsendable

LONGEST_LINE = 998
"""RFC 5322, section 2.1.1, without the CRLF."""

_LINE_END = b"\r\n"
_END_OF_HEADER = b"\r\n\r\n"

_VALUE = r":(?: {any}*)?(?:\r\n {visible}{any}*)*\r\n"
# What they have not: a class that ends with the last of all characters takes milliseconds to compile.
_ADDRESSES = "(?:From|To|Cc|Reply-To)" + _VALUE.format(visible=r"[^\x00- \x7f-\x9f]", any=r"[^\x00-\x1f\x7f-\x9f]")
_HEADER = re.compile(f"(?:{_ADDRESSES}|[!-9;-~]+{_VALUE.format(visible='[!-~]', any='[ -~]')})*")
_NAME = re.compile(r"^[!-9;-~]+(?=:)", re.MULTILINE)


def check_lines(content: bytes) -> None:
    """Raises Unsendable for NUL, for CR or LF that is not CRLF, and for lines that are too long."""
    if fault := fault_of_lines(content):
        raise Unsendable(fault)


def fault_of_lines(content: bytes) -> str | None:
    """What check_lines would say, for a caller who does not want to raise."""
    if b"\0" in content:
        return "The content has a NUL"
    # Counted, not searched for: a regular expression takes seconds for the largest messages.
    if not content.count(_LINE_END) == content.count(b"\r") == content.count(b"\n"):
        return "The content has a lone CR or LF"
    if has_long_line(content):
        return f"The content has a line of more than {LONGEST_LINE} bytes"
    return None


def has_long_line(content: bytes) -> bool:
    """Of lines that end with CRLF."""
    start, window = 0, LONGEST_LINE + len(_LINE_END)
    while len(content) - start > LONGEST_LINE:
        start = content.rfind(_LINE_END, start, start + window) + len(_LINE_END)
        if start < len(_LINE_END):
            return True
    return False


def check_header(content: bytes, names: Sequence[str]) -> None:
    """Raises Unsendable unless the header has fields of exactly these names, folded by the rules, and nothing else.

    Letters outside ASCII may stand where addresses stand (RFC 6532), and nowhere else.
    """
    try:
        header = content[: content.index(_END_OF_HEADER) + len(_LINE_END)].decode()
    except ValueError:
        raise Unsendable("The header has no end, or is not UTF-8") from None
    if not _HEADER.fullmatch(header) or _NAME.findall(header) != names:
        raise Unsendable("The header fields would not arrive as they were meant")


def needs_smtputf8(content: bytes, *addresses: str) -> bool:
    """Whether a server must offer SMTPUTF8 to take this mail (RFC 6531, section 3.1): addresses beyond ASCII."""
    return not (content.isascii() and all(map(str.isascii, addresses)))
