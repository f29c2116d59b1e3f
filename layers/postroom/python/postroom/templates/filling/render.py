"""Filling in a template: the one way, for what is sent and for what is shown."""

import re
from collections import OrderedDict
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, cast

from css_inline import CSSInliner, InlineError
from jinja2 import Environment, Template, TemplateError

from postroom.errors import Unsendable
from postroom.templates.filling.as_text import text_of
from postroom.templates.filling.colours import USUAL, readable_on
from postroom.templates.filling.emptiness import is_empty
from postroom.templates.filling.kept import size_of
from postroom.templates.model import Branding, Rendered, Source
from postroom.templates.sandbox.bounds import TooMuch
from postroom.templates.sandbox.faults import FAULTS, of_filling, of_syntax
from postroom.templates.workshop import Fault, Part

_LONGEST: Mapping[str, int] = {"subject": 1_000, "html": 1_000_000, "text": 500_000}
_KEPT = 400_000
"""Bytes of the templates that stay compiled, which takes three to ten times as many."""

_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")
_SPACES = re.compile(r"\s+")


class Unfillable(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True, slots=True)
class _Compiled:
    subject: Template
    html: Template | None
    text: Template | None


class Render:
    """Fills templates in; those that were used lately stay compiled."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._compiled: OrderedDict[Source, _Compiled] = OrderedDict()
        self._left = _KEPT
        self._lock = Lock()
        # Nothing is fetched, neither from the net nor from files. Of the styles @media and its like stay.
        self._inliner = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)

    def __call__(self, source: Source, data: Mapping[str, Any], branding: Branding) -> Rendered:
        """Raises Unsendable when the template is at fault or lacks a variable, or says nothing with this data."""
        try:
            return self.to_send(source, data, branding)
        except Unfillable as unfillable:
            raise Unsendable(str(unfillable.fault)) from unfillable

    def to_send(self, source: Source, data: Mapping[str, Any], branding: Branding) -> Rendered:
        """Raises Unfillable, also when it says nothing with this data."""
        rendered = self.fill_in(source, data, branding)
        if not rendered.subject:
            raise Unfillable(Fault("", 1, 1, "The template's subject is empty with this data"))
        if is_empty(rendered):
            raise Unfillable(Fault("", 1, 1, "The template's bodies are empty with this data"))
        return rendered

    def fill_in(self, source: Source, data: Mapping[str, Any], branding: Branding) -> Rendered:
        """Raises Unfillable."""
        template = self._remembered(source)
        values = {**data, "brand": _brand(branding), "locale": source.locale or branding.default_locale}
        subject = _SPACES.sub(" ", _filled("subject", template.subject, values)).strip()
        html = self._html(_filled("html", template.html, values)) if template.html is not None else None
        text = _filled("text", template.text, values) if template.text is not None else None
        return Rendered(subject, html, _tidy(text_of(html or "") if text is None else text))

    def _remembered(self, source: Source) -> _Compiled:
        with self._lock:
            compiled = self._compiled.get(source)
            if compiled is not None:
                self._compiled.move_to_end(source)
                return compiled
        compiled = self._compile(source)
        with self._lock:
            self._keep(source, compiled)
        return compiled

    def _keep(self, source: Source, compiled: _Compiled) -> None:
        if source in self._compiled:
            return  # another thread was quicker
        self._compiled[source] = compiled
        self._left -= size_of(source)
        while self._left < 0 and len(self._compiled) > 1:
            oldest, _ = self._compiled.popitem(last=False)
            self._left += size_of(oldest)

    def _compile(self, source: Source) -> _Compiled:
        subject = compiled(self._environment, "subject", source.subject)
        html = None if source.html is None else compiled(self._environment, "html", source.html)
        text = None if source.text is None else compiled(self._environment, "text", source.text)
        return _Compiled(subject, html, text)

    def _html(self, html: str) -> str:
        try:
            inlined = self._inliner.inline(html)
        except InlineError as error:
            raise Unfillable(Fault("html", 1, 1, f"Its styles cannot be read: {error}")) from error
        _check_size("html", len(inlined))
        return inlined


def compiled(environment: Environment, part: Part, source: str) -> Template:
    """Raises Unfillable when it does not parse."""
    try:
        code = environment.compile(source, name=part, filename=f"<{part}>")
        return Template.from_code(environment, code, environment.make_globals(None))
    except (TemplateError, TooMuch, MemoryError, *FAULTS) as error:
        raise Unfillable(of_syntax(part, source, error)) from error


def _filled(part: Part, template: Template, values: dict[str, Any]) -> str:
    pieces, size = [], 0
    filling = cast("Generator[str]", template.root_render_func(template.new_context(values)))
    try:
        for piece in filling:
            if found := _unsendable(piece):
                # Raised where the template is, whose line can so be told.
                filling.throw(ValueError(f"no mail can have the character U+{ord(found):04X}"))
            size += len(piece)
            _check_size(part, size)
            pieces.append(piece)
    except (TemplateError, TooMuch, MemoryError, *FAULTS) as error:
        raise Unfillable(of_filling(part, error)) from error
    return "".join(pieces)


def _unsendable(piece: str) -> str | None:
    """A character that no mail can have. Data has none: it is spelt out in the template itself."""
    if "\x00" in piece:
        return "\x00"
    try:
        piece.encode()
    except UnicodeEncodeError as error:
        return piece[error.start]
    return None


def _check_size(part: Part, size: int) -> None:
    if size > _LONGEST[part]:
        raise Unfillable(Fault(part, 1, 1, f"It is longer than {_LONGEST[part]:,} characters"))


def _brand(branding: Branding) -> Mapping[str, Any]:
    colour = branding.colour or USUAL
    return {
        "name": branding.name,
        "logo_url": branding.logo_url,
        "url": branding.url,
        "colour": colour,
        "text_colour": readable_on(colour),
        "footer": branding.footer,
    }


def _tidy(text: str) -> str:
    return _BLANK_LINES.sub("\n\n", text.replace("\r\n", "\n")).strip() + "\n"
