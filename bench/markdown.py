"""Prints the last figures as Markdown for RESULTS.md, ``python -m bench.markdown [name …]``: those named, or all."""

import sys

from bench.kept import BENCHMARKS, read_lines
from bench.table import markdown

if __name__ == "__main__":
    print(markdown(read_lines(sys.argv[1:] or BENCHMARKS)))
