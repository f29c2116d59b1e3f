"""The JSON of what is asked of templates and branding."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.config import JsonDict, JsonValue
from pydantic_core import PydanticCustomError

from postroom.errors import FieldError, Invalid
from postroom.templates.model import NAME, Appearance, Branding, Source
from postroom.templates.own.manage import TemplateRequest
from postroom.templates.own.model import PREFIX, Template
from postroom.web.body import RequestBody
from postroom.web.fields import (
    NOT_BLANK_HEADER_PATTERN,
    NOT_BLANK_PATTERN,
    TEXT_PATTERN,
    HeaderText,
    Locale,
    UserType,
    described,
    safe_text,
)
from postroom.web.json_values import JsonObject

LARGEST_HTML, LARGEST_TEXT = 120_000, 100_000
"""Bytes in UTF-8. Together they fit into a row however little they can be compressed."""

# A name or an IPv4 address, perhaps a port, and what RFC 3986 lets stand behind them.
_HTTPS = re.compile(
    r"https://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:[/?#][A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*)?"
)
_COLOUR = re.compile("#[0-9a-fA-F]{6}")
_NEITHER = "html or text is needed"


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise PydanticCustomError("name", "must be up to 64 of a-z, 0-9, - and _, and begin with a letter or a digit")
    if text.startswith(f"{PREFIX}_"):
        raise PydanticCustomError("name", "must not begin like an id")
    return text


def _https(text: str) -> str:
    if not _HTTPS.fullmatch(text):
        raise PydanticCustomError("url", "must be an https:// URL in ASCII, such as https://example.com/logo.png")
    return text


def _colour(text: str) -> str:
    if not _COLOUR.fullmatch(text):
        raise PydanticCustomError("colour", "must be a colour such as #0055aa")
    return text.lower()


def _within(most: int, text: str) -> str:
    safe_text(text)
    if len(text.encode()) > most:
        raise PydanticCustomError("too_large", "must be {most} bytes at most", {"most": f"{most:,}"})
    return _not_blank(text)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "must not be blank")
    return text


def _html(text: str) -> str:
    return _within(LARGEST_HTML, text)


def _plain(text: str) -> str:
    return _within(LARGEST_TEXT, text)


_TOLD_LINE = described(minLength=1, pattern=NOT_BLANK_HEADER_PATTERN)

TemplateName = Annotated[
    str, AfterValidator(_name), described(pattern=f"^(?!{PREFIX}_){NAME.pattern}$", examples=["invoice"])
]
Subject = Annotated[HeaderText, Field(max_length=500), AfterValidator(_not_blank), _TOLD_LINE]
Html = Annotated[str, AfterValidator(_html), described(pattern=NOT_BLANK_PATTERN, maxLength=LARGEST_HTML)]
Text = Annotated[str, AfterValidator(_plain), described(pattern=NOT_BLANK_PATTERN, maxLength=LARGEST_TEXT)]
BrandName = Annotated[HeaderText, Field(max_length=100), AfterValidator(_not_blank), _TOLD_LINE]
HttpsUrl = Annotated[str, Field(max_length=500), AfterValidator(_https), described(pattern=f"^{_HTTPS.pattern}$")]
Colour = Annotated[str, AfterValidator(_colour), described(pattern=f"^{_COLOUR.pattern}$", examples=["#0055aa"])]
Footer = Annotated[str, Field(max_length=1000), AfterValidator(safe_text), described(pattern=TEXT_PATTERN)]

_ONE_TEXT: list[JsonValue] = [
    {"required": [part], "properties": {part: {"type": "string"}}} for part in ("html", "text")
]
_KEPT: JsonDict = {"name": {"type": "string"}, "subject": {"type": "string"}}


class TemplateBody(RequestBody):
    """``locale`` and ``user_type`` left out: for everybody who has no variant of their own."""

    model_config = ConfigDict(json_schema_extra={"anyOf": _ONE_TEXT})

    name: TemplateName
    subject: Subject
    html: Html | None = None
    text: Text | None = None
    locale: Locale | None = None
    user_type: UserType | None = None

    @classmethod
    def across(cls, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        if given.get("html") is None and given.get("text") is None:
            yield "html", _NEITHER

    def wanted(self) -> TemplateRequest:
        return TemplateRequest(
            self.name, self.user_type or "", Source(self.subject, self.html, self.text, self.locale or "")
        )


class TemplateChangeBody(RequestBody):
    """What is left out stays as it is, null takes away what may be missing. With ``revision``, only as it was seen."""

    model_config = ConfigDict(json_schema_extra={"allOf": [{"properties": _KEPT}]})

    name: TemplateName | None = None
    subject: Subject | None = None
    html: Html | None = None
    text: Text | None = None
    locale: Locale | None = None
    user_type: UserType | None = None
    revision: int | None = None

    id: Any = None
    published_version: Any = None
    latest_version: Any = None
    unpublished_changes: Any = None
    created_at: Any = None
    updated_at: Any = None

    @classmethod
    def across(cls, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for field in ("name", "subject"):
            if field in given and given[field] is None:
                yield field, "cannot be taken away"

    def wanted(self, seen: Template, draft: Source) -> TemplateRequest:
        """Raises Invalid when neither HTML nor text is left."""
        html, text = self.given_or("html", draft.html), self.given_or("text", draft.text)
        if html is None and text is None:
            raise Invalid((FieldError("html", _NEITHER),))
        source = Source(
            draft.subject if self.subject is None else self.subject,
            html,
            text,
            self.given_or("locale", seen.variant.locale) or "",
        )
        name = seen.variant.name if self.name is None else self.name
        return TemplateRequest(name, self.given_or("user_type", seen.variant.user_type) or "", source)


class PublishBody(RequestBody):
    """``data`` to try the draft with; without it, something stands for each variable."""

    data: JsonObject | None = None


class RollBackBody(RequestBody):
    """The version before the one that is live, unless another is named."""

    version: Annotated[int, Field(ge=1)] | None = None


class PreviewBody(RequestBody):
    """``version`` left out: the draft."""

    data: JsonObject = Field(default_factory=dict)
    version: Annotated[int, Field(ge=1)] | None = None


class BuiltInPreviewBody(RequestBody):
    """``data`` left out: the template's own sample."""

    data: JsonObject | None = None


class BrandingBody(RequestBody):
    """What is left out stays as it is, null takes it away. With ``revision``, only as it was seen."""

    name: BrandName | None = None
    logo_url: HttpsUrl | None = None
    url: HttpsUrl | None = None
    colour: Colour | None = None
    footer: Footer | None = None
    default_locale: Locale | None = None
    revision: int | None = None

    def wanted(self, seen: Appearance) -> Appearance:
        now = seen.branding
        branding = Branding(
            name=self.given_or("name", now.name) or "",
            logo_url=self.given_or("logo_url", now.logo_url),
            url=self.given_or("url", now.url),
            colour=self.given_or("colour", now.colour),
            footer=self.given_or("footer", now.footer) or "",
            default_locale=self.given_or("default_locale", now.default_locale) or "",
        )
        return Appearance(branding)
