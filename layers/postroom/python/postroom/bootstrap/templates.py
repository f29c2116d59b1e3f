"""What templates there are, and who handles those that nobody trusts."""

from typing import TYPE_CHECKING

from postroom.bootstrap import aws
from postroom.bootstrap.directory import build_directory
from postroom.bootstrap.when_used import when_used
from postroom.settings import Settings
from postroom.templates.branding import ReadBranding
from postroom.templates.own.rows import ROWS
from postroom.templates.own.store import DynamoAppearances, DynamoTemplates
from postroom.templates.ports import BuiltInTemplates
from postroom.templates.resolve import ResolveTemplates
from postroom.tenancy.look_up import LookUp

if TYPE_CHECKING:
    from postroom.templates.processes.contained import Contained


def build_templates(settings: Settings) -> DynamoTemplates:
    aws.name(ROWS, settings.directory_table)
    return DynamoTemplates()


def build_appearances(settings: Settings) -> DynamoAppearances:
    aws.name(ROWS, settings.directory_table)
    return DynamoAppearances()


def build_branding(settings: Settings) -> ReadBranding:
    look_up = LookUp(build_directory(settings.directory_table))
    return ReadBranding(build_appearances(settings), look_up.tenant_name)


def build_built_in() -> BuiltInTemplates:
    @when_used
    def built_in() -> BuiltInTemplates:
        from postroom.templates.filling.built_in import built_in  # noqa: PLC0415 - as when_used says

        return built_in()

    return built_in


def build_templates_for(settings: Settings) -> ResolveTemplates:
    branding = build_branding(settings)
    return ResolveTemplates(build_templates(settings), build_built_in(), branding.default_locale)


def build_contained() -> "Contained":
    @when_used
    def contained() -> "Contained":
        from postroom.templates.filling.built_in import built_in  # noqa: PLC0415 - as when_used says
        from postroom.templates.processes.contained import Contained  # noqa: PLC0415

        return Contained(built_in().shared)

    return contained
