"""Ids as they stand in a path: what cannot be one is nowhere.

A table takes a key that is too long for a mistake of ours.
"""

from urllib.parse import unquote

from postroom.errors import NotFound
from postroom.ids import is_id
from postroom.users.model import is_user_id


def checked_id(prefix: str, text: str) -> str:
    """Raises NotFound for what cannot be an id."""
    if not is_id(prefix, text):
        raise NotFound
    return text


def from_path(text: str) -> str:
    """A tenant's own id, with or without percent-encoding: no id has a percent sign."""
    return unquote(text)


def known_user_id(text: str) -> str:
    """Raises NotFound for what cannot be one."""
    user_id = from_path(text)
    if not is_user_id(user_id):
        raise NotFound
    return user_id
