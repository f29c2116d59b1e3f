from collections.abc import Mapping
from typing import Any

import pytest

from postroom.errors import Unsendable
from postroom.templates.filling.fill import FillTemplate
from postroom.templates.model import Branding, Filling, Reference, Rendered, Source

OWN = Reference("welcome", "tpl_1", 3)


class World:
    """Says of each mail who filled it in, with what."""

    def __init__(self) -> None:
        self.sources: dict[tuple[str, str, int], Source] = {("ten_a", "tpl_1", 3): Source("own", None, "t")}
        self.brands = {"ten_a": Branding("Acme")}
        self.read: list[str] = []
        self.seconds = 0.0
        self.fill = FillTemplate(
            built_in=self,
            source_of=self._source_of,
            branding_of=self._branding_of,
            render=lambda source, data, branding: said("here", source, data, branding),
            contained=self,
            now=lambda: self.seconds,
        )

    def source(self, name: str) -> Source | None:
        return Source("built in", None, "t") if name == "welcome" else None

    def render(self, tenant_id: str, source: Source, data: Mapping[str, Any], branding: Branding) -> Rendered:
        return said(f"child of {tenant_id}", source, data, branding)

    def _source_of(self, *key: Any) -> Source | None:  # noqa: ANN401 - the parts of a key
        self.read.append("source")
        return self.sources.get(key)

    def _branding_of(self, tenant_id: str) -> Branding:
        self.read.append("branding")
        return self.brands[tenant_id]


def said(who: str, source: Source, data: Mapping[str, Any], branding: Branding) -> Rendered:
    return Rendered(f"{who}: {source.subject} for {branding.name} with {dict(data)}", None, "t")


@pytest.fixture
def world() -> World:
    return World()


def test_a_built_in_template_is_filled_in_here(world: World) -> None:
    mail = world.fill("ten_a", Reference("welcome"), Filling({"a": 1}))

    assert mail.subject == "here: built in for Acme with {'a': 1}"


def test_a_tenant_s_template_is_filled_in_by_a_child_of_that_tenant(world: World) -> None:
    mail = world.fill("ten_a", OWN, Filling({"a": 1}))

    assert mail.subject == "child of ten_a: own for Acme with {'a': 1}"


@pytest.mark.parametrize(
    "data",
    [
        {"text": "x" * 30_000},
        {"text": "x\n" * 1_001},
        {"text": {"a": ["\r" * 600, "\n" * 600]}},
        {"list": [{"a": "x" * 90}] * 300},
        {"list": [[{"a": "x"}] * 400] * 3},
        {"list": [1] * 1_001},
    ],
    ids=["characters", "lines", "lines of several", "characters of several", "objects", "values"],
)
def test_a_built_in_template_that_gets_much_data_is_filled_in_by_a_child_too(
    world: World, data: dict[str, Any]
) -> None:
    assert world.fill("ten_a", Reference("welcome"), Filling(data)).subject.startswith("child of ten_a: built in")


@pytest.mark.parametrize("data", [{"a": "x" * 20_000}, {"a": "x\n" * 1_000}, {"a": [1] * 1_000}])
def test_a_built_in_template_that_gets_as_much_as_any_mail_needs_is_filled_in_here(
    world: World, data: dict[str, Any]
) -> None:
    assert world.fill("ten_a", Reference("welcome"), Filling(data)).subject.startswith("here")


def test_a_version_is_read_once_and_the_branding_once_a_minute(world: World) -> None:
    for seconds in (0, 30, 59):
        world.seconds = seconds
        world.fill("ten_a", OWN, Filling())
    assert world.read == ["branding", "source"]

    world.seconds, world.brands["ten_a"] = 61, Branding("Acme & Co")

    assert "for Acme & Co" in world.fill("ten_a", OWN, Filling()).subject


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        (Reference("unheard"), 'There is no built-in template "unheard"'),
        (Reference("welcome", "tpl_1", 4), "Version 4 of the template tpl_1 is not there any more"),
    ],
)
def test_a_template_that_is_not_there_cannot_be_sent(world: World, reference: Reference, words: str) -> None:
    with pytest.raises(Unsendable, match=words):
        world.fill("ten_a", reference, Filling())


def test_another_tenant_s_template_is_not_there(world: World) -> None:
    world.brands["ten_b"] = Branding("Other")
    world.fill("ten_a", OWN, Filling())

    with pytest.raises(Unsendable):
        world.fill("ten_b", OWN, Filling())


def test_a_version_that_was_not_there_is_looked_for_again(world: World) -> None:
    late = Reference("welcome", "tpl_1", 4)
    with pytest.raises(Unsendable):
        world.fill("ten_a", late, Filling())

    world.sources["ten_a", "tpl_1", 4] = Source("late", None, "t")

    assert "late" in world.fill("ten_a", late, Filling()).subject
