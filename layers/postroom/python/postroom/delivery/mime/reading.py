"""Reads header fields back, for the comparison with what was meant.

Strict: it knows only the forms that we write, and whatever else stands there is a fault. The standard library's reader
takes hundreds of microseconds and forgives.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from postroom.delivery.mime.encoded_words import decoded_words, may_be_read_as_encoded
from postroom.errors import Unsendable

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_MAILBOX = re.compile(
    r"(?:(?P<words>=\?\S+(?: =\?\S+)*) |\"(?P<quoted>[^\"\\]*)\" |"
    rf"(?P<atoms>{_ATOM}(?: {_ATOM})*) )?"
    r"(?P<open><)?(?P<address>[^\s<>,;:()\"\\@]+@[^\s<>,;()\"\\@]+)(?(open)>)(?P<next>, |$)"
)
_QUOTED_FILENAME = re.compile(r'attachment; filename="([^"\\%]*)"')


def read_text(value: str) -> str:
    """Raises Unsendable for encoded words that are not ours."""
    return _decoded(value) if may_be_read_as_encoded(value) else value


def read_mailboxes(value: str) -> list[tuple[str, str]]:
    """Display names and addresses."""
    mailboxes, at = [], 0
    while match := _MAILBOX.match(value, at):
        words, plain = match["words"], match["quoted"] or match["atoms"] or ""
        if bool(words or plain) != bool(match["open"]) or may_be_read_as_encoded(plain):
            break
        mailboxes.append((_decoded(words) if words else plain, match["address"]))
        at = match.end()
        if not match["next"]:
            return mailboxes
    raise _unreadable()


def read_filename(value: str) -> str:
    """Of a Content-Disposition; empty where none is given (RFC 2231, sections 3 and 4)."""
    if value == "attachment":
        return ""
    if quoted := _QUOTED_FILENAME.fullmatch(value):
        return quoted[1]
    try:
        return unquote("".join(_pieces(value)), errors="strict")
    except UnicodeDecodeError:
        raise _unreadable() from None


def _pieces(value: str) -> Iterator[str]:
    disposition, *parameters = value.split("; ")
    if disposition != "attachment" or not parameters:
        raise _unreadable()
    for number, parameter in enumerate(parameters):
        name = f"filename*{number}*=" if len(parameters) > 1 else "filename*="
        opening = name if number else f"{name}utf-8''"
        if not parameter.startswith(opening):
            raise _unreadable()
        yield parameter.removeprefix(opening)


def _decoded(words: str) -> str:
    try:
        return decoded_words(words.split(" "))
    except ValueError:
        # The error would carry the text.
        raise _unreadable() from None


def _unreadable() -> Unsendable:
    return Unsendable("A header would not arrive as it was meant")
