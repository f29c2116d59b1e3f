"""A template filled in as it would be sent, and what is to be said of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from postroom.errors import NotFound
from postroom.templates.filling.emptiness import is_empty
from postroom.templates.model import Rendered, Source
from postroom.templates.own.manage import FindTemplates, refusal
from postroom.templates.ports import BrandingOf, BuiltInTemplates
from postroom.templates.remarks import Level, Lint, Remark
from postroom.templates.workshop import Workshop

_EMPTY = Remark("body_missing", Level.ERROR, "The mail is empty with this data; it will not be sent")


@dataclass(frozen=True, slots=True)
class Shown:
    """``missing``: the variables that the data lacks; their names stand in their places."""

    rendered: Rendered
    missing: tuple[str, ...]
    warnings: tuple[Remark, ...]


class PreviewTemplate:
    def __init__(
        self, find: FindTemplates, built_in: BuiltInTemplates, workshop: Workshop, lint: Lint, branding_of: BrandingOf
    ) -> None:
        self._find = find
        self._built_in = built_in
        self._workshop = workshop
        self._lint = lint
        self._branding_of = branding_of

    def of_draft(self, tenant_id: str, template_id: str, data: Mapping[str, Any]) -> Shown:
        """Raises NotFound, and Invalid naming what cannot be filled in."""
        _, draft = self._find.one(tenant_id, template_id)
        return self._shown(tenant_id, draft, data)

    def of_version(self, tenant_id: str, template_id: str, version: int, data: Mapping[str, Any]) -> Shown:
        """Raises as ``of_draft``."""
        _, found = self._find.version(tenant_id, template_id, version)
        return self._shown(tenant_id, found.source, data)

    def of_built_in(self, tenant_id: str, name: str, data: Mapping[str, Any]) -> Shown:
        """Raises as ``of_draft``."""
        source = self._built_in.source(name)
        if source is None:
            raise NotFound
        return self._shown(tenant_id, source, data)

    def _shown(self, tenant_id: str, source: Source, data: Mapping[str, Any]) -> Shown:
        tried = self._workshop.preview(tenant_id, source, data, self._branding_of(tenant_id))
        if tried.rendered is None:
            raise refusal(tried.faults)
        missing = [Remark("undefined_variable", Level.ERROR, f"The data has no {name}") for name in tried.missing]
        empty = [_EMPTY] if is_empty(tried.rendered) else []
        remarks = self._lint(tried.rendered.subject, tried.rendered.html)
        return Shown(tried.rendered, tried.missing, (*missing, *empty, *remarks))
