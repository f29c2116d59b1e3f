"""The rows of templates in the directory table."""

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.models import Model

from postroom.templates.model import Appearance, Branding, Source
from postroom.templates.own import codec
from postroom.templates.own.model import Template, Variant, Version
from postroom.tenancy import keys


class TemplateRow(Model):
    """Without its texts: lists read many of these."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    id = UnicodeAttribute()
    name = UnicodeAttribute()
    locale = UnicodeAttribute(null=True)
    user_type = UnicodeAttribute(null=True)
    live = NumberAttribute(null=True)
    subject = UnicodeAttribute(null=True)
    draft = UnicodeAttribute()
    versions = NumberAttribute()
    latest = UnicodeAttribute(null=True)
    rolled_back_by = UnicodeAttribute(null=True)
    revision = NumberAttribute()
    created_at = UTCDateTimeAttribute()
    updated_at = UTCDateTimeAttribute()


class TemplateNameRow(Model):
    """Makes a variant belong to one template, and has what is needed to send with it: one query finds a name's."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    template_id = UnicodeAttribute()
    name = UnicodeAttribute()
    locale = UnicodeAttribute(null=True)
    user_type = UnicodeAttribute(null=True)
    live = NumberAttribute(null=True)
    subject = UnicodeAttribute(null=True)


class TemplateDraftRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    blob = BinaryAttribute(legacy_encoding=False)


class TemplateVersionRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    number = NumberAttribute()
    blob = BinaryAttribute(legacy_encoding=False)
    created_at = UTCDateTimeAttribute()
    ttl = NumberAttribute(null=True)


class BrandingRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute(null=True)
    logo_url = UnicodeAttribute(null=True)
    url = UnicodeAttribute(null=True)
    colour = UnicodeAttribute(null=True)
    footer = UnicodeAttribute(null=True)
    default_locale = UnicodeAttribute(null=True)
    revision = NumberAttribute()


ROWS = (TemplateRow, TemplateNameRow, TemplateDraftRow, TemplateVersionRow, BrandingRow)


def row_of(template: Template) -> TemplateRow:
    variant = template.variant
    return TemplateRow(
        *keys.template_key(template.tenant_id, template.id),
        id=template.id,
        name=variant.name,
        locale=variant.locale or None,
        user_type=variant.user_type or None,
        live=variant.live,
        subject=variant.subject or None,
        draft=template.draft,
        versions=template.versions,
        latest=template.latest or None,
        rolled_back_by=template.rolled_back_by,
        revision=template.revision,
        created_at=template.created_at,
        updated_at=template.updated_at,
    )


def template_of(tenant_id: str, row: TemplateRow) -> Template:
    return Template(
        tenant_id=tenant_id,
        id=row.id,
        variant=variant_of(row, row.id),
        draft=row.draft,
        versions=int(row.versions),
        latest=row.latest or "",
        rolled_back_by=row.rolled_back_by,
        revision=int(row.revision),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def name_row_of(template: Template) -> TemplateNameRow:
    variant = template.variant
    return TemplateNameRow(
        *keys.template_name_key(template.tenant_id, *variant.place),
        template_id=template.id,
        name=variant.name,
        locale=variant.locale or None,
        user_type=variant.user_type or None,
        live=variant.live,
        subject=variant.subject or None,
    )


def variant_of(row: TemplateRow | TemplateNameRow, template_id: str) -> Variant:
    return Variant(
        name=row.name,
        locale=row.locale or "",
        user_type=row.user_type or "",
        template_id=template_id,
        live=None if row.live is None else int(row.live),
        subject=row.subject or "",
    )


def draft_row_of(template: Template, draft: Source) -> TemplateDraftRow:
    return TemplateDraftRow(*keys.template_draft_key(template.tenant_id, template.id), blob=codec.encode(draft))


def version_row_of(template: Template, version: Version) -> TemplateVersionRow:
    return TemplateVersionRow(
        *keys.template_version_key(template.tenant_id, template.id, version.id),
        number=version.number,
        blob=codec.encode(version.source),
        created_at=version.created_at,
    )


def version_of(row: TemplateVersionRow) -> Version:
    return Version(int(row.number), codec.decode(row.blob), row.created_at)


def branding_row_of(tenant_id: str, appearance: Appearance) -> BrandingRow:
    branding = appearance.branding
    return BrandingRow(
        *keys.branding_key(tenant_id),
        name=branding.name or None,
        logo_url=branding.logo_url,
        url=branding.url,
        colour=branding.colour,
        footer=branding.footer or None,
        default_locale=appearance.branding.default_locale or None,
        revision=appearance.revision,
    )


def appearance_of(row: BrandingRow) -> Appearance:
    branding = Branding(row.name or "", row.logo_url, row.url, row.colour, row.footer or "", row.default_locale or "")
    return Appearance(branding, int(row.revision))
