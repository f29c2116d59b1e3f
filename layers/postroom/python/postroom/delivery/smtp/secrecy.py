"""Keeps what an account logs in with, and tokens in mails, out of what is shown, also when a server repeats them."""

import base64
from collections.abc import Iterable, Iterator

from postroom.delivery.model import AccessToken, Credential, Password

MASK = "********"

_PIECE = 12
"""Letters of a token in a row that are too many to be shown. A server may repeat a part of it, or break its lines."""


class Censor:
    """Replaces a password or any longer piece of an access token, also in the forms that AUTH carries, by ``MASK``.

    ``hidden``: further texts of which no longer piece is shown.
    """

    def __init__(self, credential: Credential | None = None, hidden: Iterable[str] = ()) -> None:
        self._words: tuple[str, ...] = ()
        self._pieces = frozenset(piece for text in hidden for piece in _pieces(text))
        match credential:
            case Password(username, text):
                self._words = tuple(sorted(set(_forms(username, text)), key=len, reverse=True))
            case AccessToken(_, text):
                self._pieces |= frozenset(_pieces(text))

    def __call__(self, text: str) -> str:
        for word in self._words:
            text = text.replace(word, MASK)
        return self._without_pieces(text) if self._pieces else text

    def _without_pieces(self, text: str) -> str:
        shown, at = list[str](), 0
        while at < len(text):
            end = self._end_of_secret(text, at)
            shown.append(MASK if end > at else text[at])
            at = max(end, at + 1)
        return "".join(shown)

    def _end_of_secret(self, text: str, at: int) -> int:
        """Where what begins here stops being a part of the token; ``at`` when nothing of it begins here."""
        end = at
        while text[at : at + _PIECE] in self._pieces:
            end = at + _PIECE
            at += 1
        return end


def _forms(username: str, password: str) -> Iterator[str]:
    yield password
    for plain in (password, f"\0{username}\0{password}", f"{username}\0{password}", f"{username}:{password}"):
        encoded = base64.b64encode(plain.encode(errors="surrogatepass")).decode()
        yield encoded
        yield encoded.rstrip("=")


def _pieces(token: str) -> Iterator[str]:
    for form in (token, _in_a_url(token), *_encoded(token.encode(errors="surrogatepass"))):
        yield from (form[at : at + _PIECE] for at in range(len(form) - _PIECE + 1))


def _in_a_url(token: str) -> str:
    """As who encodes more than RFC 3986 asks for writes it."""
    return token.replace("-", "%2D").replace("_", "%5F")


def _encoded(token: bytes) -> Iterator[str]:
    """In base64, wherever in a longer text it stands: its letters depend on what is before it, by threes."""
    for before in range(3):
        form = base64.b64encode(bytes(before) + token).decode().rstrip("=")
        yield form[(before * 8 + 5) // 6 :]
