"""What the use cases of a tenant's own templates need from the outside."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum, auto
from typing import Protocol

from postroom.audit.model import Entries
from postroom.paging import Page, PageRequest
from postroom.templates.model import Appearance, Source
from postroom.templates.own.model import Template, Variant, Version


class Written(Enum):
    WRITTEN = auto()
    NAME_TAKEN = auto()
    STALE = auto()


class TemplateStore(Protocol):
    """Everything is read as it is now. ``entries`` are written with a change or not at all."""

    def add(self, template: Template, draft: Source, entries: Entries = ()) -> Template | None:
        """Stores it, or gives back the one that already has this id. None: another has its name and variant."""

    def get(self, tenant_id: str, template_id: str) -> Template | None: ...

    def get_many(self, tenant_id: str, template_ids: Iterable[str]) -> dict[str, Template]:
        """Those that are there, by id."""

    def draft(self, tenant_id: str, template_id: str) -> Source | None:
        """To be read behind the template: a draft that is newer than it is then seen by its revision."""

    def page(self, tenant_id: str, request: PageRequest) -> Page[Template]: ...

    def count(self, tenant_id: str) -> int: ...

    def variants(self, tenant_id: str, name: str) -> tuple[Variant, ...]:
        """All that have this name, published or not."""

    def replace(
        self,
        seen: Template,
        template: Template,
        draft: Source | None = None,
        version: Version | None = None,
        entries: Entries = (),
    ) -> Written:
        """Together with a new draft, and with a new version. STALE when it is not as it was seen, or is gone."""

    def remove(self, seen: Template, entries: Entries = ()) -> bool:
        """Whether it and its draft are gone; versions stay. False when it is not as it was seen any more."""

    def version(self, tenant_id: str, template_id: str, number: int) -> Version | None:
        """Of a template that is removed, too, until it ends."""

    def version_page(self, tenant_id: str, template_id: str, request: PageRequest) -> Page[Version]: ...

    def end_versions(self, tenant_id: str, template_id: str, at: datetime) -> bool:
        """Lets all versions that have no end yet be gone some time after ``at``. False: there were none."""


class AppearanceStore(Protocol):
    def get(self, tenant_id: str) -> Appearance: ...

    def replace(self, tenant_id: str, seen: Appearance, appearance: Appearance, entries: Entries = ()) -> bool:
        """False when it is not as it was seen any more. ``entries`` are written with it or not at all."""
