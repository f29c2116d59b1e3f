from dataclasses import dataclass

from postroom.tokens.model import Current, Issued, Token, hash_of, new_text
from postroom.tokens.ports import Seal, Tokens


@dataclass(frozen=True, slots=True)
class IssueToken:
    tokens: Tokens
    seal: Seal

    def __call__(self, token: Token, order: str) -> Issued | None:
        """A new token, which takes the place of older ones of this purpose and person.

        With the same ``order`` again it is the same token, whatever its end would be now: what is done twice at once,
        or again after a crash, must not put one token into the mail and let another count. None when it was redeemed,
        or a later order has one.
        """
        text = new_text()
        token_hash = hash_of(token.tenant_id, token.purpose, text) or ""
        mine = Current(token_hash, order, token.expires_at, sealed=self.seal.seal(text))
        self.tokens.add(token_hash, token)
        now = self.tokens.make_current(token, mine)
        if now.hash == mine.hash:
            return Issued(text, now.expires_at, now.replaced)
        if now.order != order or now.sealed is None:
            return None
        return Issued(self.seal.unseal(now.sealed), now.expires_at, now.replaced)
