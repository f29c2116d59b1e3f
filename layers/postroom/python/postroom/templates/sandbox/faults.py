"""What went wrong in a template, in words for its author."""

import re
from types import TracebackType

from jinja2 import Template, TemplateNotFound, TemplateSyntaxError, UndefinedError

from postroom.templates.sandbox.bounds import TooMuch
from postroom.templates.workshop import Fault, Part

FAULTS = (ArithmeticError, AttributeError, LookupError, RecursionError, SyntaxError, TypeError, ValueError)
"""What a template can raise beside Jinja's own errors."""

_QUOTED = re.compile(r"'([^']+)'")
_OPENED = re.compile(r"\{[{%#]-?\s*")
_ALONE = re.compile(r"(?<![}%#])\}(?!\})")
"""A brace that closes no tag."""

_LONGEST = 300


def of_syntax(part: Part, source: str, error: Exception) -> Fault:
    if isinstance(error, TemplateSyntaxError):
        return fault_at(part, source, error.lineno, error.message or "")
    return Fault(part, 1, 1, _words(error))


def fault_at(part: Part, source: str, line: int, words: str) -> Fault:
    return Fault(part, line, _column(source, line, words), _short(words))


def of_filling(part: Part, error: Exception) -> Fault:
    return Fault(part, _line(part, error.__traceback__), 1, _words(error))


def _words(error: Exception) -> str:
    match error:
        case TooMuch() | UndefinedError():
            words = str(error)
        case TemplateNotFound():
            name = error.name if isinstance(error.name, str) else "…"
            words = f'There is no template "{name}" to build on'
        case TemplateSyntaxError():
            words = f"In {error.name}, line {error.lineno}: {error.message}"
        case RecursionError():
            words = "The template is nested too deeply"
        case SyntaxError():
            words = "The template has too many loops in each other"
        case MemoryError():
            words = "The template takes too much memory"
        case _:
            words = f"This cannot be computed: {error}"
    return _short(words)


def _line(part: Part, traceback: TracebackType | None) -> int:
    """Where the template itself was, and not what it builds on. 1 when it was not begun."""
    line = 1
    while traceback is not None:
        template = traceback.tb_frame.f_globals.get("__jinja_template__")
        if isinstance(template, Template) and template.name == part:
            line = template.get_corresponding_lineno(traceback.tb_lineno)
        traceback = traceback.tb_next
    return line


def _column(source: str, line: int, words: str) -> int:
    """Jinja counts lines only: of what it names, or else of the first tag of the line."""
    lines = source.splitlines()
    text = lines[line - 1] if line <= len(lines) else ""
    opened = _OPENED.search(text)
    begin = opened.end() if opened else 0
    places = [_pattern_of(word).search(text, begin) for word in reversed(_QUOTED.findall(words))]
    found = [place.start() for place in places if place]
    return 1 + (found[0] if found else opened.start() if opened else 0)


def _pattern_of(word: str) -> re.Pattern[str]:
    return _ALONE if word == "}" else re.compile(re.escape(word))


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
