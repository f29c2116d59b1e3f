"""Reads HTML tag by tag, as tolerant as a browser, in one pass.

``html.parser`` would do but for its time: tags that never end cost it the square of their number (Python 3.11), and
templates are anybody's. What is inside ``<!--[if mso]>`` is a comment to everyone here; what is inside
``<!--[if !mso]><!-->`` is marked as not meant for Word's engine.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape

_TAG_NAME = re.compile(r"[^\s/>]*+")
_ATTRIBUTE = re.compile(
    r"""[\s/]*+ (?:
        (?P<end> >)
      | (?P<name> =?[^\s/>=]*+)
        (?: \s*+ = \s*+ (?: "(?P<double>[^"]*+)" | '(?P<single>[^']*+)' | (?!["'])(?P<bare>[^\s>]*+) ) )?
    )""",
    re.VERBOSE,
)
_RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp")
}
"""Elements whose content is text up to their end tag, whatever it looks like."""

_OPEN_QUOTE = re.compile(r"\s*+=\s*+[\"']")
_EMPTY_COMMENT = re.compile(r"-{0,2}>")
_CONDITION = re.compile(r"\s*\[if\b", re.IGNORECASE)
_FOR_WORD = re.compile(r"\s*\[if\s+\(?\s*((gt|gte|lt|lte)\s+)?mso\b", re.IGNORECASE)
_ONLY_OTHERS = re.compile(r"\s*\[if\b[^\]]*!\s*\(?\s*((gt|gte|lt|lte)\s+)?mso\b", re.IGNORECASE)
_ENDIF = re.compile(r"\[endif\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Element:
    """A start tag; ``line`` counts from 1. ``text`` is what a raw-text element such as ``<style>`` holds.

    ``word`` is false where a conditional comment keeps it from Word's engine; ``closed`` is false for a tag that is
    open when the mail ends. ``framed``: a table for Word alone begins right before it and gives it width and place.
    """

    tag: str
    attributes: Mapping[str, str]
    line: int
    word: bool = True
    framed: bool = False
    closed: bool = True
    text: str = ""


class _Reader:
    def __init__(self, html: str) -> None:
        self._html = html
        self._at = 0
        self._counted = 0
        self._line = 1
        self._word = True
        self._framed_from = 0
        """Where a table for Word alone has just begun; 0 is nowhere."""

    def elements(self) -> Iterator[Element]:
        while (start := self._html.find("<", self._at)) >= 0:
            self._at = start + 1
            following = self._html[start + 1 : start + 2]
            if following in {"!", "?"}:
                self._skip_declaration(start)
            elif following == "/":
                self._at = self._after(">", start)
            elif following.isascii() and following.isalpha():
                yield self._element(start)

    def _after(self, text: str, start: int) -> int:
        found = self._html.find(text, start)
        return len(self._html) if found < 0 else found + len(text)

    def _line_of(self, position: int) -> int:
        self._line += self._html.count("\n", self._counted, position)
        self._counted = position
        return self._line

    def _skip_declaration(self, start: int) -> None:
        if not self._html.startswith("<!--", start):
            self._at = self._after(">", start)
            self._mind_condition(self._html[start + 2 : self._at])
            return
        if (empty := _EMPTY_COMMENT.match(self._html, start + 4)) is not None:
            self._at = empty.end()
            return
        self._at = self._after("-->", start + 4)
        self._mind_condition(self._html[start + 4 : self._at])

    def _mind_condition(self, comment: str) -> None:
        ends = _ENDIF.search(comment) is not None
        if _FOR_WORD.match(comment) and "<table" in comment.lower():
            self._framed_from = self._at
        if _CONDITION.match(comment):
            # One that begins and ends in the same comment hides what is between, and changes nothing.
            self._word = self._word and (ends or not _ONLY_OTHERS.match(comment))
        elif ends:
            self._word = True

    def _element(self, start: int) -> Element:
        end = self._end_of_name(start + 1)
        tag = self._html[start + 1 : end].lower()
        line = self._line_of(start)
        framed = self._is_framed(start)
        attributes, closed = self._attributes(end)
        return Element(tag, attributes, line, self._word, framed, closed, self._raw_text(tag) if closed else "")

    def _is_framed(self, start: int) -> bool:
        begun, self._framed_from = self._framed_from, 0
        return begun > 0 and not self._html[begun:start].strip()

    def _end_of_name(self, start: int) -> int:
        name = _TAG_NAME.match(self._html, start)
        return name.end() if name else start

    def _attributes(self, position: int) -> tuple[dict[str, str], bool]:
        attributes: dict[str, str] = {}
        while (found := _ATTRIBUTE.match(self._html, position)) and found.end() > position:
            position = found.end()
            if found["end"]:
                self._at = position
                return attributes, True
            value = found["double"] or found["single"] or found["bare"] or ""
            if not value and _OPEN_QUOTE.match(self._html, position):
                break
            attributes.setdefault(found["name"].lower(), unescape(value))
        self._at = len(self._html)
        return attributes, False

    def _raw_text(self, tag: str) -> str:
        if tag not in _RAW:
            return ""
        end = _RAW[tag].search(self._html, self._at)
        begin, self._at = self._at, end.start() if end else len(self._html)
        return self._html[begin : self._at]


def elements(html: str) -> Iterator[Element]:
    return _Reader(html.replace("\r\n", "\n").replace("\r", "\n")).elements()
