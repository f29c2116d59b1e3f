"""What the tools tell of bodies, made fit to be read."""

import re

import pytest
from pydantic import TypeAdapter, ValidationError

from postroom.accounts.fields import Host
from postroom.mails.bodies import BaseUrl
from postroom.messages.bodies import AttachmentBody, FreeHeaderName, HeaderValue
from postroom.pools.bodies import PoolName
from postroom.reference.schemas import clean, cleaned, with_plain_names
from postroom.templates.own.bodies import Colour, Html, HttpsUrl, Subject, TemplateName
from postroom.users.fields import AttributeName, UserId
from postroom.web.fields import HeaderName, HeaderText, Locale, Text, Timestamp, UserType

REF = "#/components/schemas/"

FIELDS = {
    "Text": (Text, ["", "a\nb", "ä"], ["\0"]),
    "HeaderText": (HeaderText, ["", "Grüße"], ["a\nb", "\x7f", "\u2028"]),
    "HeaderName": (HeaderName, ["X-A"], ["", "X:A", "X A", "ä", "x" * 77]),
    "FreeHeaderName": (FreeHeaderName, ["X-A"], ["X:A"]),
    "HeaderValue": (HeaderValue, ["a"], ["", "a\nb"]),
    "Locale": (Locale, ["de", "de-AT", "zh-Hant-TW", "sl-nedis"], ["", "d", "german language", "de_AT"]),
    "UserType": (UserType, ["customer", "Größe 2", "a"], ["", " a", "a ", "a/b", "_a"]),
    "Host": (Host, ["smtp.example.com", "127.0.0.1", "::1"], ["", "http://a", "a b"]),
    "PoolName": (PoolName, ["News", "a b"], ["", " ", "a\nb"]),
    "TemplateName": (TemplateName, ["invoice", "a-1"], ["", "A", "tpl_a", "-a"]),
    "Subject": (Subject, ["Hello {{ name }}"], ["", " ", "a\nb"]),
    "Html": (Html, ["<p>a</p>\n"], ["", " \n", "a\0"]),
    "HttpsUrl": (HttpsUrl, ["https://example.com/logo.png"], ["http://example.com", "https://", "https://a b"]),
    "Colour": (Colour, ["#0055aa", "#FFFFFF"], ["", "blue", "#fff"]),
    "UserId": (UserId, ["ann", "a@b.c", "x:1"], ["", "a b", "ä", "a" * 65]),
    "AttributeName": (AttributeName, ["plan", "a_1"], ["", "a-b", "a" * 65]),
    "BaseUrl": (
        BaseUrl,
        ["https://a.example.com/x?y=1", "HTTP://localhost"],
        ["ftp://a", "https://a/%0a", "https://ä"],
    ),
    "Timestamp": (
        Timestamp,
        ["2030-01-31T09:00:00Z", "2030-01-31T09:00:00.5+01:00"],
        ["2030-01-31", "2030-01-31T09:00:00", "1969-01-31T09:00:00Z", "3000-01-31T09:00:00Z"],
    ),
}
"""Types whose code and whose description say the same: what both take, and what both refuse."""


@pytest.mark.parametrize("name", FIELDS)
def test_the_document_says_of_a_field_what_its_code_does(name: str) -> None:
    kind, good, bad = FIELDS[name]
    adapter: TypeAdapter[object] = TypeAdapter(kind)
    told = adapter.json_schema()

    assert [text for text in good if not _takes(adapter, text)] == []
    assert [text for text in bad if _takes(adapter, text)] == []
    assert [text for text in good if not _allows(told, text)] == []
    assert [text for text in bad if _allows(told, text)] == []


def test_a_media_type_and_base64_are_told_as_they_are_taken() -> None:
    told = AttachmentBody.model_json_schema()["properties"]

    assert _allows(told["content"], "SW52b2ljZQ==")
    assert not _allows(told["content"], "SW52b2ljZQ")
    assert _allows(told["content_type"], "application/pdf")
    assert not _allows(told["content_type"], "Multipart/mixed")


def test_only_what_is_used_is_listed_and_only_requests_are_closed() -> None:
    closed = {"type": "object", "additionalProperties": False}
    schemas = {"Asked": closed | {"title": "Asked"}, "Answered": closed, "Inner": closed, "Forgotten": closed}
    schemas["Answered"] = closed | {"properties": {"title": {"$ref": f"{REF}Inner", "title": "Title"}}}
    paths = {"/a": {"post": {"requestBody": {"$ref": f"{REF}Asked"}, "responses": {"200": {"$ref": f"{REF}Answered"}}}}}

    made = cleaned(schemas, paths)

    assert list(made) == ["Answered", "Asked", "Inner"]
    assert made["Asked"] == closed
    assert made["Answered"]["additionalProperties"] is True
    assert made["Answered"]["properties"] == {"title": {"$ref": f"{REF}Inner"}}


def test_names_of_properties_that_are_held_to_a_pattern_are_the_only_ones() -> None:
    assert clean({"patternProperties": {"^a$": {}}})["additionalProperties"] is False


def test_a_bound_is_a_whole_number_where_it_is_one() -> None:
    assert clean({"maximum": 100.0, "minimum": 0.5}) == {"maximum": 100, "minimum": 0.5}


def test_words_are_in_the_markup_of_the_document() -> None:
    assert clean({"description": "With ``revision``."}) == {"description": "With `revision`."}


def test_a_page_is_named_after_what_it_lists() -> None:
    made = with_plain_names({"schemas": {"Listed_AccountAnswer_": {}}, "$ref": f"{REF}Listed_AccountAnswer_"})

    assert made == {"schemas": {"AccountAnswerPage": {}}, "$ref": f"{REF}AccountAnswerPage"}


def _takes(adapter: TypeAdapter[object], text: str) -> bool:
    try:
        adapter.validate_python(text)
    except ValidationError:
        return False
    return True


def _allows(told: dict[str, object], text: str) -> bool:
    least, most = told.get("minLength", 0), told.get("maxLength", len(text))
    assert isinstance(least, int)
    assert isinstance(most, int)
    return least <= len(text) <= most and re.search(str(told.get("pattern", "")), text) is not None
