"""What OAuth2 keeps, in memory, and everything around one account that goes by it."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from postroom.accounts.manage import FindAccounts
from postroom.accounts.model import Account, AccountStatus, ConnectionType, CredentialKind
from postroom.audit.model import Entries
from postroom.errors import NotFound
from postroom.oauth2.access import AccessTokens
from postroom.oauth2.authorize import Asked, AskForConsent
from postroom.oauth2.clients import Clients
from postroom.oauth2.connect import ConnectAccount, Connected, Returned
from postroom.oauth2.endpoint import HttpTokenEndpoint
from postroom.oauth2.model import Consent, Grant, ProviderName, TokenKey, TokenState
from postroom.oauth2.ports import TokenEndpoint, Tokens
from postroom.oauth2.providers import local_providers
from postroom.oauth2.renew import RenewToken
from postroom.oauth2.sealing import Fernets
from tests.builders import an_account
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.audit import MemoryAuditLog
from tests.fakes.time import FakeClock
from tests.faults.authorization_server import CLIENT_ID, CLIENT_SECRET, AuthorizationServer

TENANT = "ten_01hq3k5v8r0000000000000000"
ANN = "ann@example.com"


class MemoryConsents:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Consent] = {}
        self.log = MemoryAuditLog()
        self._lock = threading.Lock()

    def add(self, state_hash: str, consent: Consent, entries: Entries = ()) -> None:
        self.kept[consent.tenant_id, state_hash] = consent
        self.log.write(entries)

    def redeem(self, tenant_id: str, state_hash: str) -> Consent | None:
        with self._lock:
            return self.kept.pop((tenant_id, state_hash), None)


class MemoryGrants:
    def __init__(self) -> None:
        self.run = "grant"
        self._versions: dict[TokenKey, Grant] = {}
        self.current: dict[tuple[str, str], str] = {}

    def store(self, tenant_id: str, account_id: str, grant: Grant) -> str:
        version = f"{self.run}-{len(self._versions) + 1}"
        self._versions[TokenKey(tenant_id, account_id, version)] = grant
        self.current.setdefault((tenant_id, account_id), version)
        return version

    def make_current(self, tenant_id: str, account_id: str, version: str) -> None:
        self.current[tenant_id, account_id] = version

    def read(self, key: TokenKey) -> Grant:
        try:
            return self._versions[key]
        except KeyError:
            raise NotFound from None

    def forget(self, tenant_id: str, account_id: str) -> None:
        self._versions = {key: grant for key, grant in self._versions.items() if key.account_id != account_id}
        self.current.pop((tenant_id, account_id), None)

    @property
    def all(self) -> list[Grant]:
        return list(self._versions.values())


class MemoryTokens:
    """Each write is made whole or not at all, whichever thread asks."""

    def __init__(self) -> None:
        self.rows: dict[TokenKey, TokenState] = {}
        self._lock = threading.Lock()

    def get(self, key: TokenKey) -> TokenState | None:
        with self._lock:
            return self.rows.get(key)

    def write(self, key: TokenKey, state: TokenState) -> bool:
        with self._lock:
            before = self.rows.get(key)
            if (before.number if before else 0) == state.number - 1:
                self.rows[key] = state
            return self.rows.get(key) == state


def an_oauth2_account(**changes: object) -> Account:
    """Not yet authorized."""
    return an_account(
        **{
            "tenant_id": TENANT,
            "email": ANN,
            "smtp_username": None,
            "connection_type": ConnectionType.GMAIL,
            "smtp_host": "127.0.0.1",
            "credential": CredentialKind.OAUTH2,
            "status": AccountStatus.PENDING,
        }
        | changes
    )


class OAuth2World:
    """One account, its provider, and any number of processes that send for it."""

    def __init__(self, server: AuthorizationServer, clock: Callable[[], datetime] | None = None) -> None:
        self.server = server
        self.clock = FakeClock()
        self.time = clock or self.clock
        self.accounts = MemoryAccounts()
        self.consents, self.grants, self.seal = MemoryConsents(), MemoryGrants(), Fernets()
        self.tokens: Tokens = MemoryTokens()
        self.endpoint: TokenEndpoint = HttpTokenEndpoint(lambda _: CLIENT_SECRET, lambda: None)
        ids = dict.fromkeys(ProviderName, CLIENT_ID)
        self.clients = Clients(local_providers(server.url), ids, "https://mail.example.org/")
        self.woken: list[str] = []
        self.slept: list[float] = []

    def add(self, **changes: object) -> Account:
        return self.accounts.add(an_oauth2_account(**changes))

    def account(self, account_id: str = "acc_1") -> Account:
        found = self.accounts.get(TENANT, account_id)
        assert found is not None
        return found

    def ask(self, tenant_id: str = TENANT, account_id: str = "acc_1") -> Asked:
        use_case = AskForConsent(FindAccounts(self.accounts), self.clients, self.consents, self.time)
        return use_case(tenant_id, account_id)

    def connect(self, returned: dict[str, str]) -> Connected:
        def accounts_changed(tenant_id: str, account_id: str | None = None, *, paced: bool = True) -> None:
            self.woken.append(tenant_id)

        use_case = ConnectAccount(
            accounts=self.accounts,
            consents=self.consents,
            grants=self.grants,
            tokens=self.tokens,
            endpoint=self.endpoint,
            seal=self.seal,
            clients=self.clients,
            accounts_changed=accounts_changed,
            clock=self.time,
        )
        return use_case(Returned(returned.get("state", ""), returned.get("code")))

    def authorized(self, **changes: object) -> Account:
        """An active account whose owner has consented."""
        account = self.add(**{"status": AccountStatus.ERROR} | changes)
        self.connect(self.server.consent(self.ask(account_id=account.id).url))
        return self.account(account.id)

    def another_process(self, *, tokens: Tokens | None = None, endpoint: TokenEndpoint | None = None) -> AccessTokens:
        kept = tokens or self.tokens
        renew = RenewToken(kept, endpoint or self.endpoint, self.seal, self.accounts, self.time)
        return AccessTokens(
            tokens=kept,
            grants=self.grants,
            seal=self.seal,
            clients=self.clients,
            renew=renew,
            clock=self.time,
            sleep=self._sleep,
        )

    def state(self, account_id: str = "acc_1") -> TokenState | None:
        account = self.account(account_id)
        return self.tokens.get(TokenKey(TENANT, account.id, account.secret_version or ""))

    def pass_time(self, **by: float) -> None:
        self.clock.advance(timedelta(**by))

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        time.sleep(seconds)


def with_host(account: Account, host: str) -> Account:
    return replace(account, config=replace(account.config, smtp_host=host))
