"""Requests of every kind that the API document allows, and of those that it does not, made up by schemathesis."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.place import ROOT, SOURCES

# An answer that refuses what the schema allows is judged by a check of our own, which knows when that is right.
_SETTINGS = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "422"]
"""
_COUNT = re.compile(r"^\s*(\d+) generated", re.MULTILINE)
_OURS = "tests.experiments.schemathesis_hooks"


@dataclass(frozen=True, slots=True)
class Tried:
    """``well``: no server error, and no answer that the document does not have."""

    well: bool
    generated: int
    said: str


def try_every_request(  # noqa: PLR0917 - what is tried, with what, how far
    api: str,
    keys: Mapping[str, str],
    things: Mapping[str, str],
    spare: str,
    directory: Path,
    options: Sequence[str],
) -> Tried:
    """``keys`` are by role, ``things`` by the name of a parameter; ``spare`` is an account that does not send."""
    (directory / "schemathesis.toml").write_text(_SETTINGS)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(SOURCES))),
        "SCHEMATHESIS_HOOKS": _OURS,
        "POSTROOM_TRIED": json.dumps({"keys": dict(keys), "things": dict(things), "spare": spare}),
    }
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{api}/v1/openapi.json"),
        *(
            "--checks",
            "all",
            "--generation-database",
            "none",
            "--no-color",
            "--request-timeout",
            "60",
            "--max-response-time",
            "30",
        ),
        *("--suppress-health-check", "all", "--warnings", "off"),
        # It takes PUT /v1/accounts/presets for no operation, and it is that of an account called presets.
        *("--exclude-checks", "unsupported_method"),
        *options,
    ]
    done = subprocess.run(
        command,
        env=environment,
        cwd=directory,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    counts = _COUNT.findall(done.stdout)
    return Tried(done.returncode == 0, int(counts[-1]) if counts else 0, done.stdout)
