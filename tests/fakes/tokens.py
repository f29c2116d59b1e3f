from dataclasses import replace
from datetime import datetime
from threading import Lock

from postroom.clock import from_milliseconds, to_milliseconds
from postroom.tokens.model import Current, Token

Place = tuple[str, str, str]


class MemoryTokens:
    def __init__(self) -> None:
        self.tokens: dict[tuple[str, str], Token] = {}
        self.current: dict[Place, Current] = {}
        self._redeemed: dict[str, tuple[str, datetime]] = {}
        self._lock = Lock()

    def add(self, token_hash: str, token: Token) -> None:
        self.tokens[token.tenant_id, token_hash] = token

    def find(self, tenant_id: str, token_hash: str) -> Token | None:
        return self.tokens.get((tenant_id, token_hash))

    def make_current(self, token: Token, current: Current) -> Current:
        with self._lock:
            there = self.current.get(_place(token))
            if there is None or there.order < current.order:
                new = current if there is None else current.after(there)
                ends = from_milliseconds(to_milliseconds(current.expires_at))
                self.current[_place(token)] = replace(new, expires_at=ends)
                return new
            return there

    def redeem(self, token: Token, token_hash: str, nonce: str, now: datetime) -> datetime | None:
        with self._lock:
            there = self.current.get(_place(token))
            if there is None or there.hash != token_hash:
                return None
            self.current[_place(token)] = replace(there, sealed=None)
            first, redeemed_at = self._redeemed.setdefault(token_hash, (nonce, now))
            return redeemed_at if first == nonce else None


def _place(token: Token) -> Place:
    return token.tenant_id, token.purpose, token.person.hash
