"""Tokens in the directory table. TTL removes rows late, so that every use compares the time."""

from datetime import datetime

from pynamodb.attributes import BooleanAttribute, ListAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.models import Model

from postroom.change import Absent, Change, Equals, Remove, Set
from postroom.clock import from_milliseconds, to_milliseconds
from postroom.conditional import Refused
from postroom.dynamo import apply, get, insert, plain, refused, translated
from postroom.errors import Unavailable
from postroom.tenancy.keys import current_token_key, token_key
from postroom.tokens.model import Current, Person, Purpose, Token


class LinkTokenRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    purpose = UnicodeAttribute()
    email = UnicodeAttribute()
    user_id = UnicodeAttribute(null=True)
    is_elsewhere = BooleanAttribute(null=True)
    inviter = UnicodeAttribute(null=True)
    user_type = UnicodeAttribute(null=True)
    expires_ms = NumberAttribute()
    ttl = NumberAttribute()


class CurrentTokenRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    token_hash = UnicodeAttribute()
    order = UnicodeAttribute()
    sealed = UnicodeAttribute(null=True)
    replaced: ListAttribute[str] = ListAttribute(null=True)
    redeemed_ms = NumberAttribute(null=True)
    nonce = UnicodeAttribute(null=True)
    expires_ms = NumberAttribute()
    ttl = NumberAttribute()


_TRIES = 10
"""Each that fails, fails because somebody else's was put there."""

ROWS = (LinkTokenRow, CurrentTokenRow)


class DynamoTokens:
    def add(self, token_hash: str, token: Token) -> None:
        row = LinkTokenRow(
            *token_key(token.tenant_id, token_hash),
            purpose=token.purpose.value,
            email=token.person.email,
            user_id=token.person.user_id,
            is_elsewhere=token.person.is_elsewhere or None,
            inviter=token.inviter,
            user_type=token.user_type,
            expires_ms=to_milliseconds(token.expires_at),
            ttl=int(token.expires_at.timestamp()),
        )
        with translated():
            row.save()

    def find(self, tenant_id: str, token_hash: str) -> Token | None:
        row = get(LinkTokenRow, token_key(tenant_id, token_hash))
        return _token(tenant_id, row) if row else None

    def make_current(self, token: Token, current: Current) -> Current:
        key = _current_key(token)
        for _ in range(_TRIES):
            there = get(CurrentTokenRow, key)
            if there is not None and there.order >= current.order:
                return _current(there)
            new = current if there is None else current.after(_current(there))
            if _replace(there, _current_row(key, new)):
                return new
        raise Unavailable

    def redeem(self, token: Token, token_hash: str, nonce: str, now: datetime) -> datetime | None:
        change = Change(
            (Set(("redeemed_ms",), to_milliseconds(now)), Set(("nonce",), nonce), Remove(("sealed",))),
            (Equals(("token_hash",), token_hash), Absent(("redeemed_ms",))),
        )
        outcome = apply(CurrentTokenRow, _current_key(token), change)
        row = outcome.row
        if row is None or (isinstance(outcome, Refused) and (row.token_hash, row.nonce) != (token_hash, nonce)):
            return None
        return from_milliseconds(row.redeemed_ms or 0)


def _replace(there: CurrentTokenRow | None, new: CurrentTokenRow) -> bool:
    """False when somebody else was faster."""
    if there is None:
        return insert(new)
    try:
        new.save(CurrentTokenRow.order == there.order)
    except PutError as error:
        if refused(error):
            return False
        raise Unavailable from error
    return True


def _current_key(token: Token) -> tuple[str, str]:
    return current_token_key(token.tenant_id, token.purpose.value, token.person.hash)


def _token(tenant_id: str, row: LinkTokenRow) -> Token:
    return Token(
        tenant_id=tenant_id,
        purpose=Purpose(row.purpose),
        person=Person(row.email, row.user_id, bool(row.is_elsewhere)),
        expires_at=from_milliseconds(row.expires_ms),
        inviter=row.inviter,
        user_type=row.user_type,
    )


def _current_row(key: tuple[str, str], current: Current) -> CurrentTokenRow:
    return CurrentTokenRow(
        *key,
        token_hash=current.hash,
        order=current.order,
        sealed=current.sealed,
        replaced=list(current.replaced) or None,
        expires_ms=to_milliseconds(current.expires_at),
        ttl=int(current.expires_at.timestamp()),
    )


def _current(row: CurrentTokenRow) -> Current:
    return Current(
        hash=row.token_hash,
        order=row.order,
        expires_at=from_milliseconds(row.expires_ms),
        sealed=row.sealed,
        replaced=tuple(plain(row).get("replaced") or ()),
    )
