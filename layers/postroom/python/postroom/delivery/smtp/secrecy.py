"""Keeps a password out of everything that is shown, also when a server repeats it."""

import base64
from collections.abc import Iterator

MASK = "********"


class Censor:
    """Replaces the password, and the forms in which AUTH carries it, by ``MASK``."""

    def __init__(self, username: str | None, password: str | None) -> None:
        forms = set(_forms(username or "", password)) if password else set()
        self._forms = sorted(forms, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, MASK)
        return text


def _forms(username: str, password: str) -> Iterator[str]:
    yield password
    for plain in (password, f"\0{username}\0{password}", f"{username}\0{password}", f"{username}:{password}"):
        encoded = base64.b64encode(plain.encode(errors="surrogatepass")).decode()
        yield encoded
        yield encoded.rstrip("=")
