"""What stands in a path, or names a thing: its form, and one to show."""

from typing import Any

from postroom.event_types.model import NAME
from postroom.preferences.model import id_of
from postroom.users.model import ID
from postroom.web.examples import example_id

PREFIXES = {
    "account_id": "acc",
    "message_id": "msg",
    "pool_id": "pool",
    "template_id": "tpl",
    "import_id": "imp",
    "key_id": "key",
    "tenant_id": "ten",
    "job_id": "job",
    "event_id": "evt",
}
"""By the name of the parameter."""

_OTHERS: dict[str, tuple[str, dict[str, Any]]] = {
    "preference_id": (
        "ann~job_failed",
        {"type": "string", "pattern": f"^{id_of(ID.pattern, NAME.pattern)}$"},
    ),
    "event_type": ("job_failed", {"type": "string", "pattern": f"^{NAME.pattern}$"}),
    "user_id": ("ann", {"type": "string", "pattern": rf"^(?!\.{{1,2}}$|imports$){ID.pattern}$"}),
    "version": ("1", {"type": "string", "pattern": "^[0-9]{1,6}$"}),
    "name": ("welcome", {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$"}),
}


def example_of(parameter: str) -> str:
    """Raises KeyError for a parameter of a path that nobody has told of here."""
    return example_id(PREFIXES[parameter]) if parameter in PREFIXES else _OTHERS[parameter][0]


def schema_of(parameter: str) -> dict[str, Any]:
    """Raises KeyError as ``example_of``."""
    if parameter in PREFIXES:
        return {"type": "string", "pattern": f"^{PREFIXES[parameter]}_[0-9a-hjkmnp-tv-z]{{26}}$"}
    return _OTHERS[parameter][1]
