"""How much of a deed is kept, and what of it never is."""

import hashlib
import json
from dataclasses import replace
from typing import Any

from postroom.audit.model import Deed, View

LARGEST = 12_000
"""Bytes of what was before and after together, as JSON: a row of the table, and what finds it, stay small."""

_LONGEST = (500, 120, 40)
"""Characters of one value; the next one holds when the whole is still too large."""

_MASK = "********"
_BY_TYPE = "defaults"
_NEVER = ("password", "secret", "token", "verifier", "hash")


def bounded(deed: Deed) -> Deed:
    """With long values cut, each with its length and a digest: whether two were the same can still be told."""
    for longest in _LONGEST:
        cut = replace(deed, before=_view(deed.before, longest), after=_view(deed.after, longest))
        if _size(cut) <= LARGEST:
            return cut
    return replace(deed, before={"cut": _noted(deed.before)}, after={"cut": _noted(deed.after)})


def _view(view: View, longest: int) -> dict[str, Any]:
    return {name: _cut(_masked(name, value), longest) for name, value in view.items()}


def _masked(name: str, value: Any, *, is_type: bool = False) -> Any:  # noqa: ANN401 - plain JSON
    """Nobody names such a field in a view, but a tenant may name an attribute of a user so: it is not kept.

    ``is_type``: it is the name of an event type, which may be called after a password, too.
    """
    if not is_type and not isinstance(value, bool) and any(part in name.lower() for part in _NEVER):
        return _MASK
    if isinstance(value, dict):
        return {inner: _masked(inner, each, is_type=name == _BY_TYPE) for inner, each in value.items()}
    if isinstance(value, list):
        return [_masked("", each) for each in value]
    return value


def _cut(value: Any, longest: int) -> Any:  # noqa: ANN401 - plain JSON
    text = value if isinstance(value, str) else _json(value)
    if len(text) <= longest:
        return value
    return f"{text[:longest]}… ({len(text)} characters, sha256 {_digest(text)})"


def _noted(view: View) -> str:
    text = _json(view)
    return f"{len(view)} fields ({len(text)} characters, sha256 {_digest(text)})"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


def _size(deed: Deed) -> int:
    # As a row has it: in ASCII.
    return len(json.dumps([deed.before, deed.after], default=str))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
