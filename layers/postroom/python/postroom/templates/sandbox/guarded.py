"""Filters, methods and functions of templates that could make too much, with a look at their arguments before."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Undefined
from jinja2.sandbox import SandboxedEscapeFormatter, SandboxedFormatter
from jinja2.utils import Namespace
from markupsafe import Markup

from postroom.templates.sandbox.bounds import (
    bounded_range,
    check_format,
    check_joined,
    check_plain,
    check_replaced,
    check_width,
)

_MOST_DIGITS = 15
_MOST_GROUPS = 10_000
_MOST_INDENT = 10


class Callee:
    """Something to call, which shows nothing but its name when it is written out."""

    __slots__ = ("_call", "_name")

    def __init__(self, name: str, call: Callable[..., Any]) -> None:
        self._name = name
        self._call = call

    def __call__(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever a template hands over
        return self._call(*arguments, **named)

    def __repr__(self) -> str:
        return self._name


def method(environment: Any, text: str, name: str) -> Callee:  # noqa: ANN401 - Jinja's formatters ask for any
    if name == "format":
        return Callee(name, functools.partial(_formatted, environment, text))
    if name == "join":
        return Callee(name, functools.partial(_joined, text))
    call = getattr(text, name)
    return Callee(name, functools.partial(_METHODS[name], call, text) if name in _METHODS else call)


FUNCTIONS: Mapping[str, Callee] = {
    "range": Callee("range", bounded_range),
    "namespace": Callee("namespace", Namespace),
}


def guarded(name: str, of_jinja: Callable[..., Any]) -> Callable[..., Any]:
    if name in _LAZY:
        return _listed(_guarded_by(_FILTERS.get(name), of_jinja))
    return _guarded_by(_FILTERS.get(name), of_jinja)


def _listed(of_jinja: Callable[..., Any]) -> Callable[..., Any]:
    """A list in place of something that makes its items when asked, which cannot be shown or gone through twice."""

    @functools.wraps(of_jinja)
    def listed(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever a template hands over
        made = of_jinja(*arguments, **named)
        return made if isinstance(made, str) else list(made)

    return listed


def _guarded_by(guard: Callable[..., tuple[Any, ...]] | None, of_jinja: Callable[..., Any]) -> Callable[..., Any]:
    if guard is None:
        return of_jinja

    @functools.wraps(of_jinja)
    def with_guard(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever a template hands over
        return of_jinja(*guard(*arguments, **named), **named)

    return with_guard


def _wide(most: int) -> Callable[..., tuple[Any, ...]]:
    def guard(*arguments: Any, **named: Any) -> tuple[Any, ...]:  # noqa: ANN401 - whatever a template hands over
        # Behind what is filtered itself, which may be any number.
        check_width(*(each for each in arguments[1:] if not isinstance(each, bool)), *named.values(), most=most)
        return arguments

    return guard


def _join_filter(context: Any, value: Any, separator: Any = "", *rest: Any, **named: Any) -> tuple[Any, ...]:  # noqa: ANN401 - as Jinja's
    items = list(value)
    check_joined(named.get("d", separator), items)
    return (context, items, *(() if "d" in named else (separator,)), *rest)


def _replace_filter(context: Any, text: Any, *rest: Any, **named: Any) -> tuple[Any, ...]:  # noqa: ANN401 - as Jinja's
    old, new = (*rest, None, None)[:2]
    check_replaced(str(text), str(named.get("old", old)), str(named.get("new", new)))
    return (context, text, *rest)


def _format_filter(template: Any, *rest: Any, **_: Any) -> tuple[Any, ...]:  # noqa: ANN401 - as Jinja's
    check_format(str(template))
    return (template, *rest)


def _plain(value: Any, *rest: Any, **_: Any) -> tuple[Any, ...]:  # noqa: ANN401 - as Jinja's
    check_plain(value)
    return (value, *rest)


_LAZY = frozenset(
    {"batch", "items", "map", "reject", "rejectattr", "reverse", "select", "selectattr", "slice", "unique"}
)

_FILTERS: Mapping[str, Callable[..., tuple[Any, ...]]] = {
    "batch": _wide(_MOST_GROUPS),
    "center": _wide(1_000),
    "format": _format_filter,
    "indent": _wide(1_000),
    "join": _join_filter,
    "replace": _replace_filter,
    "round": _wide(_MOST_DIGITS),
    "slice": _wide(_MOST_GROUPS),
    "string": _plain,
    "tojson": _wide(_MOST_INDENT),
}


def _padded(call: Callable[..., str], _: str, width: int, *fill: str) -> str:
    check_width(width)
    return call(width, *fill)


def _replaced(call: Callable[..., str], text: str, old: str, new: str, *count: int) -> str:
    check_replaced(text, old, new)
    return call(old, new, *count)


def _joined(text: str, items: Any) -> str:  # noqa: ANN401 - anything that can be gone through
    items = [str(item) if isinstance(item, Undefined) else item for item in items]
    check_joined(text, items)
    return text.join(items)


_METHODS: Mapping[str, Callable[..., str]] = {
    "center": _padded,
    "ljust": _padded,
    "rjust": _padded,
    "zfill": _padded,
    "replace": _replaced,
}


class _Narrow:
    def format_field(self, value: Any, format_spec: str) -> Any:  # noqa: ANN401 - as Python's
        check_format(format_spec)
        return super().format_field(value, format_spec)  # type: ignore[misc] # of the formatter beside it


class _TextFormatter(_Narrow, SandboxedFormatter): ...


class _MarkupFormatter(_Narrow, SandboxedEscapeFormatter): ...


def _formatted(environment: Any, text: str, *arguments: Any, **named: Any) -> str:  # noqa: ANN401 - whatever a template hands over
    if isinstance(text, Markup):
        return Markup(_MarkupFormatter(environment, escape=text.escape).vformat(text, arguments, named))  # noqa: S704 - its formatter escapes
    return _TextFormatter(environment).vformat(text, arguments, named)
