"""The keys of the directory table. The tenant comes first."""

from postroom.tenancy.model import PLATFORM_TENANT

POOL_PREFIX = "POOL#"
_BRANDING = "BRANDING"
_CHIEF_KEYS = "CHIEF-KEYS"
_CHOICE = "CHOICE"
_MAIL_SETTINGS = "MAIL-SETTINGS"
_PREFERENCE_SETTINGS = "PREFERENCE-SETTINGS"


def partition(tenant_id: str) -> str:
    return f"T#{tenant_id}"


def tenant_key(tenant_id: str) -> tuple[str, str]:
    """All tenants are in the platform's partition, which alone may list them."""
    return partition(PLATFORM_TENANT), f"TENANT#{tenant_id}"


def api_key_key(tenant_id: str, key_id: str) -> tuple[str, str]:
    return partition(tenant_id), f"KEY#{key_id}"


def consent_key(tenant_id: str, state_hash: str) -> tuple[str, str]:
    return partition(tenant_id), f"CONSENT#{state_hash}"


def chief_keys_key(tenant_id: str) -> tuple[str, str]:
    return partition(tenant_id), _CHIEF_KEYS


def pool_key(tenant_id: str, pool_id: str) -> tuple[str, str]:
    return partition(tenant_id), f"{POOL_PREFIX}{pool_id}"


def pool_name_key(tenant_id: str, name: str) -> tuple[str, str]:
    """Of the row that makes a name belong to one pool; ``name`` as it is compared."""
    return partition(tenant_id), f"POOL-NAME#{name}"


def template_key(tenant_id: str, template_id: str) -> tuple[str, str]:
    return partition(tenant_id), f"TEMPLATE#{template_id}"


def template_draft_key(tenant_id: str, template_id: str) -> tuple[str, str]:
    return partition(tenant_id), f"TEMPLATE-DRAFT#{template_id}"


def template_version_key(tenant_id: str, template_id: str, version: str) -> tuple[str, str]:
    """``version`` as it sorts."""
    return partition(tenant_id), f"TEMPLATE-VERSION#{template_id}#{version}"


def template_name_key(tenant_id: str, name: str, locale: str = "", user_type: str = "") -> tuple[str, str]:
    """Of the row that says which template is this variant. Neither a name nor a locale can have a ``#`` in it."""
    return partition(tenant_id), f"{template_name_prefix(name)}{locale}#{user_type}"


def template_name_prefix(name: str) -> str:
    return f"TEMPLATE-NAME#{name}#"


def branding_key(tenant_id: str) -> tuple[str, str]:
    return partition(tenant_id), _BRANDING


def choice_key(tenant_id: str) -> tuple[str, str]:
    return partition(tenant_id), _CHOICE


def token_key(tenant_id: str, token_hash: str) -> tuple[str, str]:
    return f"{partition(tenant_id)}#TOKENS", f"TOKEN#{token_hash}"


def current_token_key(tenant_id: str, purpose: str, person: str) -> tuple[str, str]:
    """Of the row that says which token of this purpose and person counts; ``person`` is a hash."""
    return f"{partition(tenant_id)}#TOKENS", f"CURRENT#{purpose}#{person}"


def user_key(tenant_id: str, user_id: str) -> tuple[str, str]:
    """A partition of their own: there may be hundreds of thousands, and a tenant's is read whole in places."""
    return f"{partition(tenant_id)}#USERS", f"USER#{user_id}"


def user_email_key(tenant_id: str, address: str) -> tuple[str, str]:
    """Of the row that makes an address belong to one user; ``address`` as it is compared.

    Each in a partition of its own, so that an import is not held up by the throughput of one.
    """
    return f"{partition(tenant_id)}#EMAIL#{address}", "EMAIL"


def user_type_partition(tenant_id: str, user_type: str) -> str:
    """In the index ``by_user_type``."""
    return f"{partition(tenant_id)}#{user_type}"


def user_role_partition(tenant_id: str, role: str) -> str:
    """In the index ``by_role``."""
    return f"{partition(tenant_id)}#{role}"


def rate_key(tenant_id: str) -> tuple[str, str]:
    """Of what counts a tenant's requests. A partition of its own: it is written to far more often than the rest."""
    return f"{partition(tenant_id)}#RATE", "RATE"


def mail_settings_key(tenant_id: str) -> tuple[str, str]:
    return partition(tenant_id), _MAIL_SETTINGS


def cool_down_key(tenant_id: str, kind: str, person: str) -> tuple[str, str]:
    """``person`` is a hash."""
    return f"{partition(tenant_id)}#MAILS", f"COOL-DOWN#{kind}#{person}"


def user_import_key(tenant_id: str, import_id: str) -> tuple[str, str]:
    return partition(tenant_id), f"USER-IMPORT#{import_id}"


def event_type_key(tenant_id: str, name: str) -> tuple[str, str]:
    return partition(tenant_id), f"EVENT-TYPE#{name}"


def preference_settings_key(tenant_id: str) -> tuple[str, str]:
    """Of what a tenant has said for all its users."""
    return partition(tenant_id), _PREFERENCE_SETTINGS


def preference_key(tenant_id: str, preference_id: str) -> tuple[str, str]:
    """The id begins with the user's, so that a user's preferences stand side by side."""
    return f"{partition(tenant_id)}#PREFERENCES", f"PREFERENCE#{preference_id}"


def subscriber_key(tenant_id: str, event_type: str, preference_id: str) -> tuple[str, str]:
    """Of the copy of a preference that is found by its event type."""
    return f"{partition(tenant_id)}#PREFERENCES#{event_type}", f"PREFERENCE#{preference_id}"


def user_settings_key(tenant_id: str, user_id: str) -> tuple[str, str]:
    return f"{partition(tenant_id)}#PREFERENCES", f"USER-SETTINGS#{user_id}"


def revoked_links_key(tenant_id: str, user_id: str) -> tuple[str, str]:
    """Of what says since when a user's links to preferences count."""
    return f"{partition(tenant_id)}#LINKS", f"REVOKED#{user_id}"


def audit_key(tenant_id: str, entry_id: str) -> tuple[str, str]:
    """Of an entry of the audit log. Its partition, and those below, say so in the same words: roles go by them."""
    return f"{partition(tenant_id)}#AUDIT", entry_id


def audit_target_key(tenant_id: str, target: str, entry_id: str) -> tuple[str, str]:
    """Of what finds an entry by what was changed."""
    return f"{partition(tenant_id)}#AUDIT#TARGET#{target}", entry_id


def audit_actor_key(tenant_id: str, key_id: str, entry_id: str) -> tuple[str, str]:
    """Of what finds an entry by the key that was used."""
    return f"{partition(tenant_id)}#AUDIT#KEY#{key_id}", entry_id


def audit_action_key(tenant_id: str, action: str, entry_id: str) -> tuple[str, str]:
    """Of what finds an entry by what was done."""
    return f"{partition(tenant_id)}#AUDIT#ACTION#{action}", entry_id
