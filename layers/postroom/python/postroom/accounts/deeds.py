"""What is done to accounts, as the audit log tells it. Of a password that it was changed, and nothing else."""

from dataclasses import replace
from typing import Any

from postroom.accounts.model import Account, AccountConfig, AccountStatus, CredentialKind
from postroom.audit.model import Action, Deed

_NEW_PASSWORD = {"password_changed": True}


def account_created(account: Account) -> Deed:
    after = _view(account.config, account.revision) | _password(account.secret_version)
    return Deed.change(Action.ACCOUNT_CREATED, _target(account), {}, after)


def account_changed(action: Action, seen: Account, config: AccountConfig, new_secret: str | None) -> Deed:
    """``new_secret``: the version of a password that came along."""
    after = _view(config, seen.revision + 1) | _password(new_secret)
    return Deed.change(action, _target(seen), _view(seen.config, seen.revision), after)


def account_deleted(seen: Account) -> Deed:
    return Deed.change(Action.ACCOUNT_DELETED, _target(seen), _view(seen.config, seen.revision), {})


def account_activated(tested: Account) -> Deed:
    """By a test of its connection, which leaves its revision."""
    active = replace(tested.config, status=AccountStatus.ACTIVE)
    before, after = (_view(config, tested.revision) for config in (tested.config, active))
    return Deed.change(Action.ACCOUNT_ACTIVATED, _target(tested), before, after)


def account_connected(seen: Account, mailbox: str) -> Deed:
    """By its owner's consent."""
    mended = seen.config.status is AccountStatus.ERROR
    status = AccountStatus.ACTIVE if mended else seen.config.status
    after = _view(replace(seen.config, credential=CredentialKind.OAUTH2, status=status), seen.revision + 1)
    before = _view(seen.config, seen.revision)
    return Deed.change(Action.ACCOUNT_CONNECTED, _target(seen), before, after | {"consent_of": mailbox})


def account_reset(seen: Account) -> Deed:
    """What was used is as it was read: senders go on counting meanwhile."""
    counter = seen.counter
    before = {"used_today": counter.day_used, "used_in_24_hours": counter.rolling_used, "resets": counter.generation}
    after = {"used_today": 0, "used_in_24_hours": 0, "resets": counter.generation + 1}
    return Deed.change(Action.ACCOUNT_RESET, _target(seen), before, after)


def account_tested(account: Account) -> Deed:
    return Deed(Action.ACCOUNT_TESTED, _target(account))


def accounts_tested() -> Deed:
    return Deed(Action.ACCOUNTS_TESTED, "accounts")


def account_test_mail(account: Account, recipient: str) -> Deed:
    return Deed(Action.ACCOUNT_TEST_MAIL, _target(account), after={"recipient_email": recipient})


def consent_asked(account: Account, mailbox: str) -> Deed:
    return Deed(Action.CONSENT_ASKED, _target(account), after={"mailbox": mailbox})


def _target(account: Account) -> str:
    return f"account/{account.id}"


def _password(version: str | None) -> dict[str, bool]:
    return {} if version is None else _NEW_PASSWORD


def _view(config: AccountConfig, revision: int) -> dict[str, Any]:
    return {
        "email": config.email,
        "sender_name": config.sender_name,
        "reply_to": config.reply_to,
        "connection_type": config.connection_type.value,
        "status": config.status.value,
        "daily_limit": config.daily_limit,
        "min_wait_time": config.min_wait_time,
        "quota_window": config.quota_window.value,
        "timezone": config.timezone,
        "smtp_host": config.smtp_host,
        "smtp_port": config.smtp_port,
        "smtp_use_tls": config.smtp_use_tls,
        "smtp_use_ssl": config.smtp_use_ssl,
        "smtp_username": config.smtp_username,
        "max_connections": config.max_connections,
        "smtp_pipelining": config.smtp_pipelining.value,
        "quota_unit": config.quota_unit.value,
        "high_priority_share": config.high_priority_share,
        "credential": config.credential.value,
        "revision": revision,
    }
