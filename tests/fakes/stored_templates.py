from collections.abc import Iterable
from datetime import datetime

from postroom.audit.model import Entries
from postroom.paging import Page, PageRequest, page_of
from postroom.templates.model import Appearance, Source
from postroom.templates.own.model import Template, Variant, Version
from postroom.templates.own.ports import Written
from tests.fakes.audit import MemoryAuditLog


class MemoryTemplates:
    def __init__(self) -> None:
        self._templates: dict[tuple[str, str], Template] = {}
        self._drafts: dict[tuple[str, str], Source] = {}
        self._versions: dict[tuple[str, str], dict[int, Version]] = {}
        self.log = MemoryAuditLog()
        self.ends: dict[tuple[str, str, int], datetime] = {}

    def add(self, template: Template, draft: Source, entries: Entries = ()) -> Template | None:
        there = self.get(template.tenant_id, template.id)
        if there is not None:
            return there
        if self._is_taken(template):
            return None
        self._templates[template.tenant_id, template.id] = template
        self._drafts[template.tenant_id, template.id] = draft
        self.log.write(entries)
        return template

    def get(self, tenant_id: str, template_id: str) -> Template | None:
        return self._templates.get((tenant_id, template_id))

    def get_many(self, tenant_id: str, template_ids: Iterable[str]) -> dict[str, Template]:
        return {each: template for each in template_ids if (template := self.get(tenant_id, each))}

    def draft(self, tenant_id: str, template_id: str) -> Source | None:
        return self._drafts.get((tenant_id, template_id))

    def page(self, tenant_id: str, request: PageRequest) -> Page[Template]:
        found = {template.id: template for template in self._of(tenant_id)}
        ids = _behind(sorted(found), request)
        return page_of([found[each] for each in ids], request.limit, lambda template: template.id)

    def count(self, tenant_id: str) -> int:
        return len(self._of(tenant_id))

    def variants(self, tenant_id: str, name: str) -> tuple[Variant, ...]:
        named = [template.variant for template in self._of(tenant_id) if template.variant.name == name]
        return tuple(sorted(named, key=lambda variant: variant.place))

    def replace(
        self,
        seen: Template,
        template: Template,
        draft: Source | None = None,
        version: Version | None = None,
        entries: Entries = (),
    ) -> Written:
        key = (template.tenant_id, template.id)
        now = self._templates.get(key)
        if now == template:
            return Written.WRITTEN
        if now is None or now.revision != seen.revision:
            return Written.STALE
        if self._is_taken(template):
            return Written.NAME_TAKEN
        self._templates[key] = template
        self.log.write(entries)
        if draft is not None:
            self._drafts[key] = draft
        if version is not None:
            self._versions.setdefault(key, {})[version.number] = version
        return Written.WRITTEN

    def remove(self, seen: Template, entries: Entries = ()) -> bool:
        now = self.get(seen.tenant_id, seen.id)
        if now is not None and now.revision != seen.revision:
            return False
        if self._templates.pop((seen.tenant_id, seen.id), None):
            self.log.write(entries)
        self._drafts.pop((seen.tenant_id, seen.id), None)
        return True

    def version(self, tenant_id: str, template_id: str, number: int) -> Version | None:
        return self._versions.get((tenant_id, template_id), {}).get(number)

    def version_page(self, tenant_id: str, template_id: str, request: PageRequest) -> Page[Version]:
        found = {version.id: version for version in self._versions.get((tenant_id, template_id), {}).values()}
        ids = _behind(sorted(found), request)
        return page_of([found[each] for each in ids], request.limit, lambda version: version.id)

    def end_versions(self, tenant_id: str, template_id: str, at: datetime) -> bool:
        places = {(tenant_id, template_id, number) for number in self._versions.get((tenant_id, template_id), {})}
        endless = places - self.ends.keys()
        self.ends |= dict.fromkeys(endless, at)
        return bool(endless)

    def _of(self, tenant_id: str) -> list[Template]:
        return [template for (owner, _), template in sorted(self._templates.items()) if owner == tenant_id]

    def _is_taken(self, template: Template) -> bool:
        return any(
            other.id != template.id and other.variant.place == template.variant.place
            for other in self._of(template.tenant_id)
        )


class MemoryAppearances:
    def __init__(self) -> None:
        self._appearances: dict[str, Appearance] = {}
        self.log = MemoryAuditLog()

    def get(self, tenant_id: str) -> Appearance:
        return self._appearances.get(tenant_id, Appearance())

    def replace(self, tenant_id: str, seen: Appearance, appearance: Appearance, entries: Entries = ()) -> bool:
        now = self.get(tenant_id)
        if now == appearance:
            return True
        if now.revision != seen.revision:
            return False
        self._appearances[tenant_id] = appearance
        self.log.write(entries)
        return True


def _behind(ids: list[str], request: PageRequest) -> list[str]:
    ordered = ids[::-1] if request.newest_first else ids
    if request.after is None:
        return ordered
    return [each for each in ordered if (each < request.after if request.newest_first else each > request.after)]
