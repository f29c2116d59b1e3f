"""Checks of one table, run over one thing."""

import inspect
from collections.abc import Sequence
from types import ModuleType

from postroom.system.configuration.model import Check, T
from postroom.system.configuration.report import points_of


def wrong(checks: Sequence[Check[T]], looked_at: T) -> dict[str, list[tuple[str, str]]]:
    """Of each check that found something, the levels and the words."""
    found: dict[str, list[tuple[str, str]]] = {}
    for point in points_of(checks, looked_at):
        if point.level != "ok":
            assert point.remedy, point
            found.setdefault(point.code, []).append((str(point.level), f"{point.subject} {point.found}"))
    return found


def looks_in(module: ModuleType) -> set[object]:
    """Its functions that look at something."""
    return {
        function
        for _, function in inspect.getmembers(module, inspect.isgeneratorfunction)
        if function.__module__ == module.__name__
    }
