"""What every store of templates must do, the one in memory and the one in DynamoDB."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import boto3
import pytest

from postroom.paging import PageRequest
from postroom.templates.model import Appearance, Branding, Source
from postroom.templates.own.model import Template, Variant, Version
from postroom.templates.own.ports import AppearanceStore, TemplateStore, Written
from postroom.templates.own.rows import ROWS
from postroom.templates.own.store import DynamoAppearances, DynamoTemplates
from tests.builders import a_template
from tests.fakes.stored_templates import MemoryAppearances, MemoryTemplates
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON

LATER = NOON + timedelta(minutes=1)
DRAFT = Source("Hello {{ name }}", "<p>Hello</p>", None, "de")
OTHER = Source("Bye", None, "Bye")


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[TemplateStore]:
    if request.param == "memory":
        yield MemoryTemplates()
        return
    with tables("directory"):
        name_table(ROWS, "directory")
        yield DynamoTemplates()


@pytest.fixture(params=["memory", "dynamodb"])
def appearances(request: pytest.FixtureRequest) -> Iterator[AppearanceStore]:
    if request.param == "memory":
        yield MemoryAppearances()
        return
    with tables("directory"):
        name_table(ROWS, "directory")
        yield DynamoAppearances()


def published(seen: Template, source: Source = DRAFT) -> tuple[Template, Version]:
    """Its next version, live."""
    number = seen.versions + 1
    variant = replace(seen.variant, live=number, subject=source.subject)
    template = replace(seen, variant=variant, versions=number, latest=seen.draft, revision=seen.revision + 1)
    return template, Version(number, source, LATER)


def test_a_template_is_found_again_as_it_was(store: TemplateStore) -> None:
    plain, special = a_template(), a_template("tpl_2", locale="de-AT", user_type="a#b # Größe", rolled_back_by="rbk_1")

    assert store.add(plain, DRAFT) == plain
    assert store.add(special, OTHER) == special

    assert store.get("ten_a", "tpl_1") == plain
    assert store.get_many("ten_a", ["tpl_2", "tpl_1", "tpl_2", "tpl_none"]) == {"tpl_1": plain, "tpl_2": special}
    assert store.get_many("ten_a", []) == {}
    assert (store.draft("ten_a", "tpl_1"), store.draft("ten_a", "tpl_2")) == (DRAFT, OTHER)
    assert store.count("ten_a") == 2


def test_another_tenants_template_is_not_there(store: TemplateStore) -> None:
    template = a_template()
    store.add(template, DRAFT)
    live, version = published(template)
    store.replace(template, live, version=version)
    strange = replace(live, tenant_id="ten_b")

    assert store.get("ten_b", "tpl_1") is None
    assert store.get_many("ten_b", ["tpl_1"]) == {}
    assert store.draft("ten_b", "tpl_1") is None
    assert store.page("ten_b", PageRequest()).items == ()
    assert store.count("ten_b") == 0
    assert store.variants("ten_b", "welcome") == ()
    assert store.version("ten_b", "tpl_1", 1) is None
    assert store.version_page("ten_b", "tpl_1", PageRequest()).items == ()
    assert not store.end_versions("ten_b", "tpl_1", LATER)
    assert store.replace(strange, replace(strange, revision=9), OTHER) is Written.STALE
    assert store.remove(strange)
    assert (store.get("ten_a", "tpl_1"), store.draft("ten_a", "tpl_1")) == (live, DRAFT)
    assert store.version("ten_a", "tpl_1", 1) == version


def test_the_largest_template_fits(store: TemplateStore) -> None:
    # Text that can hardly be compressed: every letter another one.
    html = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(66_666))
    text = "".join(chr(0x4E00 + number * 104_729 % 20_000) for number in range(33_333))
    source = Source("ß" * 500, html, text, "de")
    template = a_template()
    store.add(template, source)
    live, version = published(template, source)

    assert store.replace(template, live, version=version) is Written.WRITTEN
    assert store.draft("ten_a", "tpl_1") == source
    assert store.version("ten_a", "tpl_1", 1) == version


def test_the_same_id_is_stored_once(store: TemplateStore) -> None:
    first = a_template()
    store.add(first, DRAFT)

    assert store.add(replace(first, draft="other"), OTHER) == first
    assert store.draft("ten_a", "tpl_1") == DRAFT


@pytest.mark.parametrize("place", [{}, {"locale": "de"}, {"user_type": "customer"}])
def test_a_variant_belongs_to_one_template_of_a_tenant(store: TemplateStore, place: dict[str, str]) -> None:
    store.add(a_template(**place), DRAFT)

    assert store.add(a_template("tpl_2", **place), OTHER) is None
    assert store.get("ten_a", "tpl_2") is None
    assert store.draft("ten_a", "tpl_2") is None
    assert store.count("ten_a") == 1
    assert store.add(a_template("tpl_2", tenant_id="ten_b", **place), OTHER) is not None


def test_all_variants_of_a_name_are_found_and_of_no_other(store: TemplateStore) -> None:
    general, german = a_template(), a_template("tpl_2", locale="de")
    for template in (general, german, a_template("tpl_3", name="welcome-2"), a_template("tpl_4", name="wel")):
        store.add(template, DRAFT)
    live, version = published(german)
    store.replace(german, live, version=version)

    assert store.variants("ten_a", "welcome") == (
        Variant("welcome", template_id="tpl_1"),
        Variant("welcome", "de", "", "tpl_2", 1, "Hello {{ name }}"),
    )
    assert store.variants("ten_a", "welc") == ()


def test_a_change_takes_its_draft_with_it(store: TemplateStore) -> None:
    seen = a_template()
    store.add(seen, DRAFT)
    changed = replace(seen, draft="new", revision=2, updated_at=LATER)

    assert store.replace(seen, changed, OTHER) is Written.WRITTEN
    assert (store.get("ten_a", "tpl_1"), store.draft("ten_a", "tpl_1")) == (changed, OTHER)


def test_a_variant_is_free_again_once_its_template_is_another_or_gone(store: TemplateStore) -> None:
    seen = a_template()
    store.add(seen, DRAFT)
    moved = replace(seen, variant=replace(seen.variant, locale="de"), revision=2)

    assert store.replace(seen, moved) is Written.WRITTEN
    assert store.variants("ten_a", "welcome") == (moved.variant,)
    assert store.add(a_template("tpl_2"), OTHER) is not None
    assert store.remove(moved)
    assert store.add(a_template("tpl_3", locale="de"), OTHER) is not None


def test_a_variant_that_is_taken_cannot_be_changed_to(store: TemplateStore) -> None:
    seen, other = a_template(), a_template("tpl_2", name="other")
    store.add(seen, DRAFT)
    store.add(other, OTHER)
    moved = replace(seen, variant=replace(seen.variant, name="other"), revision=2)

    assert store.replace(seen, moved, OTHER) is Written.NAME_TAKEN
    assert (store.get("ten_a", "tpl_1"), store.draft("ten_a", "tpl_1")) == (seen, DRAFT)
    assert store.variants("ten_a", "other") == (other.variant,)


def test_versions_are_numbered_and_never_change(store: TemplateStore) -> None:
    seen = a_template()
    store.add(seen, DRAFT)
    first, one = published(seen)
    second, two = published(first, OTHER)

    assert store.replace(seen, first, version=one) is Written.WRITTEN
    assert store.replace(first, second, version=two) is Written.WRITTEN

    assert store.get("ten_a", "tpl_1") == second
    assert [store.version("ten_a", "tpl_1", number) for number in (0, 1, 2, 3)] == [None, one, two, None]


def test_of_two_that_publish_what_they_saw_the_second_is_refused_and_leaves_nothing(store: TemplateStore) -> None:
    seen = a_template()
    store.add(seen, DRAFT)
    (mine, version), (other, another) = published(seen), published(seen, OTHER)
    other = replace(other, updated_at=LATER)

    assert store.replace(seen, mine, version=version) is Written.WRITTEN
    assert store.replace(seen, other, version=another) is Written.STALE

    assert store.get("ten_a", "tpl_1") == mine
    assert store.version("ten_a", "tpl_1", 1) == version
    assert store.variants("ten_a", "welcome") == (mine.variant,)


@pytest.mark.parametrize("name", ["welcome", "other"])
def test_a_change_whose_answer_was_lost_is_known_again(store: TemplateStore, name: str) -> None:
    seen = a_template()
    store.add(seen, DRAFT)
    changed, version = published(seen)
    changed = replace(changed, variant=replace(changed.variant, name=name))

    for _ in range(2):
        assert store.replace(seen, changed, OTHER, version) is Written.WRITTEN

    assert store.get("ten_a", "tpl_1") == changed


def test_what_is_gone_cannot_be_changed_and_can_be_removed_again(store: TemplateStore) -> None:
    seen = a_template()
    store.add(seen, DRAFT)
    changed, version = published(seen)

    assert store.remove(seen)
    assert store.replace(seen, changed, OTHER, version) is Written.STALE
    assert store.remove(seen)

    assert store.get("ten_a", "tpl_1") is None
    assert store.draft("ten_a", "tpl_1") is None
    assert store.version("ten_a", "tpl_1", 1) is None
    assert store.variants("ten_a", "welcome") == ()


def test_what_was_changed_is_not_removed_unseen(store: TemplateStore) -> None:
    seen = a_template()
    store.add(seen, DRAFT)
    changed = replace(seen, draft="new", revision=2)
    store.replace(seen, changed, OTHER)

    assert not store.remove(seen)
    assert (store.get("ten_a", "tpl_1"), store.draft("ten_a", "tpl_1")) == (changed, OTHER)


def test_versions_outlive_their_template_and_their_end_is_set_once(store: TemplateStore) -> None:
    seen = a_template()
    store.add(seen, DRAFT)
    live, version = published(seen)
    store.replace(seen, live, version=version)
    store.remove(live)

    assert store.end_versions("ten_a", "tpl_1", LATER)
    assert not store.end_versions("ten_a", "tpl_1", LATER + timedelta(days=1))
    assert store.version("ten_a", "tpl_1", 1) == version


def test_the_end_of_a_version_is_one_that_dynamodb_sees() -> None:
    with tables("directory"):
        name_table(ROWS, "directory")
        store, seen = DynamoTemplates(), a_template()
        store.add(seen, DRAFT)
        live, version = published(seen)
        store.replace(seen, live, version=version)
        store.end_versions("ten_a", "tpl_1", LATER)
        rows = boto3.client("dynamodb").scan(TableName="directory")["Items"]

    assert {row["sk"]["S"]: row["ttl"]["N"] for row in rows if "ttl" in row} == {
        "TEMPLATE-VERSION#tpl_1#000001": str(int(LATER.timestamp()))
    }


def test_templates_are_listed_page_by_page_in_both_directions(store: TemplateStore) -> None:
    templates = [a_template(f"tpl_{number}", name=f"name-{9 - number}") for number in range(3)]
    for template in templates:
        store.add(template, DRAFT)

    oldest = store.page("ten_a", PageRequest(limit=2))
    newest = store.page("ten_a", PageRequest(limit=2, newest_first=True))
    last = store.page("ten_a", PageRequest(limit=2, after=newest.last, newest_first=True))

    assert list(oldest.items) == templates[:2]
    assert [*newest.items, *last.items] == templates[::-1]
    assert last.last is None


def test_versions_are_listed_by_number(store: TemplateStore) -> None:
    template = a_template()
    store.add(template, DRAFT)
    store.add(a_template("tpl_11", name="other"), OTHER)
    made = []
    for _ in range(11):
        changed, version = published(template)
        assert store.replace(template, changed, version=version) is Written.WRITTEN
        template = changed
        made.append(version)

    first = store.version_page("ten_a", "tpl_1", PageRequest(limit=9))
    rest = store.version_page("ten_a", "tpl_1", PageRequest(limit=9, after=first.last))

    assert [*first.items, *rest.items] == made
    assert store.version_page("ten_a", "tpl_11", PageRequest()).items == ()


def test_each_tenant_has_its_branding(appearances: AppearanceStore) -> None:
    assert appearances.get("ten_a") == Appearance()
    look = Appearance(Branding("Acme", "https://a/logo.png", "https://a", "#00ff00", "Acme\nRoad 1", "de-AT"), 1)

    assert appearances.replace("ten_a", Appearance(), look)

    assert appearances.get("ten_a") == look
    assert appearances.get("ten_b") == Appearance()


def test_of_two_changes_of_a_branding_that_was_seen_the_second_is_refused(appearances: AppearanceStore) -> None:
    first, second = Appearance(Branding("A"), revision=1), Appearance(Branding("B"), revision=1)

    assert appearances.replace("ten_a", Appearance(), first)
    assert not appearances.replace("ten_a", Appearance(), second)
    assert appearances.replace("ten_a", Appearance(), first)  # its answer was lost

    assert appearances.get("ten_a") == first
    assert appearances.replace("ten_a", first, Appearance(revision=2))
    assert not appearances.replace("ten_a", first, replace(second, revision=2))
    assert appearances.get("ten_a") == Appearance(revision=2)
