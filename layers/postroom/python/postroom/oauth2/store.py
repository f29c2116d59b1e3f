"""Consents that are waited for, in the directory table; shared access tokens, in the accounts table."""

from dataclasses import asdict
from datetime import datetime, timedelta

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PynamoDBException
from pynamodb.models import Model

from postroom.accounts.keys import token_key
from postroom.audit.entry_rows import rows_of
from postroom.audit.model import Actor, Entries
from postroom.clock import from_milliseconds, moment_at, to_milliseconds
from postroom.dynamo import get, refused, save
from postroom.errors import Unavailable
from postroom.oauth2.model import Consent, ProviderName, TokenKey, TokenState
from postroom.tenancy.keys import consent_key

_KEPT_AFTER = timedelta(days=1)
_ROTATED_KEPT = timedelta(days=400)
"""Longer than a refresh token lives that nobody uses (Microsoft: 90 days)."""


class ConsentRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    account_id = UnicodeAttribute()
    provider = UnicodeAttribute()
    mailbox = UnicodeAttribute()
    verifier = UnicodeAttribute()
    ends_ms = NumberAttribute()
    asked_by: JSONAttribute = JSONAttribute(attr_name="asked_by", null=True)
    ttl = NumberAttribute()


class TokenRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    number = NumberAttribute()
    access = UnicodeAttribute(null=True)
    expires_ms = NumberAttribute(null=True)
    refresh_token = UnicodeAttribute(null=True)
    lease = UnicodeAttribute(null=True)
    leased_until_ms = NumberAttribute(null=True)
    refused = UnicodeAttribute(null=True)
    ttl = NumberAttribute()


DIRECTORY_ROWS = (ConsentRow,)
ACCOUNTS_ROWS = (TokenRow,)


class DynamoConsents:
    def add(self, state_hash: str, consent: Consent, entries: Entries = ()) -> None:
        row = ConsentRow(
            *consent_key(consent.tenant_id, state_hash),
            account_id=consent.account_id,
            provider=str(consent.provider),
            mailbox=consent.mailbox,
            verifier=consent.verifier,
            ends_ms=to_milliseconds(consent.ends),
            asked_by=asdict(consent.asked_by) if consent.asked_by else None,
            ttl=int(consent.ends.timestamp()),
        )
        save(row, None, rows_of(entries))

    def redeem(self, tenant_id: str, state_hash: str) -> Consent | None:
        row = get(ConsentRow, consent_key(tenant_id, state_hash))
        if row is None:
            return None
        try:
            row.delete(ConsentRow.pk.exists())
        except PynamoDBException as error:
            if refused(error):
                return None
            raise Unavailable from error
        return _consent(tenant_id, row)


class DynamoTokens:
    def get(self, key: TokenKey) -> TokenState | None:
        row = get(TokenRow, _key(key))
        return _state(row) if row else None

    def write(self, key: TokenKey, state: TokenState) -> bool:
        before = TokenRow.pk.does_not_exist() if state.number == 1 else TokenRow.number == state.number - 1
        try:
            _row(key, state).save(before)
        except PynamoDBException as error:
            if refused(error):
                return self.get(key) == state
            raise Unavailable from error
        return True


def _key(key: TokenKey) -> tuple[str, str]:
    return token_key(key.tenant_id, key.account_id, key.secret_version)


def _consent(tenant_id: str, row: ConsentRow) -> Consent:
    return Consent(
        tenant_id=tenant_id,
        account_id=row.account_id,
        provider=ProviderName(row.provider),
        mailbox=row.mailbox,
        verifier=row.verifier,
        ends=from_milliseconds(row.ends_ms),
        asked_by=Actor(**row.asked_by) if row.asked_by else None,
    )


def _row(key: TokenKey, state: TokenState) -> TokenRow:
    return TokenRow(
        *_key(key),
        number=state.number,
        access=state.access,
        expires_ms=_milliseconds(state.expires_at),
        refresh_token=state.refresh,
        lease=state.lease,
        leased_until_ms=_milliseconds(state.leased_until),
        refused=state.refused,
        ttl=_end(state),
    )


def _state(row: TokenRow) -> TokenState:
    return TokenState(
        number=int(row.number),
        access=row.access,
        expires_at=moment_at(row.expires_ms),
        refresh=row.refresh_token,
        lease=row.lease,
        leased_until=moment_at(row.leased_until_ms),
        refused=row.refused,
    )


def _end(state: TokenState) -> int:
    """Seconds since the epoch. A refresh token that took the secret's place stays as long as it can be of use."""
    kept = _KEPT_AFTER if state.refresh is None else _ROTATED_KEPT
    ends = [moment for moment in (state.expires_at, state.leased_until) if moment is not None]
    return int((max(ends) + kept).timestamp())


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else to_milliseconds(moment)
