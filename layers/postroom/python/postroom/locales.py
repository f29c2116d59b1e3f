"""Language tags (BCP 47, RFC 5646) as far as people are asked for them: language, script, region, variants."""

import re

_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(-(?P<script>[a-z]{4}))?(-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)",
    re.IGNORECASE | re.ASCII,
)
LONGEST = 35
"""RFC 5646, section 4.4.1."""

PATTERN = "^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*$"
"""The same, as JSON Schema has it."""


def canonical(tag: str) -> str | None:
    """In the usual case (section 2.1.1), ``zh-Hant-TW``; None when it does not have the form of a tag."""
    found = _TAG.fullmatch(tag)
    if found is None or len(tag) > LONGEST:
        return None
    parts = [found["language"].lower(), (found["script"] or "").title(), (found["region"] or "").upper()]
    return "-".join(filter(None, parts)) + found["variants"].lower()
