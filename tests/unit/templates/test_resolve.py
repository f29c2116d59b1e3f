"""Which variant a message gets: a table of cases."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from threading import Barrier

import pytest

from postroom.templates.model import Chosen, Reference, Source, Wanted
from postroom.templates.own.model import Template, Variant, Version
from postroom.templates.resolve import ReadSource, ResolveTemplates, Unmet, best, places
from tests.builders import a_template
from tests.fakes.stored_templates import MemoryTemplates
from tests.fakes.time import NOON

ID = "tpl_01m7c9k5v7n4x2q8z3r6t0abcd"
BUILT_IN = {"welcome": Source("Welcome to {{ brand.name }}\n", "<p>", None)}


class BuiltIns:
    def source(self, name: str) -> Source | None:
        return BUILT_IN.get(name)


class Shelf:
    """Templates of one tenant, whose default locale is ``fr-CA``."""

    def __init__(self) -> None:
        self.store = MemoryTemplates()
        self.locales_asked = 0
        self._resolve = ResolveTemplates(self.store, BuiltIns(), self._default_locale)

    def _default_locale(self, tenant_id: str) -> str:
        assert tenant_id == "ten_a"
        self.locales_asked += 1
        return "fr-CA"

    def put(self, template_id: str, *, published: bool = True, **place: str) -> Template:
        template = a_template(template_id, **place)
        self.store.add(template, Source("Subject", None, "Text"))
        return self.publish(template) if published else template

    def publish(self, template: Template) -> Template:
        subject = f"Subject of {template.id}"
        number = template.versions + 1
        variant = replace(template.variant, live=number, subject=subject)
        changed = replace(template, variant=variant, versions=number, revision=template.revision + 1)
        self.store.replace(template, changed, version=Version(number, Source(subject, None, "Text"), NOON))
        return changed

    def __call__(self, *wanted: Wanted) -> Mapping[Wanted, Chosen | Unmet]:
        return self._resolve("ten_a", wanted)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def variants(*each: tuple[str, str]) -> Iterable[Variant]:
    return [Variant("welcome", locale, user_type, f"{locale}/{user_type}", 1) for locale, user_type in each]


@pytest.mark.parametrize(
    ("there", "locale", "user_type", "default", "chosen"),
    [
        # The one without a locale and a user type is for everybody.
        ([("", "")], "", "", "", "/"),
        ([("", "")], "de-AT", "admin", "fr", "/"),
        # The nearest locale.
        ([("", ""), ("de", ""), ("de-AT", "")], "de-AT", "", "", "de-AT/"),
        ([("", ""), ("de", ""), ("de-AT", "")], "de-CH", "", "", "de/"),
        ([("", ""), ("de-AT", "")], "de", "", "", "/"),
        ([("zh", ""), ("zh-Hant", "")], "zh-Hant-TW", "", "", "zh-Hant/"),
        # The tenant's, and its parents, before the one without a locale.
        ([("", ""), ("fr", "")], "de", "", "fr-CA", "fr/"),
        ([("", ""), ("fr", "")], "", "", "fr", "fr/"),
        ([("", ""), ("fr", ""), ("de", "")], "de-AT", "", "fr", "de/"),
        # Of one locale the user type's own before the general one.
        ([("", ""), ("", "admin")], "", "admin", "", "/admin"),
        ([("", ""), ("", "admin")], "", "guest", "", "/"),
        ([("", ""), ("", "admin")], "", "", "", "/"),
        ([("de", ""), ("de", "admin")], "de", "admin", "", "de/admin"),
        # The locale before the user type.
        ([("de", ""), ("", "admin")], "de", "admin", "", "de/"),
        ([("de", "admin"), ("de-AT", "")], "de-AT", "admin", "", "de-AT/"),
        ([("fr", "admin"), ("", "")], "de", "admin", "fr", "fr/admin"),
        # Another's user type, and a locale that nobody speaks, do not fit.
        ([("", "admin")], "", "", "", None),
        ([("", "admin")], "", "Admin", "", None),
        ([("it", "")], "de", "", "fr", None),
        ([], "de", "admin", "fr", None),
    ],
)
def test_of_the_variants_the_nearest_is_chosen(
    there: list[tuple[str, str]], locale: str, user_type: str, default: str, chosen: str | None
) -> None:
    found = best(variants(*there), Wanted("welcome", locale, user_type), default)

    assert (found.template_id if found else None) == chosen


def test_the_order_is_locale_by_locale() -> None:
    assert places("de-AT", "admin", "fr") == (
        ("de-AT", "admin"), ("de-AT", ""), ("de", "admin"), ("de", ""), ("fr", "admin"), ("fr", ""), ("", "admin"),
        ("", ""),
    )  # fmt: skip
    assert places("de", "", "de-AT") == (("de", ""), ("de-AT", ""), ("", ""))


def test_a_variant_that_was_not_published_is_passed_over(shelf: Shelf) -> None:
    shelf.put("tpl_general")
    shelf.put("tpl_german", published=False, locale="de")

    german = Wanted("welcome", "de")

    assert shelf(german)[german] == Chosen(Reference("welcome", "tpl_general", 1), "Subject of tpl_general")


def test_a_tenants_own_takes_the_place_of_a_built_in_one_where_it_fits(shelf: Shelf) -> None:
    built_in = Chosen(Reference("welcome"), "Welcome to {{ brand.name }}")
    anybody, german = Wanted("welcome"), Wanted("welcome", "de")
    assert shelf(anybody)[anybody] == built_in

    template = shelf.put("tpl_german", published=False, locale="de")
    assert shelf(german)[german] == built_in
    shelf.publish(template)

    assert shelf(anybody, german) == {
        anybody: built_in,
        german: Chosen(Reference("welcome", "tpl_german", 1), "Subject of tpl_german"),
    }


def test_an_id_is_that_template_whatever_the_locale(shelf: Shelf) -> None:
    shelf.publish(shelf.put(ID, locale="de", name="other"))

    italian = Wanted(ID, "it", "admin")

    assert shelf(italian)[italian] == Chosen(Reference("other", ID, 2), f"Subject of {ID}")


def test_why_there_is_nothing_is_told_apart(shelf: Shelf) -> None:
    shelf.put(ID, name="drafted", published=False)
    shelf.put("tpl_it", name="italian", locale="it")
    asked = [Wanted(each, "de") for each in ("nothing", "drafted", "italian", ID, ID[:-1] + "x")]

    assert [shelf(*asked)[each] for each in asked] == [
        Unmet.UNKNOWN,
        Unmet.UNPUBLISHED,
        Unmet.UNFITTING,
        Unmet.UNPUBLISHED,
        Unmet.UNKNOWN,
    ]


def test_another_tenants_templates_are_unknown(shelf: Shelf) -> None:
    shelf.put(ID, name="mine")
    stranger = ResolveTemplates(shelf.store, BuiltIns(), lambda _: "")
    asked = [Wanted("mine"), Wanted(ID)]

    assert set(stranger("ten_b", asked).values()) == {Unmet.UNKNOWN}


def test_several_names_are_looked_up_side_by_side(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    both, variants = Barrier(2, timeout=5), shelf.store.variants

    def together(tenant_id: str, name: str) -> tuple[Variant, ...]:
        both.wait()
        return variants(tenant_id, name)

    monkeypatch.setattr(shelf.store, "variants", together)
    asked = [Wanted("one"), Wanted("one", "de"), Wanted("two")]

    assert shelf(*asked) == dict.fromkeys(asked, Unmet.UNKNOWN)


def test_the_default_locale_is_asked_for_once_and_only_where_it_could_matter(shelf: Shelf) -> None:
    shelf.put("tpl_1", name="plain")
    shelf(Wanted("plain", "de"), Wanted("welcome"), Wanted(ID))
    assert shelf.locales_asked == 0

    shelf.put("tpl_2", locale="fr")
    shelf.put("tpl_3", name="other", locale="fr")
    asked = [Wanted("welcome", "de"), Wanted("other", "it")]

    found = shelf(*asked)

    assert {found[each].reference.template_id for each in asked} == {"tpl_2", "tpl_3"}  # type: ignore[union-attr]
    assert shelf.locales_asked == 1


def test_a_version_is_read_also_once_its_template_is_gone(shelf: Shelf) -> None:
    template = shelf.put(ID)
    read = ReadSource(shelf.store)
    shelf.store.remove(template)

    assert read("ten_a", ID, 1) == Source(f"Subject of {ID}", None, "Text")
    assert read("ten_a", ID, 2) is None
    assert read("ten_b", ID, 1) is None
