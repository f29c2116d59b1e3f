"""The last look at a message's bytes: nothing in them may be read as something else than was meant.

smtplib sends bytes as they are, so a lone LF before a dot would end the message early and start another (SMTP
smuggling); and a header written wrongly can turn into two. What is refused here is never sent.
"""

from collections.abc import Sequence
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses

from postroom.delivery.headers import Field
from postroom.errors import Unsendable

LONGEST_LINE = 998
"""RFC 5322, section 2.1.1, without the CRLF."""

_ADDRESS_FIELDS = frozenset({"from", "to", "cc", "reply-to"})
_MIME_FIELDS = frozenset({"mime-version", "content-type", "content-transfer-encoding"})


def check_lines(content: bytes) -> None:
    """Raises Unsendable for NUL, for CR or LF that is not CRLF, and for lines that are too long."""
    if fault := fault_of_lines(content):
        raise Unsendable(fault)


def fault_of_lines(content: bytes) -> str | None:
    """What check_lines would say, for a caller who does not want to raise."""
    if b"\0" in content:
        return "The content has a NUL"
    # Counted, not searched for: a regular expression takes seconds for the largest messages.
    if not content.count(b"\r\n") == content.count(b"\r") == content.count(b"\n"):
        return "The content has a lone CR or LF"
    if max(map(len, content.split(b"\r\n"))) > LONGEST_LINE:
        return f"The content has a line of more than {LONGEST_LINE} bytes"
    return None


def check_header(content: bytes, fields: Sequence[Field]) -> None:
    """Parses the header anew; raises Unsendable unless it holds ``fields``, in order, and else only the MIME fields."""
    header = BytesHeaderParser(policy=compat32).parsebytes(content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    found = [(name, str(value)) for name, value in header.items() if name.lower() not in _MIME_FIELDS]
    if [name for name, _ in found] != [field.name for field in fields]:
        message = "The header fields would not arrive as they were meant"
        raise Unsendable(message)
    for (name, value), field in zip(found, fields, strict=True):
        if _decoded(name, value) != str(field):
            message = f"The header {name} would not arrive as it was meant"
            raise Unsendable(message)


def _decoded(name: str, value: str) -> str:
    unfolded = value.replace("\r\n", "")
    if name.lower() not in _ADDRESS_FIELDS or unfolded.endswith(":;"):
        return _decoded_text(unfolded)
    return ", ".join(f"{_decoded_text(phrase)} <{address}>" for phrase, address in getaddresses([unfolded]))


def _decoded_text(text: str) -> str:
    return str(make_header(decode_header(text)))
