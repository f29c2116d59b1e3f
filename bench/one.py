"""Runs one benchmark in this process, ``python -m bench.one <name>``, and prints a line of JSON for each figure."""

import sys
from datetime import UTC, datetime
from importlib import import_module

from bench.figures import Figure
from bench.lines import Line, to_json
from bench.machine import this_machine
from bench.report import Report
from local.place import SOURCES


def main(name: str) -> None:
    sys.path.insert(0, str(SOURCES))
    import_module(f"bench.{name}.benchmark").run(Report(name, _publish))


def _publish(figure: Figure) -> None:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    print(to_json(Line(figure, this_machine(), at)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
