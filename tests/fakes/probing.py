"""An account's owner who tests it against real servers on this machine, with stores in memory."""

from collections.abc import Callable, Mapping
from typing import Any

from postroom.accounts.logins import LogIns
from postroom.accounts.manage import AccountRules, ChangeAccount, FindAccounts
from postroom.accounts.model import Account
from postroom.accounts.report import ReportHealth
from postroom.accounts.tested import ReportTest
from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.delivery.connections import Connections, Open
from postroom.delivery.credentials import Credentials
from postroom.delivery.deadline import Deadline
from postroom.delivery.keeper import KeptSession, SessionKeeper
from postroom.delivery.model import Phase, Security
from postroom.delivery.smtp.limits import LIMITS
from postroom.delivery.stored_passwords import StoredPasswords
from postroom.probe.model import Report
from postroom.probe.try_connection import TryConnection
from postroom.probe.way import Way
from tests.builders import an_account
from tests.fakes.accounts import MemoryAccounts, MemoryPasswords
from tests.fakes.sending import FakeServers
from tests.fakes.time import FakeClock
from tests.faults.certificates import Authority, Issued

HOST = "mail.test"
USERNAME = "ann@example.com"
PASSWORD = "correct horse: batterie à clé"
USERS = {USERNAME: PASSWORD}

AUTHORITY = Authority()
CERTIFICATE = AUTHORITY.issue(HOST)

SHORT = {
    **LIMITS,
    Phase.CONNECT: 0.5,
    Phase.GREETING: 0.3,
    Phase.EHLO: 0.3,
    Phase.STARTTLS: 0.5,
    Phase.AUTH: 0.5,
}


def a_way(certificate: Issued = CERTIFICATE, **changes: Any) -> Way:  # noqa: ANN401 - any field of it
    """To this machine, whatever the host is called; trusts the authority of this certificate."""
    values: dict[str, Any] = {
        "allow_private": True,
        "resolve": lambda _host, _port: ["127.0.0.1"],
        "tls": certificate.client_context,
        "new_context": certificate.client_context,
        "limits": SHORT,
    }
    return Way(**values | changes)


def tls_fields(security: Security) -> Mapping[str, bool]:
    return {
        "smtp_use_tls": security is Security.STARTTLS,
        "smtp_use_ssl": security is Security.IMPLICIT,
    }


class CountingAccounts(MemoryAccounts):
    """``changes``: how many writes of a row were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.changes = 0

    def change(
        self, tenant_id: str, account_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Account] | Refused[Account]:
        self.changes += 1
        return super().change(tenant_id, account_id, change, entries)


class Owner:
    """``woken``: the tenants whose waiting messages were looked at again. ``meanwhile`` happens within each test.

    ``credentials`` may be replaced by those of another kind.
    """

    def __init__(self, way: Way | None = None) -> None:
        self.meanwhile: Callable[[], object] = lambda: None
        self.store, self.passwords, self.clock = CountingAccounts(), MemoryPasswords(), FakeClock()
        self.credentials: Credentials = StoredPasswords(self.passwords)
        self.woken: list[str] = []
        self.find = FindAccounts(self.store)
        self.health = ReportHealth(self.store, self.clock)
        self.change = ChangeAccount(self.store, self.passwords, AccountRules(local=True), self._wake, self.clock)
        self._way = way or a_way(resolve=self._resolve)

    def has(
        self,
        port: int,
        security: Security = Security.STARTTLS,
        *,
        account_id: str = "acc_1",
        password: str | None = PASSWORD,
        **changes: Any,  # noqa: ANN401 - any field of an account
    ) -> Account:
        """An account on a server of this machine."""
        version = self.passwords.store("ten_a", account_id, password) if password is not None else None
        where: dict[str, Any] = {"smtp_host": HOST, "smtp_port": port, "smtp_username": USERNAME}
        values = where | dict(tls_fields(security)) | {"id": account_id, "secret_version": version} | changes
        return self.store.add(an_account(**values))

    @property
    def account(self) -> Account:
        return self.find.one("ten_a", "acc_1")

    def tries(self, *, sleep: Callable[[float], None] = lambda _: None) -> TryConnection:
        log_ins = LogIns(self.store, self.clock, sleep, for_tests=True)

        def connections(open_session: Open) -> Connections:
            return Connections(open_session, self.credentials, SessionKeeper(), log_ins)

        report = ReportTest(self.store, self.health, self._wake, self.clock)
        return TryConnection(connections, self._way, report, self.clock)

    def sends(self, account: Account) -> KeptSession:
        """A sender's session, logged in and open, with a server that is not asked for more."""
        log_ins = LogIns(self.store, self.clock)
        connections = Connections(FakeServers().open, StoredPasswords(self.passwords), SessionKeeper(), log_ins)
        return connections.open(account, Deadline.after(5))

    def test(self, account: Account | None = None, seconds: float = 20) -> Report:
        return self.tries()(account or self.account, Deadline.after(seconds))

    def _resolve(self, _host: str, _port: int) -> list[str]:
        self.meanwhile()
        return ["127.0.0.1"]

    def _wake(self, tenant_id: str, account_id: str | None = None, *, paced: bool = True) -> None:
        self.woken.append(tenant_id)
