"""A user as templates are given it."""

from typing import Any

from postroom.users.model import User


def data_of_user(user: User) -> dict[str, Any]:
    """Every name is there, if only as "", so that a template may rely on it."""
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "user_type": user.user_type or "",
        "locale": user.locale or "",
        "attributes": dict(user.attributes),
    }
