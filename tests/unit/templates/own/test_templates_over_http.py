"""Tenants' templates over HTTP, on stores in memory."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from postroom.idempotency.run_once import RunOnce
from postroom.ids import Seed
from postroom.templates.branding import ChangeBranding, ReadBranding
from postroom.templates.model import Branding, Source
from postroom.templates.own.manage import (
    MOST_TEMPLATES,
    ChangeTemplate,
    CreateTemplate,
    DeleteTemplate,
    FindTemplates,
    TemplateRequest,
)
from postroom.templates.own.preview import PreviewTemplate
from postroom.templates.own.publish import PublishTemplate, RollBack
from postroom.templates.own.routes import (
    branding_routes,
    built_in_routes,
    preview_routes,
    template_routes,
    version_routes,
)
from postroom.templates.remarks import Client, Level, Remark
from postroom.templates.resolve import ReadSource
from postroom.tenancy.model import Caller, Role
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.fakes.http import Answer, authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.stored_templates import MemoryAppearances, MemoryTemplates
from tests.fakes.time import NOON, FakeClock
from tests.fakes.workshop import PlainWorkshop

TENANT = "ten_a"
ADMIN = Caller(TENANT, "key_a", Role.ADMIN)
STRANGER = Caller("ten_b", "key_b", Role.ADMIN)
RETENTION = timedelta(days=90)
NONE = "tpl_01m7c9k5v7n4x2q8z3r6t0abcd"


class BuiltIns:
    def names(self) -> Sequence[str]:
        return ("welcome",)

    def source(self, name: str) -> Source | None:
        return Source("Welcome to {{ brand.name }}", "<p>{{ user }}</p>", None, "en") if name == "welcome" else None

    def sample(self, name: str) -> Mapping[str, Any] | None:
        return {"user": "Ann"} if name == "welcome" else None


def linted(subject: str, html: str | None) -> Sequence[Remark]:
    told = Remark("flex", Level.WARNING, f"{subject}: not in Outlook", Client.OUTLOOK, 1, "https://flex.example")
    return [told] if html and "flex" in html else []


class Owner:
    def __init__(self) -> None:
        self.store, self.appearances, self.clock, self.workshop = (
            MemoryTemplates(),
            MemoryAppearances(),
            FakeClock(),
            PlainWorkshop(),
        )
        find, routes, built_in = FindTemplates(self.store), Routes(), BuiltIns()
        branding = ReadBranding(self.appearances, {TENANT: "Acme"}.get)
        self.create = CreateTemplate(self.store, self.workshop, self.clock)
        self.publish = PublishTemplate(self.store, self.workshop, branding, self.clock)
        preview = PreviewTemplate(find, built_in, self.workshop, linted, branding)
        template_routes(
            routes,
            find,
            self.create,
            ChangeTemplate(self.store, self.workshop, self.clock),
            DeleteTemplate(self.store, RETENTION, self.clock),
        )
        version_routes(routes, find, self.publish, RollBack(self.store, self.clock))
        branding_routes(routes, branding, ChangeBranding(self.appearances))
        preview_routes(routes, preview)
        built_in_routes(routes, built_in, preview)
        self._api = Api(routes, RunOnce(MemoryRecords(), self.clock), self.clock)

    def __call__(self, method: str, path: str, body: object = None, *, caller: Caller = ADMIN, **query: str) -> Answer:
        return send(self._api, authorised(request(method, path, body, query=query), caller))

    def created(self, **changes: object) -> dict[str, Any]:
        answer = self("POST", "/v1/templates", {"name": "hello", "subject": "Hi", "text": "Hello"} | changes)
        assert answer.status == 201, answer.text
        found: dict[str, Any] = answer.json
        return found

    def shown(self, template: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self("GET", f"/v1/templates/{template['id']}").json
        return found

    def changed(self, template: Mapping[str, Any], **changes: object) -> Answer:
        return self("PUT", f"/v1/templates/{template['id']}", changes)

    def published(self, template: Mapping[str, Any], **body: object) -> int:
        answer = self("POST", f"/v1/templates/{template['id']}/publish", body or None)
        assert answer.status == 200, answer.text
        return int(answer.json["published_version"])

    def rolled_back(self, template: Mapping[str, Any], **body: object) -> Answer:
        return self("POST", f"/v1/templates/{template['id']}/rollback", body or None)


@pytest.fixture
def owner() -> Owner:
    return Owner()


def test_a_template_is_shown_with_its_draft(owner: Owner) -> None:
    made = owner.created(html="<p>Hi</p>", locale="DE-at", user_type="customer")

    assert made == {
        "id": made["id"],
        "name": "hello",
        "locale": "de-AT",
        "user_type": "customer",
        "published_version": None,
        "latest_version": None,
        "unpublished_changes": True,
        "revision": 1,
        "created_at": "2030-01-31T12:00:00Z",
        "updated_at": "2030-01-31T12:00:00Z",
        "subject": "Hi",
        "html": "<p>Hi</p>",
        "text": "Hello",
    }
    assert made["id"].startswith("tpl_")
    assert owner.shown(made) == made


def test_the_same_seed_makes_one_template(owner: Owner) -> None:
    wanted, seed = TemplateRequest("hello", "", Source("Hi", None, "Hello")), Seed.fresh(NOON)

    first, again = (owner.create(TENANT, wanted, seed) for _ in range(2))

    assert first == again


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"name", "subject", "html"}),
        ({"name": "Hello"}, {"name"}),
        ({"name": "a" * 65}, {"name"}),
        ({"name": "tpl_mine"}, {"name"}),
        ({"name": "hello\n"}, {"name"}),
        ({"subject": ""}, {"subject"}),
        ({"subject": "a\nb"}, {"subject"}),
        ({"subject": "ß" * 501}, {"subject"}),
        ({"text": None}, {"html"}),
        ({"text": " \n"}, {"text"}),
        ({"text": "a\0"}, {"text"}),
        ({"text": "ß" * 50_001}, {"text"}),
        ({"html": "ß" * 60_001}, {"html"}),
        ({"locale": "german"}, {"locale"}),
        ({"user_type": ""}, {"user_type"}),
        ({"user_type": "x" * 65}, {"user_type"}),
        ({"user_type": "(vip)"}, {"user_type"}),
        ({"revision": 1}, {"revision"}),
        ({"subject": "{% x", "text": "{% x", "html": "a\nb {% x"}, {"subject", "html", "text"}),
    ],
)
def test_what_is_wrong_with_a_template_is_told_by_field_and_nothing_is_stored(
    owner: Owner, body: dict[str, object], wrong: set[str]
) -> None:
    answer = owner("POST", "/v1/templates", {"name": "hello", "subject": "Hi", "text": "Hello"} | body if body else {})

    assert answer.status == 422
    assert set(answer.fields) == wrong
    assert owner("GET", "/v1/templates").json["items"] == []


def test_a_template_may_be_as_large_as_its_limits(owner: Owner) -> None:
    made = owner.created(subject="ß" * 500, html="ß" * 60_000, text="ß" * 50_000)

    assert owner.shown(made) == made


def test_a_fault_of_syntax_is_told_with_line_and_column(owner: Owner) -> None:
    seen = owner.created()

    answer = owner.changed(seen, html="<p>\n  {% if", text="{% for")

    assert answer.fields == {
        "html": "line 2, column 3: unexpected '%'",
        "text": "line 1, column 1: unexpected '%'",
    }
    assert owner.shown(seen) == seen


def test_a_variant_is_there_once(owner: Owner) -> None:
    german = owner.created(locale="de")
    general = owner.created()
    owner.created(user_type="customer")

    body = {"name": "hello", "subject": "Hi", "text": "Hello", "locale": "DE"}
    assert set(owner("POST", "/v1/templates", body).fields) == {"name"}
    assert set(owner.changed(general, locale="de").fields) == {"name"}
    assert owner.changed(german, locale="fr").status == 200
    assert owner.changed(general, locale="de").status == 200


def test_a_tenant_has_a_thousand_templates_at_most(owner: Owner) -> None:
    seed = Seed.fresh(NOON)
    for number in range(MOST_TEMPLATES - 1):
        owner.create(TENANT, TemplateRequest(f"n{number}", "", Source("Hi", None, "Hello")), Seed.fresh(NOON))
    last = TemplateRequest("last", "", Source("Hi", None, "Hello"))
    made = owner.create(TENANT, last, seed)

    answer = owner("POST", "/v1/templates", {"name": "more", "subject": "Hi", "text": "Hello"})

    assert answer.status == 409
    assert "1,000" in answer.json["detail"]
    assert owner.create(TENANT, last, seed) == made
    assert owner.create("ten_b", last, Seed.fresh(NOON))


def test_a_change_keeps_what_it_does_not_name(owner: Owner) -> None:
    made = owner.created(html="<p>Hi</p>", locale="de", user_type="customer")
    owner.clock.advance(timedelta(minutes=1))

    changed = owner.changed(made, subject="Bye").json

    assert changed == made | {"subject": "Bye", "revision": 2, "updated_at": "2030-01-31T12:01:00Z"}
    assert owner.shown(made) == changed


def test_null_takes_away_what_may_be_missing(owner: Owner) -> None:
    made = owner.created(html="<p>Hi</p>", locale="de", user_type="customer")

    changed = owner.changed(made, text=None, locale=None, user_type=None).json

    assert changed == made | {"text": None, "locale": None, "user_type": None, "revision": 2}
    assert set(owner.changed(made, html=None).fields) == {"html"}
    assert owner.changed(made, html=None, text="Hi").json["html"] is None


def test_what_a_template_cannot_be_without_is_not_taken_away(owner: Owner) -> None:
    made = owner.created()

    refused = owner.changed(made, name=None, subject=None)

    assert (refused.status, refused.fields) == (422, dict.fromkeys(("name", "subject"), "cannot be taken away"))
    assert owner.shown(made) == made


def test_what_was_read_can_be_sent_back_once(owner: Owner) -> None:
    made = owner.created()

    first = owner.changed(made, **made | {"subject": "Bye"})
    second = owner.changed(made, **made | {"subject": "Again"})

    assert (first.status, second.status) == (200, 409)
    assert owner.shown(made)["subject"] == "Bye"


def test_templates_are_listed_without_their_texts_and_by_name(owner: Owner) -> None:
    german, general = owner.created(locale="de"), owner.created()
    other = owner.created(name="other")
    three = owner("GET", "/v1/templates").json["items"]

    assert {each["id"] for each in three} == {german["id"], general["id"], other["id"]}
    assert not any({"subject", "html", "text"} & each.keys() for each in three)
    first = owner("GET", "/v1/templates", name="hello", limit="1")
    second = owner("GET", "/v1/templates", name="hello", limit="1", cursor=first.json["next_cursor"])
    found = [*first.json["items"], *second.json["items"]]
    assert [each["id"] for each in found] == sorted([german["id"], general["id"]])
    assert second.json["next_cursor"] is None
    newest = owner("GET", "/v1/templates", name="hello", order="-created_at").json["items"]
    assert newest == found[::-1]
    assert owner("GET", "/v1/templates", name="hell").json["items"] == []
    assert set(owner("GET", "/v1/templates", name="hello#de").fields) == {"name"}
    assert set(owner("GET", "/v1/templates", name="other", cursor=first.json["next_cursor"]).fields) == {"cursor"}


def test_what_is_published_is_a_version_that_stays(owner: Owner) -> None:
    made = owner.created(locale="de")

    assert owner.published(made) == 1
    assert not owner.shown(made)["unpublished_changes"]
    owner.changed(made, subject="Second")
    assert owner.shown(made)["unpublished_changes"]
    assert owner.shown(made)["published_version"] == 1
    assert owner.published(made) == 2

    first = owner("GET", f"/v1/templates/{made['id']}/versions/1").json
    assert first == {
        "version": 1,
        "is_published": False,
        "subject": "Hi",
        "created_at": "2030-01-31T12:00:00Z",
        "html": None,
        "text": "Hello",
        "locale": "de",
    }
    listed = owner("GET", f"/v1/templates/{made['id']}/versions").json["items"]
    assert [(each["version"], each["subject"], each["is_published"]) for each in listed] == [
        (1, "Hi", False),
        (2, "Second", True),
    ]
    newest = owner("GET", f"/v1/templates/{made['id']}/versions", order="-created_at", limit="1").json
    assert [each["version"] for each in newest["items"]] == [2]


def test_a_draft_that_is_as_the_latest_version_makes_no_other(owner: Owner) -> None:
    made = owner.created()
    owner.published(made)
    before = owner.shown(made)
    owner.changed(made, subject="Hi")

    assert owner.published(made) == 1
    assert owner.shown(made)["latest_version"] == 1
    assert before["published_version"] == 1


def test_an_earlier_version_is_live_again_and_the_draft_stays(owner: Owner) -> None:
    made = owner.created(subject="One")
    owner.published(made)
    for subject in ("Two", "Three"):
        owner.changed(made, subject=subject)
        owner.published(made)

    assert owner.rolled_back(made).json["published_version"] == 2
    assert owner.rolled_back(made).json["published_version"] == 1
    assert owner.rolled_back(made).status == 409
    assert owner.shown(made)["subject"] == "Three"
    assert owner.shown(made)["unpublished_changes"]
    assert [each.subject for each in owner.store.variants(TENANT, "hello")] == ["One"]
    assert owner.rolled_back(made, version=3).json["published_version"] == 3
    assert set(owner.rolled_back(made, version=4).fields) == {"version"}
    assert set(owner.rolled_back(made, version=0).fields) == {"version"}


def test_a_roll_back_that_is_run_again_does_not_go_back_one_more(owner: Owner) -> None:
    made, seed = owner.created(subject="One"), Seed.fresh(NOON)
    owner.published(made)
    for subject in ("Two", "Three"):
        owner.changed(made, subject=subject)
        owner.published(made)
    roll_back = RollBack(owner.store, owner.clock)

    first = roll_back(TENANT, made["id"], seed)
    again = roll_back(TENANT, made["id"], seed)

    assert (first.variant.live, again) == (2, first)
    assert roll_back(TENANT, made["id"], Seed.fresh(NOON)).variant.live == 1


def test_publishing_after_a_roll_back_brings_the_latest_version_back(owner: Owner) -> None:
    made = owner.created(subject="One")
    owner.published(made)
    owner.changed(made, subject="Two")
    owner.published(made)
    owner.rolled_back(made)

    assert owner.published(made) == 2
    assert [each.subject for each in owner.store.variants(TENANT, "hello")] == ["Two"]


def test_what_was_never_published_cannot_be_rolled_back(owner: Owner) -> None:
    answer = owner.rolled_back(owner.created())

    assert answer.status == 409
    assert answer.json["detail"] == "It has not been published"


def test_what_cannot_be_filled_in_is_not_published(owner: Owner) -> None:
    bomb, number = owner.created(text="bomb"), owner.created(name="sum", text="{{ number }}")

    refused = owner("POST", f"/v1/templates/{bomb['id']}/publish")
    wrong = owner("POST", f"/v1/templates/{number['id']}/publish", {"data": {"number": "x"}})

    assert refused.fields == {"template": "The template takes too long"}
    assert wrong.fields == {"text": "line 1, column 4: This cannot be computed"}
    assert owner.shown(bomb)["published_version"] is None
    assert owner.published(number, data={"number": 5}) == 1


def test_what_only_stands_for_missing_data_stops_no_publishing(owner: Owner) -> None:
    assert owner.published(owner.created(text="{{ number }}")) == 1


def test_two_who_publish_a_draft_at_once_make_one_version_of_it(owner: Owner) -> None:
    made = owner.created()

    def overtake() -> None:
        owner.published(made)
        owner.clock.advance(timedelta(seconds=1))

    owner.workshop.meanwhile = overtake

    assert owner.published(made) == 1
    assert owner.shown(made)["latest_version"] == 1


def test_who_publishes_a_draft_that_is_changed_and_published_meanwhile_is_refused(owner: Owner) -> None:
    made = owner.created()

    def overtake() -> None:
        owner.changed(made, subject="Two")
        owner.published(made)

    owner.workshop.meanwhile = overtake
    answer = owner("POST", f"/v1/templates/{made['id']}/publish")

    assert answer.status == 409
    assert owner.shown(made)["latest_version"] == 1
    owner.changed(made, subject="Three")
    assert owner.published(made) == 2


def test_a_draft_that_changes_while_it_is_tried_out_is_not_published_unseen(owner: Owner) -> None:
    made = owner.created()

    owner.workshop.meanwhile = lambda: owner.changed(made, text="Something else")
    answer = owner("POST", f"/v1/templates/{made['id']}/publish")

    assert answer.status == 409
    assert owner.shown(made)["published_version"] is None


def test_a_deleted_template_is_gone_but_its_versions_are_kept_for_what_waits(owner: Owner) -> None:
    made = owner.created()
    owner.published(made)

    assert owner("DELETE", f"/v1/templates/{made['id']}").status == 204

    for path in ("", "/versions", "/versions/1"):
        assert owner("GET", f"/v1/templates/{made['id']}{path}").status == 404
    assert owner("DELETE", f"/v1/templates/{made['id']}").status == 404
    assert ReadSource(owner.store)(TENANT, made["id"], 1) == Source("Hi", None, "Hello")
    assert owner.store.ends == {(TENANT, made["id"], 1): NOON + RETENTION + timedelta(days=1)}
    assert owner.created()["id"] != made["id"]


def test_a_deletion_that_was_broken_off_is_finished_by_the_next_one(owner: Owner) -> None:
    made = owner.created()
    owner.published(made)
    found = owner.store.get(TENANT, made["id"])
    assert found is not None
    owner.store.remove(found)

    assert owner("DELETE", f"/v1/templates/{made['id']}").status == 204
    assert owner.store.ends.keys() == {(TENANT, made["id"], 1)}


def test_another_tenants_template_cannot_be_told_from_none(owner: Owner) -> None:
    made = owner.created()
    owner.published(made)

    for template_id in (made["id"], NONE, "x" * 3000, "tpl_"):
        path = f"/v1/templates/{template_id}"
        assert owner("GET", path, caller=STRANGER).status == 404
        assert owner("PUT", path, {"name": "mine"}, caller=STRANGER).status == 404
        assert owner("DELETE", path, caller=STRANGER).status == 404
        assert owner("POST", f"{path}/publish", caller=STRANGER).status == 404
        assert owner("POST", f"{path}/rollback", caller=STRANGER).status == 404
        assert owner("POST", f"{path}/preview", caller=STRANGER).status == 404
        assert owner("GET", f"{path}/versions", caller=STRANGER).status == 404
        assert owner("GET", f"{path}/versions/1", caller=STRANGER).status == 404
    assert owner.shown(made)["published_version"] == 1
    assert owner("GET", "/v1/templates", caller=STRANGER).json["items"] == []


@pytest.mark.parametrize("version", ["0", "2", "x", "-1", "1.0", "٣", "1" * 40])
def test_a_version_that_there_is_not_is_not_found(owner: Owner, version: str) -> None:
    made = owner.created()
    owner.published(made)

    assert owner("GET", f"/v1/templates/{made['id']}/versions/{version}").status == 404


def test_a_preview_is_the_mail_and_what_is_to_be_said_of_it(owner: Owner) -> None:
    made = owner.created(subject="{{ name }}", html="<p class=flex>{{ brand.name }} Größe {{ city }}</p>")

    answer = owner("POST", f"/v1/templates/{made['id']}/preview", {"data": {"name": "Ann"}})

    assert answer.json == {
        "subject": "Ann",
        "html": "<p class=flex>Acme Größe {{ city }}</p>",
        "text": "Hello",
        "html_bytes": 41,
        "missing": ["city"],
        "warnings": [
            {
                "code": "undefined_variable",
                "level": "error",
                "message": "The data has no city",
                "client": None,
                "line": None,
                "source": None,
            },
            {
                "code": "flex",
                "level": "warning",
                "message": "Ann: not in Outlook",
                "client": "outlook",
                "line": 1,
                "source": "https://flex.example",
            },
        ],
    }
    assert owner.workshop.tenants[-1] == TENANT


def test_a_text_sees_the_locale_that_it_was_published_with(owner: Owner) -> None:
    made = owner.created(locale="de", subject="{{ locale }}")
    owner.published(made)

    changed = owner.changed(made, locale="fr").json

    def seen(**version: int) -> str:
        subject: str = owner("POST", f"/v1/templates/{made['id']}/preview", version).json["subject"]
        return subject

    [variant] = owner.store.variants(TENANT, "hello")
    assert variant.locale == changed["locale"] == "fr"
    assert changed["unpublished_changes"]
    assert (seen(), seen(version=1)) == ("fr", "de")

    assert owner.published(made) == 2
    assert (seen(version=1), seen(version=2)) == ("de", "fr")


def test_a_preview_warns_of_a_mail_in_which_nothing_can_be_read(owner: Owner) -> None:
    made = owner.created(html="<p>{{ a }}</p>", text="{{ a }}")

    warnings = owner("POST", f"/v1/templates/{made['id']}/preview", {"data": {"a": ""}}).json["warnings"]

    assert [(one["code"], one["level"]) for one in warnings if one["level"] == "error"] == [("body_missing", "error")]


def test_a_preview_is_of_the_draft_or_of_a_version(owner: Owner) -> None:
    made = owner.created(subject="One")
    owner.published(made)
    owner.changed(made, subject="Two")
    path = f"/v1/templates/{made['id']}/preview"

    assert owner("POST", path).json["subject"] == "Two"
    assert owner("POST", path, {"version": 1}).json["subject"] == "One"
    assert owner("POST", path, {"version": 2}).status == 404


def test_what_cannot_be_filled_in_is_told_by_a_preview(owner: Owner) -> None:
    made = owner.created(text="bomb")

    answer = owner("POST", f"/v1/templates/{made['id']}/preview")

    assert answer.status == 422
    assert answer.fields == {"template": "The template takes too long"}


def test_a_preview_that_no_answer_can_hold_is_refused_in_words(owner: Owner) -> None:
    made = owner.created(html="{{ a }}" * 30)
    long = '"' * 49_000

    answer = owner("POST", f"/v1/templates/{made['id']}/preview", {"data": {"a": long}})

    assert answer.status == 413
    assert answer.json["detail"] == "What was asked for is too large for an answer."


def test_built_in_templates_are_shown_to_be_copied_and_previewed(owner: Owner) -> None:
    assert owner("GET", "/v1/built-in-templates").json == {"items": [{"name": "welcome"}]}
    assert owner("GET", "/v1/built-in-templates/welcome").json == {
        "name": "welcome",
        "subject": "Welcome to {{ brand.name }}",
        "html": "<p>{{ user }}</p>",
        "text": None,
        "sample": {"user": "Ann"},
    }
    shown = owner("POST", "/v1/built-in-templates/welcome/preview").json
    assert (shown["subject"], shown["html"]) == ("Welcome to Acme", "<p>Ann</p>")
    shown = owner("POST", "/v1/built-in-templates/welcome/preview", {"data": {}}).json
    assert shown["missing"] == ["user"]
    assert owner("GET", "/v1/built-in-templates/none").status == 404
    assert owner("POST", "/v1/built-in-templates/none/preview").status == 404


def test_a_tenant_says_how_its_mails_look(owner: Owner) -> None:
    nothing = dict.fromkeys(("name", "logo_url", "url", "colour", "footer", "default_locale"))
    assert owner("GET", "/v1/branding").json == {**nothing, "revision": 0}

    look = {
        "name": "Größe & Co",
        "logo_url": "https://cdn.example.com:8443/logo.png?v=2#x",
        "url": "https://example.com",
        "colour": "#00AAFF",
        "footer": "Größe & Co\nRoad 1",
        "default_locale": "DE-at",
    }
    stored = look | {"colour": "#00aaff", "default_locale": "de-AT", "revision": 1}
    assert owner("PUT", "/v1/branding", look).json == stored
    assert owner("GET", "/v1/branding").json == stored
    changed = owner("PUT", "/v1/branding", {"colour": None, "revision": 1}).json
    assert changed == stored | {"colour": None, "revision": 2}
    assert owner("PUT", "/v1/branding", {"colour": None, "revision": 1}).status == 409
    assert owner("GET", "/v1/branding", caller=STRANGER).json == {**nothing, "revision": 0}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "a\nb"),
        ("name", "x" * 101),
        ("logo_url", "http://example.com/logo.png"),
        ("logo_url", "javascript:alert(1)"),
        ("logo_url", "data:image/png;base64,AAAA"),
        ("logo_url", "https://example.com/a b"),
        ("logo_url", 'https://example.com/"onerror='),
        ("logo_url", "https://user:secret@example.com/"),
        ("logo_url", "https://exämple.com/"),
        ("logo_url", "https:///x"),
        ("url", "https://example.com/\n"),
        ("url", "https://" + "x" * 493),
        ("url", ""),
        ("colour", "red"),
        ("colour", "#fff"),
        ("colour", "#00aaff;background:url(x)"),
        ("footer", "x" * 1001),
        ("footer", "\0"),
        ("default_locale", "german"),
    ],
)
def test_what_could_break_a_mail_is_no_branding(owner: Owner, field: str, value: str) -> None:
    answer = owner("PUT", "/v1/branding", {field: value})

    assert (answer.status, set(answer.fields)) == (422, {field})
    assert owner("GET", "/v1/branding").json["revision"] == 0


def test_mails_of_a_tenant_without_a_brand_have_the_tenants_name(owner: Owner) -> None:
    read = ReadBranding(owner.appearances, {TENANT: "Acme"}.get)

    assert read(TENANT) == Branding("Acme")
    assert read("ten_none") == Branding("")
    owner("PUT", "/v1/branding", {"name": "Other"})
    assert read(TENANT) == Branding("Other")
