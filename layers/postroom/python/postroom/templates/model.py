"""What a template is made of, which one a message asks for, and what comes of filling it in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
"""Of a template. One of a tenant's that has the name of a built-in one takes its place."""


@dataclass(frozen=True, slots=True)
class Source:
    """A template as it was written, with ``html`` or ``text`` or both, in the language of ``locale``, "" for none."""

    subject: str
    html: str | None
    text: str | None
    locale: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A template filled in: the subject in one line, styles inlined, a text where there was only HTML."""

    subject: str
    html: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Branding:
    """How a tenant's mails look. Colours are ``#rrggbb``.

    ``default_locale``: of mails whose template or whose recipient has none; "" when it is not known.
    """

    name: str = ""
    logo_url: str | None = None
    url: str | None = None
    colour: str | None = None
    footer: str = ""
    default_locale: str = ""


@dataclass(frozen=True, slots=True)
class Appearance:
    """How a tenant's mails look, as it was set."""

    branding: Branding = field(default_factory=Branding)
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Reference:
    """What a message is filled in from: a version of a tenant's template, or a built-in one (without an id)."""

    name: str
    template_id: str | None = None
    version: int | None = None

    def __str__(self) -> str:
        return self.name if self.template_id is None else f"{self.name}:{self.template_id}:{self.version}"

    @classmethod
    def parse(cls, text: str) -> "Reference":
        name, _, rest = text.partition(":")
        template_id, _, version = rest.partition(":")
        return cls(name, template_id, int(version)) if rest else cls(name)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a message asks for: a name, of whose variants the best is taken, or the id of a template, which is that one.

    ``locale`` is a BCP 47 tag in canonical case, ``user_type`` one of the tenant's; "" when it does not say.
    """

    name_or_id: str
    locale: str = ""
    user_type: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a message gets, and its subject as the template has it: what is shown until it is filled in."""

    reference: Reference
    subject: str


@dataclass(frozen=True, slots=True)
class Filling:
    """What a template is filled with: JSON values by name. ``sealed``: more of them, which no store sees in clear."""

    data: Mapping[str, Any] = field(default_factory=dict)
    sealed: str | None = field(default=None, repr=False)
