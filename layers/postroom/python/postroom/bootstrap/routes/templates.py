"""The routes of templates and branding."""

from typing import TYPE_CHECKING

from postroom.bootstrap.templates import (
    build_appearances,
    build_branding,
    build_built_in,
    build_contained,
    build_templates,
)
from postroom.bootstrap.when_used import when_used
from postroom.clock import system_clock
from postroom.settings import Settings
from postroom.templates.branding import ChangeBranding
from postroom.templates.own.manage import ChangeTemplate, CreateTemplate, DeleteTemplate, FindTemplates
from postroom.templates.own.preview import PreviewTemplate
from postroom.templates.own.publish import PublishTemplate, RollBack
from postroom.templates.own.routes import (
    branding_routes,
    built_in_routes,
    preview_routes,
    template_routes,
    version_routes,
)
from postroom.web.routes import Routes

if TYPE_CHECKING:
    from postroom.templates.remarks import Lint


def add_templates(routes: Routes, settings: Settings) -> None:
    store, branding, workshop = build_templates(settings), build_branding(settings), build_contained()
    find, built_in = FindTemplates(store), build_built_in()
    preview = PreviewTemplate(find, built_in, workshop, _lint(), branding)
    template_routes(
        routes,
        find,
        CreateTemplate(store, workshop, system_clock),
        ChangeTemplate(store, workshop, system_clock),
        DeleteTemplate(store, settings.retention, system_clock),
    )
    publish, roll_back = PublishTemplate(store, workshop, branding, system_clock), RollBack(store, system_clock)
    version_routes(routes, find, publish, roll_back)
    preview_routes(routes, preview)
    built_in_routes(routes, built_in, preview)
    branding_routes(routes, branding, ChangeBranding(build_appearances(settings)))


def _lint() -> "Lint":
    @when_used
    def lint() -> "Lint":
        from postroom.templates.lint import lint  # noqa: PLC0415 - as when_used says

        return lint

    return lint
