"""What a message that names a template is filled in to."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from postroom.errors import Unsendable
from postroom.templates.filling.kept import KeptSources
from postroom.templates.limits import SOURCES
from postroom.templates.model import Branding, Filling, Reference, Rendered, Source
from postroom.templates.ports import BrandingOf, BuiltIn, SourceOf
from postroom.templates.workshop import Filler

_TENANTS_KEPT = 1_000
_BRANDING_KEPT_SECONDS = 60.0
_MOST_CHARACTERS = 20_000
_MOST_LINES = 1_000
"""Of data, values counted like lines: with more, even a template of ours may take long."""


@dataclass
class FillTemplate:
    """``render`` fills in what is ours, ``contained`` what is a tenant's.

    Sources are kept, since a version never changes; a change of the branding is seen within a minute.
    """

    built_in: BuiltIn
    source_of: SourceOf
    branding_of: BrandingOf
    render: Callable[[Source, Mapping[str, Any], Branding], Rendered]
    contained: Filler
    now: Callable[[], float] = time.monotonic
    _source_kept: Callable[[str, str, int], Source] = field(init=False)
    _branding_kept: Callable[[str, int], Branding] = field(init=False)

    def __post_init__(self) -> None:
        self._source_kept = KeptSources(self._source, SOURCES)
        self._branding_kept = lru_cache(_TENANTS_KEPT)(self._branding)

    def __call__(self, tenant_id: str, reference: Reference, filling: Filling) -> Rendered:
        """Raises Unsendable, and Unavailable when it cannot be done now; see also ``Waits``."""
        branding = self._branding_kept(tenant_id, int(self.now() // _BRANDING_KEPT_SECONDS))
        if reference.template_id is None and not _is_large(filling.data):
            return self.render(self._built_in(reference.name), filling.data, branding)
        source = self._source_for(tenant_id, reference)
        return self.contained.render(tenant_id, source, filling.data, branding)

    def _source_for(self, tenant_id: str, reference: Reference) -> Source:
        if reference.template_id is None:
            return self._built_in(reference.name)
        return self._source_kept(tenant_id, reference.template_id, reference.version or 0)

    def _built_in(self, name: str) -> Source:
        source = self.built_in.source(name)
        if source is None:
            raise Unsendable(f'There is no built-in template "{name}"')
        return source

    def _source(self, tenant_id: str, template_id: str, version: int) -> Source:
        # What is raised is not kept: a version that is not there yet may come.
        source = self.source_of(tenant_id, template_id, version)
        if source is None:
            raise Unsendable(f"Version {version} of the template {template_id} is not there any more")
        return source

    def _branding(self, tenant_id: str, _: int) -> Branding:
        return self.branding_of(tenant_id)


def _is_large(data: Mapping[str, Any]) -> bool:
    characters, lines, waiting = 0, 0, list[Any](data.values())
    while waiting and characters <= _MOST_CHARACTERS and lines <= _MOST_LINES:
        match waiting.pop():
            case str() as text:
                characters += len(text)
                lines += text.count("\n") + text.count("\r")
            case dict() as inner:
                lines += len(inner)
                waiting.extend(inner.values())
            case list() as inner:
                lines += len(inner)
                waiting.extend(inner)
    return characters > _MOST_CHARACTERS or lines > _MOST_LINES
