"""Who did what, to what, when and from where; what it was before, and what it became.

A ``View`` is what may be shown of a thing: a feature's ``deeds`` module names its fields one by one. No secret is among
them; that a password was changed is ``password_changed: true``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

View = Mapping[str, Any]
"""Plain JSON by the names of fields."""

KEPT = timedelta(days=365)
"""How long an entry is kept where nothing else is set."""


class Action(StrEnum):
    """What can be done. ``acts`` says by which route."""

    TENANT_CREATED = "tenant.created"
    KEY_ISSUED = "key.issued"
    TENANT_LIMITS_CHANGED = "tenant.limits_changed"
    KEY_CHANGED = "key.changed"
    KEY_REVOKED = "key.revoked"
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_CHANGED = "account.changed"
    ACCOUNT_PAUSED = "account.paused"
    ACCOUNT_RESUMED = "account.resumed"
    ACCOUNT_DELETED = "account.deleted"
    ACCOUNT_RESET = "account.reset"
    ACCOUNT_TESTED = "account.tested"
    ACCOUNT_ACTIVATED = "account.activated"
    ACCOUNT_TEST_MAIL = "account.test_mail"
    ACCOUNTS_TESTED = "accounts.tested"
    CONSENT_ASKED = "account.consent_asked"
    ACCOUNT_CONNECTED = "account.connected"
    POOL_CREATED = "pool.created"
    POOL_CHANGED = "pool.changed"
    POOL_DELETED = "pool.deleted"
    SETTINGS_CHANGED = "settings.changed"
    MESSAGE_CANCELLED = "message.cancelled"
    MESSAGE_RESENT = "message.resent"
    EVENT_TYPE_CREATED = "event_type.created"
    EVENT_TYPE_CHANGED = "event_type.changed"
    EVENT_TYPE_DELETED = "event_type.deleted"
    PREFERENCE_CREATED = "preference.created"
    PREFERENCE_CHANGED = "preference.changed"
    PREFERENCE_DELETED = "preference.deleted"
    USER_SETTINGS_CHANGED = "user.settings_changed"
    LINKS_REVOKED = "user.links_revoked"
    PREFERENCE_SETTINGS_CHANGED = "preference_settings.changed"
    JOB_STARTED = "job.started"
    JOB_CANCELLED = "job.cancelled"
    REDRIVEN = "system.redriven"
    USER_CREATED = "user.created"
    USER_CHANGED = "user.changed"
    USER_DELETED = "user.deleted"
    IMPORT_CREATED = "import.created"
    IMPORT_UPLOAD_RENEWED = "import.upload_renewed"
    IMPORT_STARTED = "import.started"
    TEMPLATE_CREATED = "template.created"
    TEMPLATE_CHANGED = "template.changed"
    TEMPLATE_PUBLISHED = "template.published"
    TEMPLATE_ROLLED_BACK = "template.rolled_back"
    TEMPLATE_DELETED = "template.deleted"
    BRANDING_CHANGED = "branding.changed"
    MAIL_SETTINGS_CHANGED = "mail_settings.changed"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asked. ``key_id`` is "" for somebody without one: who has the keys of the AWS account, or a user by a link.

    ``tenant_id``: whose key it is, the platform's perhaps. ``source_ip`` and ``user_agent`` as the gateway saw them.
    """

    tenant_id: str
    key_id: str
    role: str
    user_id: str | None = None
    source_ip: str | None = None
    user_agent: str | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done to ``target``, such as ``account/acc_…``: only the fields that are different afterwards."""

    action: Action
    target: str
    before: View = field(default_factory=dict)
    after: View = field(default_factory=dict)

    @classmethod
    def change(cls, action: Action, target: str, before: View, after: View) -> "Deed":
        different = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        return cls(action, target, _only(before, different), _only(after, different))


@dataclass(frozen=True, slots=True)
class Entry:
    """``tenant_id``: in whose log it stands. ``id`` sorts by the time at which the request was first made.

    ``at``: when it was done, which is later when a request was run again after a crash. ``ends``: when it may be gone.
    """

    tenant_id: str
    id: str
    at: datetime
    ends: datetime
    actor: Actor
    deed: Deed


Entries = tuple[Entry, ...]
"""What a change leaves in the log, or in the logs of two: none when nobody asked for it."""


def _only(view: View, names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in view.items() if name in names and value is not None}
