"""What the use cases of tokens need from the outside."""

from datetime import datetime
from typing import Protocol

from postroom.tokens.model import Current, Token


class Tokens(Protocol):
    """Every write may be repeated by a client that lost the answer to it."""

    def add(self, token_hash: str, token: Token) -> None:
        """It can be found from now on, and does not count before it is the current one."""

    def find(self, tenant_id: str, token_hash: str) -> Token | None: ...

    def make_current(self, token: Token, current: Current) -> Current:
        """What counts now: ``current``, with what it replaced, unless there is one of the same order or a later one."""

    def redeem(self, token: Token, token_hash: str, nonce: str, now: datetime) -> datetime | None:
        """When it was redeemed by who has this nonce. None: it does not count, or somebody else was first."""


class Seal(Protocol):
    def seal(self, text: str) -> str: ...

    def unseal(self, sealed: str) -> str: ...
