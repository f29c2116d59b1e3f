"""The built-in mails as they are sent, with their sample data or other, for pictures and tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.place import ROOT
from postroom.templates.filling.built_in import BuiltIn
from postroom.templates.filling.render import Render
from postroom.templates.model import Branding, Source
from postroom.templates.sandbox.environment import Sandbox, SharedLoader

FOLDER = ROOT / "templates/email"
BRAND = Branding(
    name="Northwind",
    url="https://www.example.com",
    colour="#0b6e4f",
    footer="Northwind Ltd\n12 Harbour Street, Bristol",
)

_FOUND = BuiltIn(FOLDER)
_RENDER = Render(Sandbox(SharedLoader(_FOUND.shared)))


@dataclass(frozen=True, slots=True)
class Mail:
    subject: str
    html: str
    text: str


def names() -> tuple[str, ...]:
    return _FOUND.names()


def source(name: str) -> Source:
    found = _FOUND.source(name)
    if found is None:
        raise LookupError(name)
    return found


def sample(name: str) -> dict[str, Any]:
    return dict(_FOUND.sample(name) or {})


def fill(name: str, data: Mapping[str, Any], brand: Branding = BRAND) -> Mail:
    return fill_in(source(name), data, brand)


def fill_in(template: Source, data: Mapping[str, Any], brand: Branding = BRAND) -> Mail:
    rendered = _RENDER.fill_in(template, data, brand)
    return Mail(rendered.subject, rendered.html or "", rendered.text or "")
