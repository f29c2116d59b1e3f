"""What fills templates in when their mails are sent."""

from postroom.bootstrap.templates import build_branding, build_contained, build_templates
from postroom.settings import Settings
from postroom.templates.filling.built_in import built_in
from postroom.templates.filling.fill import FillTemplate
from postroom.templates.filling.render import Render
from postroom.templates.resolve import ReadSource
from postroom.templates.sandbox.environment import Sandbox, SharedLoader


def build_fill_in(settings: Settings) -> FillTemplate:
    return FillTemplate(
        built_in=built_in(),
        source_of=ReadSource(build_templates(settings)),
        branding_of=build_branding(settings),
        render=Render(Sandbox(SharedLoader(built_in().shared))),
        contained=build_contained(),
    )
