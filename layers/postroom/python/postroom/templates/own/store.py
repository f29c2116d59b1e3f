"""Templates in the directory table."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from pynamodb.exceptions import TransactWriteError, UpdateError
from pynamodb.transactions import TransactWrite

from postroom.audit.entry_rows import rows_of
from postroom.audit.model import Entries
from postroom.dynamo import as_seen, get, page, raise_unless_refused, refused, save, transaction, translated
from postroom.paging import Page, PageRequest
from postroom.templates.model import Appearance, Source
from postroom.templates.own import codec
from postroom.templates.own.model import Template, Variant, Version, version_id
from postroom.templates.own.ports import Written
from postroom.templates.own.rows import (
    BrandingRow,
    TemplateDraftRow,
    TemplateNameRow,
    TemplateRow,
    TemplateVersionRow,
    appearance_of,
    branding_row_of,
    draft_row_of,
    name_row_of,
    row_of,
    template_of,
    variant_of,
    version_of,
    version_row_of,
)
from postroom.tenancy import keys


class DynamoTemplates:
    def add(self, template: Template, draft: Source, entries: Entries = ()) -> Template | None:
        try:
            with transaction(TemplateRow, rows_of(entries)) as write:
                write.save(row_of(template), TemplateRow.pk.does_not_exist())
                write.save(draft_row_of(template, draft))
                _claim(write, template)
        except TransactWriteError as error:
            raise_unless_refused(error)
            return self.get(template.tenant_id, template.id)
        return template

    def get(self, tenant_id: str, template_id: str) -> Template | None:
        row = get(TemplateRow, keys.template_key(tenant_id, template_id))
        return template_of(tenant_id, row) if row else None

    def get_many(self, tenant_id: str, template_ids: Iterable[str]) -> dict[str, Template]:
        wanted = [keys.template_key(tenant_id, template_id) for template_id in dict.fromkeys(template_ids)]
        with translated():
            rows = TemplateRow.batch_get(wanted, consistent_read=True) if wanted else ()
            return {row.id: template_of(tenant_id, row) for row in rows}

    def draft(self, tenant_id: str, template_id: str) -> Source | None:
        row = get(TemplateDraftRow, keys.template_draft_key(tenant_id, template_id))
        return codec.decode(row.blob) if row else None

    def page(self, tenant_id: str, request: PageRequest) -> Page[Template]:
        return page(TemplateRow, request, partial(keys.template_key, tenant_id), partial(template_of, tenant_id))

    def count(self, tenant_id: str) -> int:
        partition, prefix = keys.template_key(tenant_id, "")
        with translated():
            return TemplateRow.count(partition, TemplateRow.sk.startswith(prefix), consistent_read=True)

    def variants(self, tenant_id: str, name: str) -> tuple[Variant, ...]:
        of_name = TemplateNameRow.sk.startswith(keys.template_name_prefix(name))
        with translated():
            rows = TemplateNameRow.query(keys.partition(tenant_id), of_name, consistent_read=True)
            return tuple(variant_of(row, row.template_id) for row in rows)

    def replace(
        self,
        seen: Template,
        template: Template,
        draft: Source | None = None,
        version: Version | None = None,
        entries: Entries = (),
    ) -> Written:
        try:
            with transaction(TemplateRow, rows_of(entries)) as write:
                write.save(row_of(template), TemplateRow.revision == seen.revision)
                if draft is not None:
                    write.save(draft_row_of(template, draft))
                if version is not None:
                    write.save(version_row_of(template, version), TemplateVersionRow.pk.does_not_exist())
                _move_name(write, seen, template)
        except TransactWriteError as error:
            raise_unless_refused(error)
            return self._why_refused(seen, template)
        return Written.WRITTEN

    def _why_refused(self, seen: Template, template: Template) -> Written:
        now = self.get(template.tenant_id, template.id)
        if now == template:  # Our own write, whose answer was lost.
            return Written.WRITTEN
        return Written.NAME_TAKEN if now == seen else Written.STALE

    def remove(self, seen: Template, entries: Entries = ()) -> bool:
        try:
            with transaction(TemplateRow, rows_of(entries)) as write:
                write.delete(TemplateRow(*_key(seen)), TemplateRow.revision == seen.revision)
                write.delete(TemplateDraftRow(*keys.template_draft_key(seen.tenant_id, seen.id)))
                write.delete(TemplateNameRow(*_name_key(seen)))
        except TransactWriteError as error:
            raise_unless_refused(error)
            return self.get(seen.tenant_id, seen.id) is None
        return True

    def version(self, tenant_id: str, template_id: str, number: int) -> Version | None:
        row = get(TemplateVersionRow, keys.template_version_key(tenant_id, template_id, version_id(number)))
        return version_of(row) if row else None

    def version_page(self, tenant_id: str, template_id: str, request: PageRequest) -> Page[Version]:
        return page(TemplateVersionRow, request, partial(keys.template_version_key, tenant_id, template_id), version_of)

    def end_versions(self, tenant_id: str, template_id: str, at: datetime) -> bool:
        partition, prefix = keys.template_version_key(tenant_id, template_id, "")
        endless = TemplateVersionRow.ttl.does_not_exist()
        with translated():
            rows = TemplateVersionRow.query(
                partition,
                TemplateVersionRow.sk.startswith(prefix),
                endless,
                consistent_read=True,
                attributes_to_get=["pk", "sk"],
            )
            found = [(row.pk, row.sk) for row in rows]
            for key in found:
                _end(TemplateVersionRow(*key), int(at.timestamp()))
        return bool(found)


class DynamoAppearances:
    def get(self, tenant_id: str) -> Appearance:
        row = get(BrandingRow, keys.branding_key(tenant_id))
        return appearance_of(row) if row else Appearance()

    def replace(self, tenant_id: str, seen: Appearance, appearance: Appearance, entries: Entries = ()) -> bool:
        # When it is refused, perhaps by our own write, whose answer was lost.
        is_written = save(branding_row_of(tenant_id, appearance), as_seen(BrandingRow, seen), rows_of(entries))
        return is_written or self.get(tenant_id) == appearance


def _end(row: TemplateVersionRow, ttl: int) -> None:
    try:
        row.update([TemplateVersionRow.ttl.set(ttl)], TemplateVersionRow.number.exists())
    except UpdateError as error:
        if not refused(error):
            raise


def _claim(write: TransactWrite, template: Template) -> None:
    free = TemplateNameRow.pk.does_not_exist() | (TemplateNameRow.template_id == template.id)
    write.save(name_row_of(template), free)


def _move_name(write: TransactWrite, seen: Template, template: Template) -> None:
    if seen.variant != template.variant:
        _claim(write, template)
    if seen.variant.place != template.variant.place:
        write.delete(TemplateNameRow(*_name_key(seen)))


def _key(template: Template) -> tuple[str, str]:
    return keys.template_key(template.tenant_id, template.id)


def _name_key(template: Template) -> tuple[str, str]:
    return keys.template_name_key(template.tenant_id, *template.variant.place)
