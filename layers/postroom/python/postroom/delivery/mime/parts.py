"""The parts of a mail: their bodies encoded, with the header fields that say how (RFC 2045, RFC 2046, RFC 2183)."""

import binascii
import re
from dataclasses import dataclass
from functools import cache
from typing import NewType
from urllib.parse import quote

from postroom.delivery.mime.headers import folded, refuse_control_characters, value_of
from postroom.delivery.mime.reading import read_filename
from postroom.delivery.mime.wire import check_header, check_lines, has_long_line
from postroom.errors import Unsendable

Part = NewType("Part", bytes)
"""Complete lines that were checked: a header, an empty line, and a body in which no line begins with ``BOUNDARY``."""

BOUNDARY = b"--=_"
"""What every boundary begins with: it occurs neither in base64 nor in quoted-printable (RFC 2045, section 6.7)."""

_BASE64_LINE = 76
_LONGEST_QUOTED_FILENAME = 60
_PRINTABLE = b"\t\r\n" + bytes(range(0x20, 0x7F))
# Not all readers leave these alone between quotes: " % < > and the backslash.
_QUOTABLE_FILENAME = re.compile(r"(?!.*(?:=\?|  ))[ !#$&-;=?-\[\]-~]*")
_CONTENT_TYPE = re.compile(
    r"(?P<main>[\w!#$&^.+-]+)/(?P<sub>[\w!#$&^.+-]+)(?:; *charset=\"?(?P<charset>[\w.:-]+)\"?)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class _Body:
    transfer_encoding: str
    lines: bytes


def text_part(text: str, subtype: str) -> Part:
    """Raises Unsendable for lone surrogates, which JSON can bring in and no encoding can carry."""
    body = _text_body(text)
    part = _text_header(subtype, body.transfer_encoding) + body.lines
    check_lines(part)
    return Part(part)


def attachment_part(filename: str, content_type: str, data: bytes) -> Part:
    """The type as given, or ``application/octet-stream`` where it is unreadable or may not be carried as base64."""
    part = _header(_content_type(content_type), "base64", _disposition(filename)) + _base64(data)
    check_lines(part)
    return Part(part)


@cache
def _text_header(subtype: str, transfer_encoding: str) -> bytes:
    return _header(f'Content-Type: text/{subtype}; charset="utf-8"', transfer_encoding)


def _header(content_type: str, transfer_encoding: str, *more: str) -> bytes:
    """Raises Unsendable when the fields would not be read as they are meant."""
    fields = (content_type, f"Content-Transfer-Encoding: {transfer_encoding}", *more)
    header = "\r\n".join((*fields, "", "")).encode()
    check_header(header, [field.partition(":")[0] for field in fields])
    return header


def _text_body(text: str) -> _Body:
    body = _lines(_utf8(text))
    # Never 8bit: a server may not offer 8BITMIME, and the next one on the way may not either.
    printable = not body.translate(None, _PRINTABLE)
    if printable and not _has_boundary(body) and not has_long_line(body):
        return _Body("7bit", body)
    quoted = binascii.b2a_qp(body)
    if len(quoted) > _base64_length(len(body)):
        return _Body("base64", _base64(body))
    return _Body("quoted-printable", quoted)


def _lines(text: bytes) -> bytes:
    """Each with its CRLF, whatever ended it."""
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return (text if text.endswith(b"\n") else text + b"\n").replace(b"\n", b"\r\n")


def _has_boundary(body: bytes) -> bool:
    return body.startswith(BOUNDARY) or b"\n" + BOUNDARY in body


def _base64(data: bytes) -> bytes:
    encoded = binascii.b2a_base64(data, newline=False)
    lines = [encoded[start : start + _BASE64_LINE] for start in range(0, len(encoded), _BASE64_LINE)]
    return b"\r\n".join((*lines, b""))


def _base64_length(length: int) -> int:
    encoded = (length + 2) // 3 * 4
    return encoded + (encoded + _BASE64_LINE - 1) // _BASE64_LINE * len("\r\n")


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        # The error would carry the whole text.
        raise Unsendable("The body has a character that cannot be encoded") from None


def _content_type(text: str) -> str:
    match = _CONTENT_TYPE.fullmatch(text)
    if not match or match["main"].lower() in {"message", "multipart"}:
        return "Content-Type: application/octet-stream"
    charset = [f'charset="{match["charset"]}"'] if match["charset"] else []
    return folded("Content-Type", _parameters(f"{match['main']}/{match['sub']}", charset))


def _disposition(filename: str) -> str:
    """With the file's name, quoted when that is safe and by RFC 2231 when it is not."""
    refuse_control_characters("Content-Disposition", filename)
    filename = filename.strip()
    if len(filename) > _LONGEST_QUOTED_FILENAME or not _QUOTABLE_FILENAME.fullmatch(filename):
        parameters = _extended_parameters("filename", filename)
    else:
        parameters = [f'filename="{filename}"'] if filename else []
    field = folded("Content-Disposition", _parameters("attachment", parameters))
    if read_filename(value_of("Content-Disposition", field)) != filename:
        raise Unsendable("The name of an attachment would not arrive as it was meant")
    return field


def _parameters(value: str, parameters: list[str]) -> list[str]:
    """As words to be folded: all but the last end in a semicolon."""
    *front, last = [value, *parameters]
    return [*(f"{word};" for word in front), last]


def _extended_parameters(name: str, value: str) -> list[str]:
    encoded = quote(value, safe="")
    if len(encoded) <= _LONGEST_QUOTED_FILENAME:
        return [f"{name}*=utf-8''{encoded}"]
    first, *rest = re.findall(r"(?:%[0-9A-F]{2}|.){1,20}", encoded)
    return [f"{name}*0*=utf-8''{first}", *(f"{name}*{number}*={piece}" for number, piece in enumerate(rest, 1))]
