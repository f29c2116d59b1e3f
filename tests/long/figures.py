"""What a run of the long tests has seen, as a table: on the screen, and of a whole run in ``bench/RESULTS.md``."""

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from local.place import ROOT

RESULTS = ROOT / "bench" / "RESULTS.md"
WHOLE_RUN = ("-m", "long", "-rs", "tests")
"""The arguments that ``make test-long`` gives to pytest."""

_HEADING = "## Races, crashes and hostile servers"
_SECTION = re.compile(rf"^{_HEADING}\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)


@dataclass
class Figures:
    """A row is told only after everything that its test demands of it has held."""

    seed: int
    rows: list[tuple[str, str, str]] = field(default_factory=list)

    def tell(self, what: str, figure: str, meaning: str) -> None:
        self.rows.append((what, figure, meaning))

    def table(self) -> str:
        lines = [f"| {what} | {figure} | {meaning} |" for what, figure, meaning in self.rows]
        return "\n".join(["| what | figure | meaning |", "|---|---|---|", *lines])

    def keep(self, arguments: Sequence[str], results: Path = RESULTS) -> None:
        """In the place of the whole run before; what a part of the tests has seen is for the screen alone."""
        if tuple(arguments) == WHOLE_RUN:
            results.write_text(_with_section(results.read_text(), f"{_HEADING}\n\n{self._run()}\n\n{self.table()}\n"))

    def _run(self) -> str:
        machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
        today = datetime.now(UTC).date().isoformat()
        return f"`make test-long SEED={self.seed}`, {today}, {machine}, Python {platform.python_version()}"


def _with_section(text: str, section: str) -> str:
    before, _, after = _SECTION.sub("\0", text).partition("\0")
    return "\n\n".join(part.strip("\n") for part in (before, section, after) if part.strip("\n")) + "\n"
