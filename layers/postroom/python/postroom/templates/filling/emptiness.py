"""Mails that were filled in with nothing to be read: their data lacked words, and no variable."""

from postroom.templates.filling.as_text import text_of
from postroom.templates.model import Rendered


def is_empty(mail: Rendered) -> bool:
    """Whether none of its bodies shows anything. A picture is something."""
    return not (mail.text or "").strip() and (mail.html is None or _shows_nothing(mail.html))


def _shows_nothing(html: str) -> bool:
    return "<img" not in html.lower() and not text_of(html).strip()
