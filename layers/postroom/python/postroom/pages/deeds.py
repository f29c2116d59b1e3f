"""What is done to links, as the audit log tells it."""

from datetime import datetime

from postroom.audit.model import Action, Deed


def links_revoked(user_id: str, at: datetime) -> Deed:
    return Deed(Action.LINKS_REVOKED, f"user/{user_id}", {}, {"links_revoked_at": at.isoformat()})
