"""The description is paid for by those who ask for it."""

import os
import subprocess
import sys

from local.place import ROOT, SOURCES
from tests.fakes.settings import UNUSED
from tests.fakes.tables import ENVIRONMENT

_PROGRAM = """
import os, sys
from postroom.bootstrap.api import build_api
from postroom.settings import read_settings
from tests.fakes.http import request, send
api = build_api(read_settings(os.environ))
print(sorted(sys.modules.keys() & {"postroom.reference.document", "postroom.messages.examples"}))
send(api, request("GET", "/v1/openapi.json"))
print(sorted(sys.modules.keys() & {"postroom.reference.document", "postroom.messages.examples"}))
"""


def test_it_is_made_when_it_is_first_asked_for() -> None:
    settings = UNUSED | ENVIRONMENT | {"PYTHONPATH": os.pathsep.join((str(SOURCES), str(ROOT)))}

    done = subprocess.run([sys.executable, "-c", _PROGRAM], env=settings, capture_output=True, text=True, check=False)

    lines = [line for line in done.stdout.splitlines() if not line.startswith("{")]
    assert done.returncode == 0, done.stderr
    assert lines == ["[]", "['postroom.messages.examples', 'postroom.reference.document']"]
