"""What mails are filled in from, as those see it who need it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from postroom.templates.model import Branding, Source


class BuiltIn(Protocol):
    """The templates that are there without anybody's making."""

    def source(self, name: str) -> Source | None: ...


class BuiltInTemplates(BuiltIn, Protocol):
    """With what is shown of them."""

    def names(self) -> Sequence[str]: ...

    def sample(self, name: str) -> Mapping[str, Any] | None:
        """Data to try it with."""


SourceOf = Callable[[str, str, int], Source | None]
"""The text of a version of a tenant's template."""

BrandingOf = Callable[[str], Branding]
"""How a tenant's mails look."""
