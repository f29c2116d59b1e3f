from postroom.errors import NotFound
from postroom.ids import is_id


def checked_id(prefix: str, text: str) -> str:
    """Raises NotFound for what cannot be an id: a table takes a key that is too long for a mistake of ours."""
    if not is_id(prefix, text):
        raise NotFound
    return text
