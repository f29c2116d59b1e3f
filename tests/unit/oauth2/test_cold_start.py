"""What an account with a password must not pay for."""

import os
import subprocess
import sys

from local.place import ROOT, SOURCES

_BUILD = """
import os, sys
from postroom.bootstrap.sender import build_sender
from postroom.settings import read_settings
build_sender(read_settings(os.environ))
print(*({name.partition(".")[0] for name in sys.modules} & {"oauthlib", "cryptography"}))
import oauthlib.oauth2, cryptography.fernet
"""

_NAMES = (
    *("POSTROOM_STAGE", "ACCOUNTS_TABLE", "MESSAGES_TABLE", "DIRECTORY_TABLE", "CONTENT_BUCKET", "SECRET_PREFIX"),
    *("QUEUE_HIGH_URL", "QUEUE_NORMAL_URL", "QUEUE_LOW_URL", "DEAD_LETTER_QUEUE_URL"),
)


def test_a_sender_is_built_without_what_oauth2_alone_needs() -> None:
    settings = dict.fromkeys(_NAMES, "unused") | {
        "AWS_DEFAULT_REGION": "eu-central-1",
        "PYTHONPATH": os.pathsep.join((str(SOURCES), str(ROOT))),
    }

    done = subprocess.run([sys.executable, "-c", _BUILD], env=settings, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
