from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from postroom.clock import Clock
from postroom.errors import FieldError, Invalid
from postroom.ids import Seed
from postroom.tokens.model import Purpose, Redemption, Token, hash_of
from postroom.tokens.ports import Tokens
from postroom.users.manage import FindUsers
from postroom.users.model import comparable

_NOT_VALID = "is not valid: it is unknown, expired or used, its user is gone or moved, or a newer one took its place"


@dataclass(frozen=True, slots=True)
class RedeemToken:
    """``heed``: what follows from a redemption, by purpose. It may be told of one twice."""

    tokens: Tokens
    users: FindUsers
    clock: Clock
    heed: Mapping[Purpose, Callable[[Redemption], None]] = field(default_factory=dict)

    def __call__(self, tenant_id: str, purpose: Purpose, text: str, seed: Seed) -> Redemption:
        """Once. Raises Invalid, in the same words whatever is wrong. The same seed knows its own redemption again."""
        found = self._redeemed(tenant_id, purpose, text, seed.id("red"))
        if found is None:
            raise Invalid((FieldError("token", _NOT_VALID),))
        if purpose in self.heed:
            self.heed[purpose](found)
        return found

    def _redeemed(self, tenant_id: str, purpose: Purpose, text: str, nonce: str) -> Redemption | None:
        token_hash, now = hash_of(tenant_id, purpose, text), self.clock()
        token = self.tokens.find(tenant_id, token_hash) if token_hash else None
        # A token's end never changes, so that it may be looked at before the write.
        if token_hash is None or token is None or token.expires_at <= now or not self._is_there(token):
            return None
        redeemed_at = self.tokens.redeem(token, token_hash, nonce, now)
        return None if redeemed_at is None else Redemption(token, redeemed_at)

    def _is_there(self, token: Token) -> bool:
        """Whether its user still is, with the address to which it went if that was the user's own."""
        person = token.person
        if person.user_id is None:
            return True
        user = self.users.by_id(token.tenant_id, person.user_id)
        return user is not None and (person.is_elsewhere or comparable(user.email) == comparable(person.email))
