"""Header fields in the form in which a reader decodes exactly what was meant (RFC 5322, RFC 2047, RFC 6532).

Each is read back as soon as it is written, by a reader that knows nothing of how it was written: a field that exists
is a field that arrives as it was meant, however often it is sent.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from postroom.delivery.mime.encoded_words import encoded_words, may_be_read_as_encoded
from postroom.delivery.mime.reading import read_mailboxes, read_text
from postroom.delivery.mime.wire import LONGEST_LINE, check_lines
from postroom.errors import Unsendable
from postroom.messages.model import Mailbox

_LINE = 76
"""RFC 2047, section 2, for a line with encoded words; RFC 5322 would allow two more."""

_LONGEST_QUOTED_NAME = 60

_FIELD_NAME = re.compile(r"[!-9;-~]{1,76}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x80-\x9f\u2028\u2029\ud800-\udfff]")
_PRINTABLE = re.compile(r"[ -~]*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_UNQUOTABLE = re.compile(r"[\"\\]|=\?")
# What a local part has not: a class that ends with the last of all characters takes milliseconds to compile.
_ADDRESS = re.compile(r"[^\x00- \"(),:;<>@\[\\\]\x7f-\xa0]+@[A-Za-z0-9.:\[\]_-]+")

_STRUCTURED = frozenset(
    {
        "message-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "references",
        "in-reply-to",
        "auto-submitted",
        "feedback-id",
    }
)
"""Fields whose syntax has no place for encoded words."""


@dataclass(frozen=True, slots=True)
class Field:
    """``wire``: its lines, folded, each with its CRLF."""

    name: str
    wire: bytes

    def __len__(self) -> int:
        return len(self.wire)


def text_field(name: str, text: str) -> Field:
    """Raises Unsendable for a name that is none, for control characters, and for what the field cannot carry."""
    if not _FIELD_NAME.fullmatch(name):
        raise Unsendable("A header has a name that is not allowed")
    refuse_control_characters(name, text)
    lines = _text_lines(name, text)
    if read_text(value_of(name, lines)) != text:
        raise Unsendable(f"The header {name} would not arrive as it was meant")
    return _field(name, lines)


def address_field(name: str, mailboxes: Sequence[Mailbox]) -> Field:
    """Raises Unsendable for control characters in a name, and for an address that could be read as something else."""
    lines = folded(name, [*_mailbox_words(name, mailboxes)])
    meant = [(_tidy(mailbox.name), mailbox.address) for mailbox in mailboxes]
    if read_mailboxes(value_of(name, lines)) != meant:
        raise Unsendable(f"The header {name} would not arrive as it was meant")
    return _field(name, lines)


def folded(name: str, words: Sequence[str]) -> str:
    """``words`` on lines of 76 characters at most where that is possible; a word is never broken."""
    whole = f"{name}: {' '.join(words)}"
    if len(whole) <= _LINE:
        return whole
    lines, line = [], f"{name}: {words[0]}"
    for word in words[1:]:
        if len(line) + 1 + len(word) > _LINE:
            lines.append(line)
            line = f" {word}"
        else:
            line = f"{line} {word}"
    return "\r\n".join((*lines, line))


def value_of(name: str, lines: str) -> str:
    """Unfolded: what a reader sees."""
    return lines[len(name) + 2 :].replace("\r\n ", " ")


def refuse_control_characters(name: str, text: str) -> None:
    if _CONTROL.search(text):
        raise Unsendable(f"The header {name} has a control character")


def _field(name: str, lines: str) -> Field:
    wire = f"{lines}\r\n".encode()
    check_lines(wire)
    return Field(name, wire)


def _text_lines(name: str, text: str) -> str:
    if _survives_plain(text):
        plain = folded(name, text.split(" "))
        # Only the subject is surely decoded by whoever reads it; other fields are read by programs.
        most = _LINE if name == "Subject" else LONGEST_LINE
        if max(map(len, plain.split("\r\n"))) <= most:
            return plain
    if name.lower() in _STRUCTURED:
        raise Unsendable(f"The header {name} can hold only printable ASCII, in words that fit a line")
    return folded(name, encoded_words(text, len(name) + 2))


def _survives_plain(text: str) -> bool:
    well_spaced = "  " not in text and text == text.strip(" ")
    return well_spaced and _PRINTABLE.fullmatch(text) is not None and not may_be_read_as_encoded(text)


def _tidy(name: str) -> str:
    return " ".join(name.split())


def _mailbox_words(field: str, mailboxes: Sequence[Mailbox]) -> Iterator[str]:
    taken, following = len(field) + 2, len(mailboxes)
    for mailbox in mailboxes:
        refuse_control_characters(field, mailbox.name)
        if not _ADDRESS.fullmatch(mailbox.address) or not mailbox.address.isprintable():
            raise Unsendable(f"The header {field} has an address that is not allowed")
        phrase = _phrase(_tidy(mailbox.name), taken)
        following -= 1
        yield from phrase
        yield (f"<{mailbox.address}>" if phrase else mailbox.address) + ("," if following else "")
        taken = 0


def _phrase(name: str, taken: int) -> list[str]:
    if not name:
        return []
    if _PRINTABLE.fullmatch(name) and len(name) <= _LONGEST_QUOTED_NAME and not _UNQUOTABLE.search(name):
        return name.split(" ") if _ATOMS.fullmatch(name) else [f'"{name}"']
    return encoded_words(name, taken)
