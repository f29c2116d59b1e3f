"""Asks an account's owner for consent: the first half of the authorization code flow (RFC 6749, 4.1; RFC 7636)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from postroom.accounts.deeds import consent_asked
from postroom.accounts.manage import FindAccounts
from postroom.audit.acting import entries_of, who_acts
from postroom.clock import Clock
from postroom.oauth2 import protocol
from postroom.oauth2.access import mailbox_of
from postroom.oauth2.clients import Clients
from postroom.oauth2.model import Consent
from postroom.oauth2.ports import Consents
from postroom.oauth2.states import StateText

CONSENT_LASTS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Asked:
    url: str = field(repr=False)
    ends: datetime


class AskForConsent:
    def __init__(self, find: FindAccounts, clients: Clients, consents: Consents, clock: Clock) -> None:
        self._find = find
        self._clients = clients
        self._consents = consents
        self._clock = clock

    def __call__(self, tenant_id: str, account_id: str) -> Asked:
        """Where the owner is to be sent, within ten minutes. Raises NotFound, Conflict and Unavailable."""
        account = self._find.one(tenant_id, account_id)
        client = self._clients.to_authorize(account)
        state, verifier = StateText.fresh(tenant_id), protocol.new_verifier()
        ends = self._clock() + CONSENT_LASTS
        mailbox = mailbox_of(account)
        consent = Consent(tenant_id, account_id, client.provider.name, mailbox, verifier, ends, who_acts())
        self._consents.add(state.hash, consent, entries_of(tenant_id, consent_asked(account, mailbox)))
        return Asked(protocol.consent_url(client, str(state), verifier, mailbox), ends)
