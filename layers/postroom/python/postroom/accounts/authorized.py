"""What the owner's consent by OAuth2 changes of an account."""

from datetime import datetime

from postroom.accounts.health import cleared
from postroom.accounts.model import Account, AccountEvent, AccountStatus, Authorization, EventKind
from postroom.accounts.record import authorization_record
from postroom.accounts.sessions import forgotten_login
from postroom.change import Change, Equals, Present, Set
from postroom.clock import to_milliseconds
from postroom.ids import new_id


def plan_authorized(seen: Account, secret_version: str, consent: Authorization) -> Change:
    """A new revision, so that it is on trial. What stopped goes on; what was paused does not.

    Requires the status that was seen as well: a sender that stops the account does not raise its revision.
    """
    steps = (
        Set(("credential",), "oauth2"),
        Set(("secret_version",), secret_version),
        Set(("oauth2",), authorization_record(consent)),
        Set(("revision",), seen.revision + 1),
        Set(("updated_ms",), to_milliseconds(consent.authorized_at)),
    )
    as_seen = (Equals(("revision",), seen.revision), Equals(("status",), str(seen.config.status)))
    change = Change(steps, as_seen) + cleared() + forgotten_login(seen)
    mended = seen.config.status is AccountStatus.ERROR
    return change + Change((Set(("status",), "active"),)) if mended else change


def plan_expiry(account: Account, expires_at: datetime) -> Change:
    """For its owner to see; nothing is decided by it."""
    same = (Present(("oauth2",)), Equals(("secret_version",), account.secret_version or ""))
    return Change((Set(("oauth2", "expires_ms"), to_milliseconds(expires_at)),), same)


def event_of_authorization(now: datetime) -> AccountEvent:
    return AccountEvent(new_id("evt", now), now, EventKind.AUTHORIZED, "Its owner has consented")
