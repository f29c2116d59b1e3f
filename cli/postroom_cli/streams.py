"""The input, the output and the errors as they are: closed, full, or in an encoding that lacks letters."""

import io
import os
import sys
from pathlib import Path

from postroom_cli.errors import Unwritten


def make_ready() -> None:
    """Ends the program where there is no output: before anything is done of which nobody would hear."""
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the program ends
    if sys.stdout is None:
        sys.stderr.write("Standard output is closed\nWhere nobody is to see it: >/dev/null\n")
        raise SystemExit(Unwritten.exit_status)
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - as above
    # What this terminal's encoding lacks is shown as an escape, and stops no command.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def drop_what_cannot_be_written() -> None:
    """At its end Python would try once more, and give an exit status of its own."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
