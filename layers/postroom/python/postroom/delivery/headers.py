"""Header fields in the form in which a reader decodes exactly what was meant (RFC 5322, RFC 2047, RFC 2231).

``EmailMessage`` decodes the encoded words of a value it is *given* and writes what it decoded: on Python 3.11 a Subject
of ``=?utf-8?q?hi=0D=0ABcc:_x?=`` comes out as two header fields. So it is never given text, only fields made here.
"""

import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.policy import Policy
from typing import Self
from urllib.parse import quote

from postroom.errors import Unsendable
from postroom.messages.model import Mailbox

_LINE = 76
_LONGEST_LINE = 998
_ENCODED_WORD_PAYLOAD = 75 - len("=?utf-8?q??=")
_SMALLEST_PAYLOAD = 24
_LONGEST_QUOTED_NAME = 60
_LONGEST_QUOTED_FILENAME = 60

_FIELD_NAME = re.compile(r"[!-9;-~]{1,76}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x80-\x9f\u2028\u2029]")
_PRINTABLE = re.compile(r"[ -~]*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_ADDRESS = re.compile(r"[!#-'*+\--9=?A-Z^-~]+@[A-Za-z0-9.:\[\]_-]+")
_CONTENT_TYPE = re.compile(
    r"(?P<main>[\w!#$&^.+-]+)/(?P<sub>[\w!#$&^.+-]+)(?:; *charset=\"?(?P<charset>[\w.:-]+)\"?)?", re.ASCII
)
_UNTOUCHED_IN_Q = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")

_STRUCTURED = frozenset(
    {"list-unsubscribe", "list-unsubscribe-post", "references", "in-reply-to", "auto-submitted", "feedback-id"}
)
"""Fields whose syntax has no place for encoded words."""


class Field(str):
    """A field's meaning as text, with ``wire``: its folded line. ``EmailPolicy`` writes what has a name by ``fold``."""

    __slots__ = ("name", "wire")
    defects = ()
    name: str
    wire: str

    def __new__(cls, name: str, meaning: str, value: str) -> Self:
        field = super().__new__(cls, meaning)
        field.name = name
        field.wire = f"{name}: {value}\r\n"
        return field

    def fold(self, *, policy: Policy) -> str:  # noqa: ARG002 (the policy's own call)
        return self.wire


@dataclass(frozen=True, slots=True)
class ContentType:
    main: str
    sub: str
    charset: str | None


def text_field(name: str, text: str) -> Field:
    """Raises Unsendable for a name that is none, for control characters, and for what the field cannot carry."""
    if not _FIELD_NAME.fullmatch(name):
        message = "A header has a name that is not allowed"
        raise Unsendable(message)
    _refuse_control_characters(name, text)
    if _survives_plain(name, text):
        return Field(name, text, "\r\n ".join(_folded(text.split(" "), len(name) + 2)))
    if name.lower() in _STRUCTURED:
        message = f"The header {name} can hold only printable ASCII, in words that fit a line"
        raise Unsendable(message)
    return Field(name, text, "\r\n ".join(_encoded_words(text, len(name) + 2)))


def address_field(name: str, mailboxes: Sequence[Mailbox]) -> Field:
    meaning = ", ".join(f"{_tidy(mailbox.name)} <{mailbox.address}>" for mailbox in mailboxes)
    return Field(name, meaning, ",\r\n ".join(_mailbox(name, mailbox) for mailbox in mailboxes))


def attachment_field(filename: str) -> Field:
    """``Content-Disposition`` with the file's name, quoted when that is safe and by RFC 2231 when it is not."""
    _refuse_control_characters("Content-Disposition", filename)
    filename = filename.strip()
    plain = _PRINTABLE.fullmatch(filename) and not re.search(r"[\"\\%]|=\?|  ", filename)
    if plain and len(filename) <= _LONGEST_QUOTED_FILENAME:
        parameters = [f'filename="{filename}"'] if filename else []
    else:
        parameters = list(_extended_parameter("filename", filename))
    return Field("Content-Disposition", filename, ";\r\n ".join(["attachment", *parameters]))


def content_type(text: str) -> ContentType:
    """The type as given, or ``application/octet-stream`` where it is unreadable or may not be carried as base64."""
    match = _CONTENT_TYPE.fullmatch(text)
    if not match or match["main"].lower() in {"message", "multipart"}:
        return ContentType("application", "octet-stream", None)
    return ContentType(match["main"], match["sub"], match["charset"])


def utf8(text: str, where: str) -> bytes:
    """Raises Unsendable for lone surrogates, which JSON can bring in and no encoding can carry."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        message = f"{where} has a character that cannot be encoded"
        # The error would carry the whole text.
        raise Unsendable(message) from None


def _refuse_control_characters(name: str, text: str) -> None:
    utf8(text, f"The header {name}")
    if _CONTROL.search(text):
        message = f"The header {name} has a control character"
        raise Unsendable(message)


def _survives_plain(name: str, text: str) -> bool:
    if not _PRINTABLE.fullmatch(text) or "  " in text or text != text.strip(" "):
        return False
    opening = text.find("=?")
    if opening >= 0 and "?=" in text[opening + 2 :]:
        return False
    return max(map(len, text.split(" "))) + len(name) + 2 <= _LONGEST_LINE


def _folded(words: Sequence[str], taken: int) -> Iterator[str]:
    line = ""
    for word in words:
        if line and taken + len(line) + 1 + len(word) > _LINE:
            yield line
            line, taken = word, 1
        else:
            line = f"{line} {word}" if line else word
    yield line


def _encoded_words(text: str, taken: int) -> Iterator[str]:
    """Words of at most 75 characters, none of which cuts a character in two (RFC 2047, section 5)."""
    in_base64 = _q_length(text) > len(text.encode()) * 4 // 3
    room = max(_ENCODED_WORD_PAYLOAD - taken, _SMALLEST_PAYLOAD)
    chunk = ""
    for character in text:
        longer = chunk + character
        if chunk and (_b_length(longer) if in_base64 else _q_length(longer)) > room:
            yield _encoded_word(chunk, in_base64=in_base64)
            chunk, room = character, _ENCODED_WORD_PAYLOAD
        else:
            chunk = longer
    yield _encoded_word(chunk, in_base64=in_base64)


def _q_length(text: str) -> int:
    return sum(1 if byte in _UNTOUCHED_IN_Q or byte == ord(" ") else 3 for byte in text.encode())


def _b_length(text: str) -> int:
    return (len(text.encode()) + 2) // 3 * 4


def _encoded_word(text: str, *, in_base64: bool) -> str:
    if in_base64:
        return f"=?utf-8?b?{binascii.b2a_base64(text.encode(), newline=False).decode()}?="
    return f"=?utf-8?q?{''.join(map(_q_byte, text.encode()))}?="


def _q_byte(byte: int) -> str:
    if byte == ord(" "):
        return "_"
    return chr(byte) if byte in _UNTOUCHED_IN_Q else f"={byte:02X}"


def _tidy(name: str) -> str:
    return " ".join(name.split())


def _mailbox(field: str, mailbox: Mailbox) -> str:
    _refuse_control_characters(field, mailbox.name)
    if not _ADDRESS.fullmatch(mailbox.address):
        message = f"The header {field} has an address that is not allowed"
        raise Unsendable(message)
    phrase = _phrase(_tidy(mailbox.name), len(field) + 2)
    return f"{phrase} <{mailbox.address}>" if phrase else mailbox.address


def _phrase(name: str, taken: int) -> str:
    if not name:
        return ""
    if _PRINTABLE.fullmatch(name) and len(name) <= _LONGEST_QUOTED_NAME and not re.search(r"[\"\\]|=\?", name):
        return name if _ATOMS.fullmatch(name) else f'"{name}"'
    return "\r\n ".join(_encoded_words(name, taken))


def _extended_parameter(name: str, value: str) -> Iterator[str]:
    encoded = quote(value, safe="")
    pieces = re.findall(r"(?:%[0-9A-F]{2}|.){1,20}", encoded)
    if len(pieces) <= 1:
        yield f"{name}*=utf-8''{encoded}"
        return
    for number, piece in enumerate(pieces):
        charset = "" if number else "utf-8''"
        yield f"{name}*{number}*={charset}{piece}"
