"""The JSON of what is answered about templates and branding."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from postroom.templates.model import Appearance, Source
from postroom.templates.own.model import Template, Version
from postroom.templates.own.preview import Shown
from postroom.templates.remarks import Remark
from postroom.web.body import ResponseBody


class TemplateSummary(ResponseBody):
    """``unpublished_changes``: publishing the draft would change what mails are made from."""

    id: str
    name: str
    locale: str | None
    user_type: str | None
    published_version: int | None
    latest_version: int | None
    unpublished_changes: bool
    revision: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, template: Template) -> "TemplateSummary":
        return cls(**_summary(template))


class TemplateAnswer(TemplateSummary):
    """With the draft."""

    subject: str
    html: str | None
    text: str | None

    @classmethod
    def with_draft(cls, template: Template, draft: Source) -> "TemplateAnswer":
        return cls(**_summary(template), subject=draft.subject, html=draft.html, text=draft.text)


class VersionSummary(ResponseBody):
    version: int
    is_published: bool
    subject: str
    created_at: datetime

    @classmethod
    def of(cls, template: Template, version: Version) -> "VersionSummary":
        return cls(**_version(template, version))


class VersionAnswer(VersionSummary):
    html: str | None
    text: str | None
    locale: str | None

    @classmethod
    def whole(cls, template: Template, version: Version) -> "VersionAnswer":
        source = version.source
        return cls(**_version(template, version), html=source.html, text=source.text, locale=source.locale or None)


class WarningAnswer(ResponseBody):
    code: str
    level: str
    message: str
    client: str | None
    line: int | None
    source: str | None

    @classmethod
    def of(cls, remark: Remark) -> "WarningAnswer":
        return cls(**asdict(remark))


class PreviewAnswer(ResponseBody):
    subject: str
    html: str | None
    text: str | None
    html_bytes: int
    missing: list[str]
    warnings: list[WarningAnswer]

    @classmethod
    def of(cls, shown: Shown) -> "PreviewAnswer":
        rendered = shown.rendered
        return cls(
            subject=rendered.subject,
            html=rendered.html,
            text=rendered.text,
            html_bytes=len((rendered.html or "").encode()),
            missing=list(shown.missing),
            warnings=[WarningAnswer.of(remark) for remark in shown.warnings],
        )


class BuiltInAnswer(ResponseBody):
    name: str
    subject: str
    html: str | None
    text: str | None
    sample: dict[str, Any]

    @classmethod
    def of(cls, name: str, source: Source, sample: Mapping[str, Any] | None) -> "BuiltInAnswer":
        return cls(name=name, subject=source.subject, html=source.html, text=source.text, sample=dict(sample or {}))


class BuiltInName(ResponseBody):
    name: str


class BuiltInNames(ResponseBody):
    items: list[BuiltInName]


class BrandingAnswer(ResponseBody):
    """As it was set; null: nothing was. Mails of a tenant without a ``name`` here have the tenant's."""

    name: str | None
    logo_url: str | None
    url: str | None
    colour: str | None
    footer: str | None
    default_locale: str | None
    revision: int

    @classmethod
    def of(cls, appearance: Appearance) -> "BrandingAnswer":
        branding = appearance.branding
        return cls(
            name=branding.name or None,
            logo_url=branding.logo_url,
            url=branding.url,
            colour=branding.colour,
            footer=branding.footer or None,
            default_locale=appearance.branding.default_locale or None,
            revision=appearance.revision,
        )


def _summary(template: Template) -> dict[str, Any]:
    variant = template.variant
    return {
        "id": template.id,
        "name": variant.name,
        "locale": variant.locale or None,
        "user_type": variant.user_type or None,
        "published_version": variant.live,
        "latest_version": template.versions or None,
        "unpublished_changes": not template.is_published,
        "revision": template.revision,
        "created_at": template.created_at,
        "updated_at": template.updated_at,
    }


def _version(template: Template, version: Version) -> dict[str, Any]:
    return {
        "version": version.number,
        "is_published": version.number == template.variant.live,
        "subject": version.source.subject,
        "created_at": version.created_at,
    }
