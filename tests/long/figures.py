"""What a run of the long tests has seen, as a table: on the screen, and at the end of ``bench/RESULTS.md``."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from local.place import ROOT

_RESULTS = ROOT / "bench" / "RESULTS.md"
_HEAD = """# Figures

What was seen, on which machine, and what it means. `make test-long` adds a table; nothing here is estimated.
"""


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

    def write(self, arguments: Sequence[str]) -> None:
        head = "" if _RESULTS.exists() else _HEAD
        machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
        python = f"Python {platform.python_version()}"
        today = datetime.now(UTC).date().isoformat()
        title = f"## {today}: `SEED={self.seed} pytest {' '.join(arguments)}`, {machine}, {python}"
        with _RESULTS.open("a") as results:
            results.write(f"{head}\n{title}\n\n{self.table()}\n")
