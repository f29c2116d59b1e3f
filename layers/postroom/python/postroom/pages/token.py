"""The token in a link: sealed, so that nobody can make one, change one or see whose it is.

It is bound to the tenant, the user and the event type. It outlives a rotation of the
sealing secret, and ends with the next one.
"""

import re

from postroom.clock import from_milliseconds, to_milliseconds
from postroom.errors import NotFound, Unsendable
from postroom.pages.model import Link
from postroom.pages.ports import Seal

_PURPOSE = "preferences"
"""Begins what is sealed: nothing else that is sealed with the same secret can be taken for it."""

_FORM = re.compile(r"[A-Za-z0-9_-]{100,600}")
_PADDED = 4
"""Base64 ends in = signs, which mail programs cut off from links, or spell out as %3D."""


def seal(link: Link, by: Seal) -> str:
    """Some 230 characters, all of which may stand in a URL."""
    parts = (_PURPOSE, link.tenant_id, link.user_id, link.event_type or "", str(to_milliseconds(link.issued_at)))
    return by.seal(" ".join(parts)).rstrip("=")


def unseal(text: str, by: Seal) -> Link:
    """Raises NotFound for everything that is not one of ours, and Unavailable."""
    if not _FORM.fullmatch(text):
        raise NotFound
    try:
        opened = by.unseal(text + "=" * (-len(text) % _PADDED))
    except Unsendable as error:
        raise NotFound from error
    # No id and no name of an event type has a space in it.
    purpose, *parts = opened.split(" ")
    if purpose != _PURPOSE:
        raise NotFound
    tenant_id, user_id, event_type, milliseconds = parts
    return Link(tenant_id, user_id, event_type or None, from_milliseconds(int(milliseconds)))
