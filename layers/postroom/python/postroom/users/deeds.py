"""What is done to users, as the audit log tells it."""

from postroom.audit.model import Action, Deed, View
from postroom.users.model import User


def user_put(seen: User | None, user: User) -> Deed:
    action = Action.USER_CHANGED if seen else Action.USER_CREATED
    return Deed.change(action, _target(user), _view(seen) if seen else {}, _view(user))


def user_deleted(seen: User) -> Deed:
    return Deed.change(Action.USER_DELETED, _target(seen), _view(seen), {})


def _target(user: User) -> str:
    return f"user/{user.id}"


def _view(user: User) -> View:
    return {
        "email": user.email,
        "name": user.name or None,
        "user_type": user.user_type,
        "role": user.role.value,
        "locale": user.locale,
        "timezone": user.timezone,
        "attributes": dict(user.attributes) or None,
        "revision": user.revision,
    }
