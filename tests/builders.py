"""Things as tests need them, with sensible values for all that a test does not care about."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from postroom.accounts.model import (
    Account,
    AccountConfig,
    AccountStatus,
    ConnectionType,
    CredentialKind,
    Pipelining,
    QuotaUnit,
    QuotaWindow,
)
from postroom.accounts.windows import new_counter
from postroom.ids import Seed, new_id
from postroom.messages.draft import Draft
from postroom.messages.model import Content, Mailbox, Message, OnUncertain, Priority, RecipientStatus, Status
from postroom.notices.model import Notice, NoticeStatus, Way
from postroom.pools.model import Pool
from postroom.preferences.model import Choice, Preference
from postroom.templates.own.model import Template, Variant
from postroom.tokens.model import Person, Purpose, Token
from postroom.users.model import User, UserRole
from tests.fakes.time import NOON

_CONFIG: Mapping[str, Any] = {
    "email": "sales@example.com",
    "sender_name": "Sales",
    "reply_to": None,
    "connection_type": ConnectionType.SMTP,
    "status": AccountStatus.ACTIVE,
    "daily_limit": 30,
    "min_wait_time": 1.0,
    "quota_window": QuotaWindow.CALENDAR_DAY,
    "timezone": "UTC",
    "smtp_host": "smtp.example.com",
    "smtp_port": 587,
    "smtp_use_tls": True,
    "smtp_use_ssl": False,
    "smtp_username": "sales",
    "max_connections": 10,
    "smtp_pipelining": Pipelining.AUTO,
    "quota_unit": QuotaUnit.MESSAGES,
    "high_priority_share": 0,
    "credential": CredentialKind.PASSWORD,
}

SAID_BY_GMAIL = (
    "S: 220 smtp.gmail.com ESMTP d9443c01a7336-22c505e7e52sm41264845ad.157 - gsmtp",
    "C: EHLO [169.254.76.1]",
    "S: 250 smtp.gmail.com at your service, [54.93.120.11]",
    "S: 250 SIZE 35882577",
    "S: 250 8BITMIME",
    "S: 250 STARTTLS",
    "S: 250 ENHANCEDSTATUSCODES",
    "S: 250 PIPELINING",
    "S: 250 CHUNKING",
    "S: 250 SMTPUTF8",
    "C: STARTTLS",
    "S: 220 2.0.0 Ready to start TLS",
    "C: EHLO [169.254.76.1]",
    "S: 250 smtp.gmail.com at your service, [54.93.120.11]",
    "S: 250 SIZE 35882577",
    "S: 250 8BITMIME",
    "S: 250 AUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH",
    "S: 250 ENHANCEDSTATUSCODES",
    "S: 250 PIPELINING",
    "S: 250 CHUNKING",
    "S: 250 SMTPUTF8",
    "C: AUTH PLAIN ********",
    "S: 235 2.7.0 Accepted",
    "C: MAIL FROM:<newsletter@marketing.example.com>",
    "S: 250 2.1.0 OK d9443c01a7336-22c505e7e52sm41264845ad.157 - gsmtp",
    "C: RCPT TO:<johannes.mustermann@mail.example.org>",
    "S: 250 2.1.5 OK d9443c01a7336-22c505e7e52sm41264845ad.157 - gsmtp",
    "C: DATA",
    "S: 354 Go ahead d9443c01a7336-22c505e7e52sm41264845ad.157 - gsmtp",
    "C: (3127 bytes)",
    "C: .",
    "S: 250 2.0.0 OK  1732089600 d9443c01a7336-22c505e7e52sm41264845ad.157 - gsmtp",
)
"""The first mail of a session, from the greeting on."""


def a_config(**changes: Any) -> AccountConfig:  # noqa: ANN401 - any field of it
    return AccountConfig(**{**_CONFIG, **changes})


def an_account(**changes: Any) -> Account:  # noqa: ANN401 - any field of an account or its configuration
    config = a_config(**{name: value for name, value in changes.items() if name in _CONFIG})
    at: datetime = changes.pop("created_at", NOON)
    values: dict[str, Any] = {
        "tenant_id": "ten_a",
        "id": "acc_1",
        "revision": 1,
        "proven": changes.get("revision", 1),
        "created_at": at,
        "updated_at": at,
        "counter": new_counter(at, config.timezone),
    }
    return Account(config=config, **values | {name: value for name, value in changes.items() if name not in _CONFIG})


def a_content(**changes: Any) -> Content:  # noqa: ANN401 - any field of it
    values: dict[str, Any] = {
        "subject": "Hello",
        "text": "Hello, Ann",
        "html": None,
        "to": (Mailbox("ann@example.com", "Ann"),),
    }
    return Content(**values | changes)


def a_draft(**changes: Any) -> Draft:  # noqa: ANN401 - any field of it
    values: dict[str, Any] = {
        "recipients": ("ann@example.com",),
        "content": a_content(),
        "priority": Priority.NORMAL,
        "on_uncertain": OnUncertain.RESEND,
    }
    return Draft(**values | changes)


def a_message(**changes: Any) -> Message:  # noqa: ANN401 - any field of it
    at: datetime = changes.get("created_at", NOON)
    values: dict[str, Any] = {
        "tenant_id": "ten_a",
        "id": new_id("msg", at),
        "status": Status.QUEUED,
        "priority": Priority.NORMAL,
        "subject": "Hello",
        "recipients": {"ann@example.com": RecipientStatus.PENDING},
        "created_at": at,
        "expires_at": at + timedelta(hours=72),
        "on_uncertain": OnUncertain.RESEND,
    }
    return Message(**values | changes)


def a_template(template_id: str = "tpl_1", **changes: Any) -> Template:  # noqa: ANN401 - any field of it or its variant
    name, locale, user_type = (changes.pop(part, "") for part in ("name", "locale", "user_type"))
    values: dict[str, Any] = {
        "tenant_id": "ten_a",
        "id": template_id,
        "variant": Variant(name or "welcome", locale, user_type, template_id),
        "draft": "as it was made",
        "revision": 1,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Template(**values | changes)


def a_pool(*account_ids: str, **changes: Any) -> Pool:  # noqa: ANN401 - any field of it
    values: dict[str, Any] = {
        "tenant_id": "ten_a",
        "id": "pool_1",
        "name": "Sales",
        "account_ids": tuple(sorted(account_ids)),
        "strategy": None,
        "revision": 1,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Pool(**values | changes)


def a_token(**changes: Any) -> Token:  # noqa: ANN401 - any field of it
    values: dict[str, Any] = {
        "tenant_id": "ten_a",
        "purpose": Purpose.PASSWORD_RESET,
        "person": Person("Ann@example.com", "ann"),
        "expires_at": NOON + timedelta(hours=1),
    }
    return Token(**values | changes)


def a_preference(**changes: Any) -> Preference:  # noqa: ANN401 - any field of it
    """Of Ann, to hear of jobs that failed. ``enabled``, ``job_types`` and ``delivery`` make its choice."""
    choice = {name: changes.pop(name) for name in ("enabled", "job_types", "delivery") if name in changes}
    fields: dict[str, Any] = {
        "tenant_id": "ten_a",
        "user_id": "ann",
        "event_type": "job_failed",
        "choice": Choice(**{"enabled": True, **choice}),
        "email_address": None,
        "email_confirmed": False,
        "revision": 1,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Preference(**fields | changes)


def a_notice(**changes: Any) -> Notice:  # noqa: ANN401 - any field of it
    """For Ann, of a job that failed. ``at``: when its event was posted, if its id is not given."""
    created_at = changes.setdefault("created_at", changes.pop("at", NOON))
    fields: dict[str, Any] = {
        "tenant_id": "ten_a",
        "user_id": "ann",
        "event_id": Seed(created_at, "an event").id("evt"),
        "event_type": "job_failed",
        "recipient": "ann@example.com",
        "subject": "Nightly copy of the orders database failed",
        "status": NoticeStatus.PENDING,
        "way": Way.IMMEDIATE,
        "kept_until": created_at + timedelta(days=90),
    }
    return Notice(**fields | changes)


def a_user(**changes: Any) -> User:  # noqa: ANN401 - any field of it
    values: dict[str, Any] = {
        "tenant_id": "ten_a",
        "id": "ann",
        "email": "ann@example.com",
        "name": "Ann",
        "user_type": None,
        "role": UserRole.VIEWER,
        "locale": None,
        "timezone": "UTC",
        "attributes": {},
        "revision": 1,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return User(**values | changes)
