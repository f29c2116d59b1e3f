"""Runs benchmarks one after the other, ``python -m bench [name …]``: those that are named, or all.

Each has a process of its own, so that none is measured with what another has imported. What it prints is kept in
``.local/bench/<name>.jsonl``.
"""

import subprocess
import sys
from collections.abc import Sequence

from bench.kept import BENCHMARKS, FIGURES, read_lines
from bench.table import screen
from local.place import ROOT


def main(names: Sequence[str]) -> int:
    chosen = names or BENCHMARKS
    if unknown := sorted(set(chosen) - set(BENCHMARKS)):
        print(f"There is no benchmark {', '.join(unknown)}, only {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    broken = [name for name in chosen if not _measure(name)]
    print(screen(read_lines(chosen)))
    for name in broken:
        print(f"{name} broke off; its figures are those from before it did", file=sys.stderr)
    return 1 if broken else 0


def _measure(name: str) -> bool:
    FIGURES.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "bench.one", name]
    with (FIGURES / f"{name}.jsonl").open("wb") as figures:
        return subprocess.run(command, cwd=ROOT, stdout=figures, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
