"""The benchmarks there are, and what their last runs have left."""

from collections.abc import Sequence

from bench.lines import Line, from_json
from local.place import ROOT

HERE = ROOT / "bench"
FIGURES = ROOT / ".local" / "bench"
BENCHMARKS = tuple(sorted(module.parent.name for module in HERE.glob("*/benchmark.py")))


def read_lines(names: Sequence[str]) -> tuple[Line, ...]:
    kept = (FIGURES / f"{name}.jsonl" for name in names)
    return tuple(from_json(text) for path in kept if path.exists() for text in path.read_text().splitlines())
