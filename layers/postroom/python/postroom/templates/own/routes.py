from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from postroom.errors import NotFound
from postroom.templates.branding import ChangeBranding, ReadBranding
from postroom.templates.model import NAME
from postroom.templates.own.answers import (
    BrandingAnswer,
    BuiltInAnswer,
    BuiltInName,
    BuiltInNames,
    PreviewAnswer,
    TemplateAnswer,
    TemplateSummary,
    VersionAnswer,
    VersionSummary,
)
from postroom.templates.own.bodies import (
    BrandingBody,
    BuiltInPreviewBody,
    PreviewBody,
    PublishBody,
    RollBackBody,
    TemplateBody,
    TemplateChangeBody,
)
from postroom.templates.own.manage import ChangeTemplate, CreateTemplate, DeleteTemplate, FindTemplates
from postroom.templates.own.model import PREFIX
from postroom.templates.own.preview import PreviewTemplate
from postroom.templates.own.publish import PublishTemplate, RollBack
from postroom.templates.ports import BuiltInTemplates
from postroom.tenancy.model import Role
from postroom.web.ids import checked_id
from postroom.web.pages import CursorText, Limit, Listed, Listing, Order, whole
from postroom.web.routes import CurrentCaller, CurrentSeed, Routes

_MOST_DIGITS = 6

NameFilter = Annotated[str | None, Query(pattern=f"^{NAME.pattern}$", description="Variants of this name alone.")]


def template_routes(
    routes: Routes, find: FindTemplates, create: CreateTemplate, change: ChangeTemplate, delete: DeleteTemplate
) -> None:
    @routes.post("/v1/templates", role=Role.ADMIN, status=201, idempotent=True)
    def create_template(body: TemplateBody, caller: CurrentCaller, seed: CurrentSeed) -> TemplateAnswer:
        """Make a template; its draft is used once it is published."""
        return TemplateAnswer.with_draft(*create(caller.tenant_id, body.wanted(), seed))

    @routes.get("/v1/templates", role=Role.VIEWER)
    def list_templates(
        caller: CurrentCaller,
        name: NameFilter = None,
        limit: Limit = 50,
        cursor: CursorText = None,
        order: Order = "created_at",
    ) -> Listed[TemplateSummary]:
        """List the templates, without their texts."""
        listing = Listing(f"templates:{name}" if name else "templates", order)
        request = listing.request(limit, cursor)
        page = find.named(caller.tenant_id, name, request) if name else find.page(caller.tenant_id, request)
        return Listed(items=[TemplateSummary.of(each) for each in page.items], next_cursor=listing.cursor(page))

    @routes.get("/v1/templates/{template_id}", role=Role.VIEWER)
    def get_template(template_id: str, caller: CurrentCaller) -> TemplateAnswer:
        """Show a template and its draft."""
        return TemplateAnswer.with_draft(*find.one(caller.tenant_id, checked_id(PREFIX, template_id)))

    @routes.put("/v1/templates/{template_id}", role=Role.ADMIN)
    def change_template(template_id: str, body: TemplateChangeBody, caller: CurrentCaller) -> TemplateAnswer:
        """Change a template's draft; what is left out stays as it is."""
        seen, draft = find.one(caller.tenant_id, checked_id(PREFIX, template_id), body.revision)
        wanted = body.wanted(seen, draft)
        return TemplateAnswer.with_draft(change(seen, wanted), wanted.source)

    @routes.delete("/v1/templates/{template_id}", role=Role.ADMIN)
    def delete_template(template_id: str, caller: CurrentCaller) -> None:
        """Delete a template. Messages that wait with one of its versions are sent with it."""
        delete(caller.tenant_id, checked_id(PREFIX, template_id))


def version_routes(routes: Routes, find: FindTemplates, publish: PublishTemplate, roll_back: RollBack) -> None:
    @routes.post("/v1/templates/{template_id}/publish", role=Role.ADMIN)
    def publish_template(template_id: str, caller: CurrentCaller, body: PublishBody | None = None) -> TemplateSummary:
        """Make the draft the version that mails are made from."""
        return TemplateSummary.of(
            publish(caller.tenant_id, checked_id(PREFIX, template_id), body.data if body else None)
        )

    @routes.post("/v1/templates/{template_id}/rollback", role=Role.ADMIN, idempotent=True)
    def roll_back_template(
        template_id: str, caller: CurrentCaller, seed: CurrentSeed, body: RollBackBody | None = None
    ) -> TemplateSummary:
        """Make an earlier version live again; the draft stays as it is."""
        number = body.version if body else None
        return TemplateSummary.of(roll_back(caller.tenant_id, checked_id(PREFIX, template_id), seed, number))

    @routes.get("/v1/templates/{template_id}/versions", role=Role.VIEWER)
    def list_versions(
        template_id: str,
        caller: CurrentCaller,
        limit: Limit = 50,
        cursor: CursorText = None,
        order: Order = "created_at",
    ) -> Listed[VersionSummary]:
        """List the versions of a template."""
        listing = Listing("template-versions", order)
        template, page = find.versions(
            caller.tenant_id, checked_id(PREFIX, template_id), listing.request(limit, cursor)
        )
        items = [VersionSummary.of(template, version) for version in page.items]
        return Listed(items=items, next_cursor=listing.cursor(page))

    @routes.get("/v1/templates/{template_id}/versions/{version}", role=Role.VIEWER)
    def get_version(template_id: str, version: str, caller: CurrentCaller) -> VersionAnswer:
        """Show a version of a template, which never changes."""
        return VersionAnswer.whole(*find.version(caller.tenant_id, checked_id(PREFIX, template_id), _number(version)))


def branding_routes(routes: Routes, read: ReadBranding, change: ChangeBranding) -> None:
    @routes.get("/v1/branding", role=Role.VIEWER)
    def show_branding(caller: CurrentCaller) -> BrandingAnswer:
        """Show how the tenant's mails look."""
        return BrandingAnswer.of(read.as_set(caller.tenant_id))

    @routes.put("/v1/branding", role=Role.ADMIN)
    def change_branding(body: BrandingBody, caller: CurrentCaller) -> BrandingAnswer:
        """Say how the tenant's mails look; what is left out stays as it is."""
        seen = read.as_set(caller.tenant_id, body.revision)
        return BrandingAnswer.of(change(caller.tenant_id, seen, body.wanted(seen)))


def preview_routes(routes: Routes, preview: PreviewTemplate) -> None:
    @routes.post("/v1/templates/{template_id}/preview", role=Role.OPERATOR)
    def preview_template(template_id: str, caller: CurrentCaller, body: PreviewBody | None = None) -> PreviewAnswer:
        """Fill in a draft or a version as it would be sent, and tell what is wrong with the mail."""
        asked = body or PreviewBody()
        tenant_id, checked = caller.tenant_id, checked_id(PREFIX, template_id)
        if asked.version is None:
            return whole(PreviewAnswer.of(preview.of_draft(tenant_id, checked, asked.data)))
        return whole(PreviewAnswer.of(preview.of_version(tenant_id, checked, asked.version, asked.data)))


def built_in_routes(routes: Routes, built_in: BuiltInTemplates, preview: PreviewTemplate) -> None:
    @routes.get("/v1/built-in-templates", role=Role.VIEWER)
    def list_built_in_templates() -> BuiltInNames:
        """List the templates that come with Postroom."""
        return BuiltInNames(items=[BuiltInName(name=name) for name in built_in.names()])

    @routes.get("/v1/built-in-templates/{name}", role=Role.VIEWER)
    def get_built_in_template(name: str) -> BuiltInAnswer:
        """Show a built-in template, to copy it, and data to try it with."""
        source = built_in.source(name)
        if source is None:
            raise NotFound
        return BuiltInAnswer.of(name, source, built_in.sample(name))

    @routes.post("/v1/built-in-templates/{name}/preview", role=Role.OPERATOR)
    def preview_built_in_template(
        name: str, caller: CurrentCaller, body: BuiltInPreviewBody | None = None
    ) -> PreviewAnswer:
        """Fill in a built-in template with the tenant's branding."""
        given = body.data if body else None
        data = (built_in.sample(name) or {}) if given is None else given
        return whole(PreviewAnswer.of(preview.of_built_in(caller.tenant_id, name, data)))


def _number(version: str) -> int:
    if not (version.isascii() and version.isdigit() and len(version) <= _MOST_DIGITS):
        raise NotFound
    return int(version)
