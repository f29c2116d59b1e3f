"""Which request is which deed, or why it is none: a line for every route that is not a GET.

Several actions: which of them depends on what is there. Nothing that is refused is an entry.

What a deed takes with it is an entry of its own: an account that is deleted by force leaves its pools
(``pool.changed``), an event type leaves the defaults (``preference_settings.changed``), a token that is redeemed
confirms an address (``preference.changed``), and a test that passes makes an account active (``account.activated``).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from postroom.audit.model import Action


@dataclass(frozen=True, slots=True)
class NoEntry:
    why: str


_A_MESSAGE = NoEntry("a message is a row of its own, which tells all that became of it")
_AN_EVENT = NoEntry("an event is a row of its own, which tells whom it was told")
_CHANGES_NOTHING = NoEntry("it changes nothing and sends nothing")

ACTS: Mapping[str, tuple[Action, ...] | NoEntry] = {
    "POST /v1/tenants": (Action.TENANT_CREATED,),
    "POST /v1/tenants/{tenant_id}/keys": (Action.KEY_ISSUED,),
    "PUT /v1/tenants/{tenant_id}/limits": (Action.TENANT_LIMITS_CHANGED,),
    "POST /v1/keys": (Action.KEY_ISSUED,),
    "PUT /v1/keys/{key_id}": (Action.KEY_CHANGED,),
    "DELETE /v1/keys/{key_id}": (Action.KEY_REVOKED,),
    "DELETE /v1/platform/keys/{key_id}": (Action.KEY_REVOKED,),
    "POST /v1/accounts": (Action.ACCOUNT_CREATED,),
    "PUT /v1/accounts/{account_id}": (Action.ACCOUNT_CHANGED,),
    "DELETE /v1/accounts/{account_id}": (Action.ACCOUNT_DELETED,),
    "POST /v1/accounts/{account_id}/pause": (Action.ACCOUNT_PAUSED,),
    "POST /v1/accounts/{account_id}/resume": (Action.ACCOUNT_RESUMED,),
    "POST /v1/accounts/{account_id}/reset": (Action.ACCOUNT_RESET,),
    "POST /v1/accounts/{account_id}/test-connection": (Action.ACCOUNT_TESTED,),
    "POST /v1/accounts/test-connections": (Action.ACCOUNTS_TESTED,),
    "POST /v1/accounts/{account_id}/test-email": (Action.ACCOUNT_TEST_MAIL,),
    "POST /v1/accounts/{account_id}/oauth2/authorize": (Action.CONSENT_ASKED,),
    "POST /v1/pools": (Action.POOL_CREATED,),
    "PUT /v1/pools/{pool_id}": (Action.POOL_CHANGED,),
    "DELETE /v1/pools/{pool_id}": (Action.POOL_DELETED,),
    "PUT /v1/settings": (Action.SETTINGS_CHANGED,),
    "POST /v1/messages": _A_MESSAGE,
    "POST /v1/messages/batch": _A_MESSAGE,
    "POST /v1/messages/{message_id}/cancel": (Action.MESSAGE_CANCELLED,),
    "POST /v1/messages/{message_id}/resend": (Action.MESSAGE_RESENT,),
    "POST /v1/events": _AN_EVENT,
    "PUT /v1/event-types/{event_type}": (Action.EVENT_TYPE_CREATED, Action.EVENT_TYPE_CHANGED),
    "DELETE /v1/event-types/{event_type}": (Action.EVENT_TYPE_DELETED,),
    "POST /v1/preferences": (Action.PREFERENCE_CREATED,),
    "PUT /v1/preferences/bulk": (Action.PREFERENCE_CREATED, Action.PREFERENCE_CHANGED),
    "PUT /v1/preferences/{preference_id}": (Action.PREFERENCE_CHANGED,),
    "DELETE /v1/preferences/{preference_id}": (Action.PREFERENCE_DELETED,),
    "POST /v1/preferences/{preference_id}/confirmation": _A_MESSAGE,
    "PUT /v1/users/{user_id}/notification-settings": (Action.USER_SETTINGS_CHANGED,),
    "POST /v1/users/{user_id}/preference-links": NoEntry(
        "it gives a link and keeps nothing; what is done by it is told"
    ),
    "POST /v1/users/{user_id}/preference-links/revoke": (Action.LINKS_REVOKED,),
    "PUT /v1/settings/preferences": (Action.PREFERENCE_SETTINGS_CHANGED,),
    "POST /v1/notifications/users": (Action.JOB_STARTED,),
    "POST /v1/notifications/user-types": (Action.JOB_STARTED,),
    "POST /v1/jobs/{job_id}/cancel": (Action.JOB_CANCELLED,),
    "POST /v1/system/redrive": (Action.REDRIVEN,),
    "PUT /v1/users/{user_id}": (Action.USER_CREATED, Action.USER_CHANGED),
    "DELETE /v1/users/{user_id}": (Action.USER_DELETED,),
    "POST /v1/users/imports": (Action.IMPORT_CREATED,),
    "POST /v1/users/imports/{import_id}/upload": (Action.IMPORT_UPLOAD_RENEWED,),
    "POST /v1/users/imports/{import_id}/start": (Action.IMPORT_STARTED,),
    "POST /v1/templates": (Action.TEMPLATE_CREATED,),
    "PUT /v1/templates/{template_id}": (Action.TEMPLATE_CHANGED,),
    "DELETE /v1/templates/{template_id}": (Action.TEMPLATE_DELETED,),
    "POST /v1/templates/{template_id}/publish": (Action.TEMPLATE_PUBLISHED,),
    "POST /v1/templates/{template_id}/rollback": (Action.TEMPLATE_ROLLED_BACK,),
    "POST /v1/templates/{template_id}/preview": _CHANGES_NOTHING,
    "POST /v1/built-in-templates/{name}/preview": _CHANGES_NOTHING,
    "PUT /v1/branding": (Action.BRANDING_CHANGED,),
    "PUT /v1/settings/mails": (Action.MAIL_SETTINGS_CHANGED,),
    "POST /v1/emails/verification": _A_MESSAGE,
    "POST /v1/emails/password-reset": _A_MESSAGE,
    "POST /v1/emails/invitation": _A_MESSAGE,
    "POST /v1/emails/welcome": _A_MESSAGE,
    "POST /v1/tokens/verify": NoEntry("the token's own row says that it was used, and when; it is its reader's act"),
}

ELSEWHERE: Mapping[Action, str] = {
    Action.ACCOUNT_CONNECTED: "an owner's consent has come back; whoever asked for it did it",
    Action.ACCOUNT_ACTIVATED: "the connection of a pending or stopped account was tested and works",
}
"""What no route does by itself."""
