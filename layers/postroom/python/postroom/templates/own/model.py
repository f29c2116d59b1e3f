"""A tenant's own templates, as they are kept: a draft that changes, and versions that never do."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from postroom.templates.model import Source

PREFIX = "tpl"


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the templates that share a name; "" where it has no locale or no user type.

    ``live`` is the version that mails are made from, None when none was published; ``subject`` is that version's.
    """

    name: str
    locale: str = ""
    user_type: str = ""
    template_id: str = ""
    live: int | None = None
    subject: str = ""

    @property
    def place(self) -> tuple[str, str, str]:
        """What only one template of a tenant may have."""
        return self.name, self.locale, self.user_type


@dataclass(frozen=True, slots=True)
class Template:
    """``draft`` and ``latest`` are fingerprints: of the draft, and of the version whose number is ``versions``.

    Versions are numbered from 1 without gaps. ``revision`` rises with each change, also with one of what is live.
    ``rolled_back_by`` is the mark of the request that last made an earlier version live.
    """

    tenant_id: str
    id: str
    variant: Variant
    draft: str
    revision: int
    created_at: datetime
    updated_at: datetime
    versions: int = 0
    latest: str = ""
    rolled_back_by: str | None = None

    @property
    def is_published(self) -> bool:
        """Whether what is live is what the draft says."""
        return self.draft == self.latest and self.variant.live == self.versions


@dataclass(frozen=True, slots=True)
class Version:
    """What a template was when it was published."""

    number: int
    source: Source
    created_at: datetime

    @property
    def id(self) -> str:
        """Its place among the template's versions; sorts by number."""
        return version_id(self.number)


def version_id(number: int) -> str:
    return f"{number:06}"


def fingerprint(source: Source) -> str:
    """The same for the same source alone."""
    parts = json.dumps([source.subject, source.html, source.text, source.locale])
    return hashlib.sha256(parts.encode()).hexdigest()[:32]
