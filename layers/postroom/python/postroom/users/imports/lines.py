"""The lines of a file that comes in blocks. Never more than a block and a line are in memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from postroom.users.imports.model import LONGEST_LINE

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class TextLine:
    """Without its end. ``fault``: why it cannot be read; ``text`` is then empty."""

    number: int
    text: str
    fault: str | None = None


def lines_of(blocks: Iterable[bytes]) -> Iterator[TextLine]:
    for number, raw in enumerate(_split(blocks), start=1):
        yield _decoded(number, raw.removeprefix(_BYTE_ORDER_MARK) if number == 1 else raw)


def _split(blocks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        yield from whole
        # Of a line without an end only so much is kept that it is seen to be too long.
        rest = rest[: LONGEST_LINE + 2]
    if rest:
        yield rest


def _decoded(number: int, raw: bytes) -> TextLine:
    content = raw.removesuffix(b"\r")
    if len(content) > LONGEST_LINE:
        return TextLine(number, "", f"is longer than {LONGEST_LINE} bytes")
    try:
        return TextLine(number, content.decode())
    except UnicodeDecodeError as error:
        return TextLine(number, "", f"is not UTF-8 (byte {error.start + 1})")
