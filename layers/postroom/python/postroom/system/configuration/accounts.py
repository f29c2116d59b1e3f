"""What may be wrong with a tenant's accounts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from postroom.accounts.limits import PLAIN, whole_limits
from postroom.accounts.model import Account, AccountStatus, CredentialKind
from postroom.accounts.rules import contradictions
from postroom.hosts import is_local_host
from postroom.system.configuration.model import Area, Check, Finding, error, warning

_MICROSOFT = ("outlook.com", "office365.com")
_YAHOO = ("yahoo.com", "yahoo.co.jp")

_MAILBOX_PROVIDERS: Mapping[str, tuple[str, ...]] = {
    r"gmail\.com|googlemail\.com": ("gmail.com", "google.com"),
    # Their names in other countries alone: live.acme.com and yahoo.example are somebody else's.
    r"outlook\.(com|com\.(ar|au|br|gr|pe|tr|vn)|co\.(id|il|th)|at|be|bg|cl|cz|de|dk|es|fr|hu|ie|in|it|jp|kr|lv|my|ph|pt"
    r"|sa|sg|sk)": _MICROSOFT,
    r"hotmail\.(com|com\.(ar|au|br|hk|tr|vn)|co\.(id|il|in|jp|kr|nz|th|uk|za)|be|ca|ch|cl|cz|de|dk|es|fi|fr|gr|hu|it|lt|lv"
    r"|my|nl|no|ph|rs|se|sg|sk)": _MICROSOFT,
    r"live\.(com|com\.(ar|au|mx|my|ph|pk|pt|sg)|co\.(in|kr|uk|za)|at|be|ca|cl|cn|de|dk|fi|fr|hk|ie|in|it|jp|nl|no|ru|se)"
    r"|msn\.com|passport\.com": _MICROSOFT,
    r"yahoo\.(com|com\.(ar|au|br|co|hk|mx|my|pe|ph|sg|tr|tw|ve|vn)|co\.(id|il|in|jp|kr|nz|th|uk|za)|at|be|bg|ca|cl|cz|de|dk"
    r"|ee|es|fi|fr|gr|hr|hu|ie|in|it|lt|lv|nl|no|pl|pt|ro|rs|se|si|sk)|ymail\.com|rocketmail\.com": _YAHOO,
    r"aol\.com": ("aol.com",),
    r"(icloud|me|mac)\.com": ("me.com",),
    r"gmx\.(net|de|com|at|ch)": ("gmx.net", "gmx.com"),
    r"web\.de": ("web.de",),
}
"""Domains whose mailboxes are their providers' alone, and the servers that send for them."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """``secrets``: of those whose secret was looked for, whether it is there, by id."""

    all: tuple[Account, ...]
    secrets: Mapping[str, bool]
    local: bool
    now: datetime

    @property
    def active(self) -> list[Account]:
        return [account for account in self.all if account.config.status is AccountStatus.ACTIVE]


def none_active(accounts: Accounts) -> Iterator[Finding]:
    if not accounts.all:
        yield error("accounts", "There is none: nothing can be sent", "Add one: POST /v1/accounts")
    elif not accounts.active:
        found = f"None of {len(accounts.all)} is active: nothing can be sent"
        yield error("accounts", found, "Test, resume or authorize one")


def stopped(accounts: Accounts) -> Iterator[Finding]:
    for account in accounts.all:
        if account.config.status is AccountStatus.ERROR:
            words = account.last_error.words if account.last_error else "its server refused the log-in"
            yield error(account.config.email, f"was stopped: {words}", _new_credential(account))


def pending(accounts: Accounts) -> Iterator[Finding]:
    for account in accounts.all:
        if account.config.status is not AccountStatus.PENDING:
            continue
        if account.config.credential is CredentialKind.OAUTH2 and account.authorization is None:
            yield warning(account.config.email, "waits for its owner to agree that it sends", _AUTHORIZE)
        else:
            failed = f"has not passed a test: {account.last_error.words}" if account.last_error else "was never tested"
            yield warning(account.config.email, f"is pending and {failed}", _TEST)


def never_tried(accounts: Accounts) -> Iterator[Finding]:
    for account in accounts.active:
        if account.proven == 0 and account.last_success is None:
            yield warning(account.config.email, "is active, but was never tested, and has sent nothing yet", _TEST)


def no_limit(accounts: Accounts) -> Iterator[Finding]:
    for account in accounts.active:
        if not whole_limits(account, accounts.now).daily:
            yield error(
                account.config.email, "has a daily_limit of 0: it sends nothing", "Set a daily_limit, or pause it"
            )


def kept_for_high(accounts: Accounts) -> Iterator[Finding]:
    for account in accounts.active:
        limits = whole_limits(account, accounts.now)
        if limits.daily and not limits.open_to(PLAIN):
            share = account.config.high_priority_share
            found = f"keeps its whole limit for mail of high priority (high_priority_share {share})"
            yield warning(account.config.email, found, "Lower high_priority_share if it is to send other mail as well")


def against_provider(accounts: Accounts) -> Iterator[Finding]:
    for account in accounts.all:
        for fault in contradictions(account.config, local=accounts.local):
            remedy = f"Change {fault.field} of the account: PUT /v1/accounts/{account.id}"
            yield warning(account.config.email, f"{fault.field}: {fault.message}", remedy)


def foreign_sender(accounts: Accounts) -> Iterator[Finding]:
    for account in accounts.all:
        domain = account.config.email.rpartition("@")[2].lower()
        if not is_local_host(account.config.smtp_host) and not _may_send_for(account.config.smtp_host, domain):
            found = f"{account.config.smtp_host} does not send for {domain}: such mail fails SPF and DMARC"
            yield warning(
                account.config.email, found, f"Use the server of {domain}, or an address of a domain of yours"
            )


def secret_missing(accounts: Accounts) -> Iterator[Finding]:
    for account in accounts.all:
        if accounts.secrets.get(account.id) is False:
            found = "its password or consent is not in Secrets Manager any more"
            yield error(account.config.email, found, _new_credential(account))


CHECKS: tuple[Check[Accounts], ...] = (
    Check("accounts_active", Area.ACCOUNTS, "At least one is active", none_active),
    Check("accounts_stopped", Area.ACCOUNTS, "None was stopped", stopped),
    Check("accounts_pending", Area.ACCOUNTS, "None waits for a test or a consent", pending),
    Check("accounts_tried", Area.ACCOUNTS, "All that are active were tested, or have sent", never_tried),
    Check("accounts_limit", Area.ACCOUNTS, "All that are active may send", no_limit),
    Check("accounts_reserve", Area.ACCOUNTS, "All that are active have room for normal priority", kept_for_high),
    Check("accounts_provider", Area.ACCOUNTS, "None contradicts its provider", against_provider),
    Check("accounts_sender", Area.ACCOUNTS, "None sends for a domain that is another provider's", foreign_sender),
    Check("accounts_secret", Area.ACCOUNTS, "Their passwords and consents are there", secret_missing),
)

_TEST = "Test it: POST /v1/accounts/test-connections"
_AUTHORIZE = "Ask its owner: POST /v1/accounts/{id}/oauth2/authorize"


def _new_credential(account: Account) -> str:
    if account.config.credential is CredentialKind.OAUTH2:
        return f"Its owner has to agree again: POST /v1/accounts/{account.id}/oauth2/authorize"
    return f"Give it a new smtp_password: PUT /v1/accounts/{account.id}"


def _may_send_for(host: str, domain: str) -> bool:
    for domains, servers in _MAILBOX_PROVIDERS.items():
        if re.fullmatch(domains, domain):
            return any(f".{host.lower().rstrip('.')}".endswith(f".{server}") for server in servers)
    return True
