"""What a function must not pay for until it is needed."""

import os
import subprocess
import sys
from functools import cache
from importlib.util import find_spec

import pytest

from local.place import ROOT, SOURCES
from tests.fakes.settings import UNUSED
from tests.fakes.tables import ENVIRONMENT

OF_TEMPLATES = {"jinja2", "css_inline", "justhtml", "tinycss2"}
OF_OAUTH2 = {"oauthlib", "cryptography"}
OF_SESSIONS = {"smtplib"}
OF_ROUTES = {"aws_lambda_powertools"}
LATE = OF_TEMPLATES | OF_OAUTH2 | OF_SESSIONS

_BUILD = """
import os, sys
from postroom.bootstrap.{module} import build_{what}
from postroom.settings import read_settings
build_{what}(read_settings(os.environ))
print(*sys.modules)
"""


@cache
def modules_of(module: str, what: str) -> frozenset[str]:
    """Those that are loaded when this was built."""
    path = os.pathsep.join((str(SOURCES), str(ROOT)))
    settings = UNUSED | ENVIRONMENT | {"PYTHONPATH": path}
    program = _BUILD.format(module=module, what=what)

    done = subprocess.run([sys.executable, "-c", program], env=settings, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    return frozenset(done.stdout.split())


@pytest.mark.parametrize(
    ("module", "what", "late"),
    [
        ("api", "api", LATE),
        ("sender", "sender", (LATE | OF_ROUTES) - OF_SESSIONS),
        ("due", "due", LATE | OF_ROUTES),
        ("mails", "make_mail", LATE),
        ("users", "importer", LATE),
        ("jobs", "run_job", LATE),
        ("events", "run_event", LATE),
        ("overdue", "enqueue_digests", LATE | OF_ROUTES),
        ("digests", "make_digest", LATE),
        ("notices", "follow_mails", LATE | OF_ROUTES),
    ],
)
def test_a_function_is_built_without_what_few_of_its_events_need(module: str, what: str, late: set[str]) -> None:
    loaded = {name.partition(".")[0] for name in modules_of(module, what)}

    assert loaded & late == set()
    assert "boto3" in loaded


@pytest.mark.parametrize("late", ["telling.tell", "telling.carry_out", "digests.make", "events.run"])
def test_the_api_takes_events_in_without_what_tells_of_them(late: str) -> None:
    assert f"postroom.{late}" not in modules_of("api", "api")
    assert find_spec(f"postroom.{late}")


@pytest.mark.parametrize("package", sorted(LATE | OF_ROUTES))
def test_what_is_needed_late_is_called_so(package: str) -> None:
    assert find_spec(package)
