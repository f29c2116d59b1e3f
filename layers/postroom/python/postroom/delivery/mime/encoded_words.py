"""Encoded words, the form in which a header carries what is not ASCII (RFC 2047)."""

import binascii
import re
from collections.abc import Iterator, Sequence

_LONGEST = 75
_FRAME = len("=?utf-8?q??=")
_SMALLEST_PAYLOAD = 24
_LINE = 76

_UNTOUCHED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/"
"""What the Q encoding leaves as it is, also within a display name (section 5, rule 3)."""

_QUOTED = tuple(chr(byte) if byte in _UNTOUCHED else "_" if byte == ord(" ") else f"={byte:02X}" for byte in range(256))
_REST_OF_A_CHARACTER = frozenset({"=8", "=9", "=A", "=B"})
_WORD = re.compile(r"=\?utf-8\?([bq])\?([!->@-~]+)\?=")


def encoded_words(text: str, taken: int) -> list[str]:
    """Of 75 characters at most, none of which cuts a character in two; ``taken``: what stands before on the line."""
    data = text.encode()
    room = max(min(_LONGEST, _LINE - taken) - _FRAME, _SMALLEST_PAYLOAD)
    if _quoted_length(data) > (len(data) + 2) // 3 * 4:
        return [f"=?utf-8?b?{binascii.b2a_base64(piece, newline=False).decode()}?=" for piece in _pieces(data, room)]
    quoted = "".join([_QUOTED[byte] for byte in data])
    return [f"=?utf-8?q?{piece}?=" for piece in _quoted_pieces(quoted, room)]


def decoded_words(words: Sequence[str]) -> str:
    """Raises ValueError for a word that is not one of ours, or not whole by itself."""
    return "".join(map(_decoded, words))


def may_be_read_as_encoded(text: str) -> bool:
    """Whether a reader may take some of it for an encoded word."""
    opening = text.find("=?")
    return opening >= 0 and "?=" in text[opening + 2 :]


def _quoted_length(data: bytes) -> int:
    return len(data) + 2 * len(data.translate(None, _UNTOUCHED + b" "))


def _pieces(data: bytes, room: int) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        end = start + room // 4 * 3
        while end < len(data) and data[end] & 0xC0 == 0x80:  # noqa: PLR2004 - the second and later bytes of UTF-8
            end -= 1
        yield data[start:end]
        start, room = end, _LONGEST - _FRAME


def _quoted_pieces(quoted: str, room: int) -> Iterator[str]:
    start = 0
    while start < len(quoted):
        end = start + room
        if end < len(quoted):
            end = _between_characters(quoted, end)
        yield quoted[start:end]
        start, room = end, _LONGEST - _FRAME


def _between_characters(quoted: str, end: int) -> int:
    if "=" in quoted[end - 2 : end]:
        end = quoted.index("=", end - 2)
    while quoted[end : end + 2] in _REST_OF_A_CHARACTER:
        end -= 3
    return end


def _decoded(word: str) -> str:
    match = _WORD.fullmatch(word)
    if match is None or len(word) > _LONGEST:
        raise ValueError("This is not an encoded word")
    encoding, payload = match.groups()
    if encoding == "b":
        return binascii.a2b_base64(payload, strict_mode=True).decode()
    return binascii.a2b_qp(payload, header=True).decode()
