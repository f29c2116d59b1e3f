"""Whose preferences a key is about: one that is bound to a user is about that user's alone."""

from postroom.errors import FieldError, Forbidden, Invalid, NotFound
from postroom.tenancy.model import Caller


def check_user(caller: Caller, user_id: str) -> str:
    """The user. Raises NotFound: another user's preferences look like those of nobody."""
    if caller.user_id not in {None, user_id}:
        raise NotFound
    return user_id


def user_meant(caller: Caller, named: str | None) -> str:
    """The user a body names, or the one the key is bound to. Raises Invalid."""
    user_id = named or caller.user_id
    if user_id is None:
        raise Invalid((FieldError("user", "is required"),))
    if caller.user_id not in {None, user_id}:
        raise Invalid((FieldError("user", "There is no such user"),))
    return user_id


def own_user(caller: Caller) -> str:
    """Raises Forbidden."""
    if caller.user_id is None:
        raise Forbidden("This needs a key that is bound to a user.")
    return caller.user_id
