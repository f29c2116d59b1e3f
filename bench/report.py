"""Where a benchmark puts its figures."""

import sys
from collections.abc import Callable, Sequence

from bench.aims import Aim
from bench.figures import Figure, Rival, Seen


class Report:
    """``publish`` is called with each figure as soon as it is there."""

    def __init__(self, benchmark: str, publish: Callable[[Figure], None]) -> None:
        self._benchmark = benchmark
        self._publish = publish

    def figure(  # noqa: PLR0913 (the parts of a figure)
        self,
        name: str,
        what: Seen | float,
        unit: str,
        *,
        aim: Aim | None = None,
        rivals: Sequence[Rival] = (),
        setting: str = "",
    ) -> None:
        result = what if isinstance(what, Seen) else Seen(what)
        self._publish(Figure(self._benchmark, name, result, unit, aim, tuple(rivals), setting))

    def progress(self, line: str) -> None:
        """For whoever waits at the terminal; standard output belongs to the figures."""
        sys.stderr.write(f"{self._benchmark}: {line}\n")
