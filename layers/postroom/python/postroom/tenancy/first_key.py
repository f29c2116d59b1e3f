"""Makes the first platform key: ``DIRECTORY_TABLE=… python -m postroom.tenancy.first_key``.

The key is printed once and stored as a hash. When there is a working one already, ``--another`` makes a further one.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TextIO

from postroom.audit.acting import Acting, acting
from postroom.audit.model import KEPT, Actor
from postroom.bootstrap.directory import build_directory
from postroom.clock import Clock, system_clock
from postroom.errors import Conflict, PostroomError
from postroom.ids import Seed
from postroom.paging import PageRequest
from postroom.settings import read_key_settings
from postroom.tenancy.issue_key import IssuedKey, IssueKey, KeyRequest
from postroom.tenancy.model import PLATFORM_TENANT, Role
from postroom.tenancy.ports import Directory

_PLATFORM_KEY = KeyRequest("platform key", Role.PLATFORM)

_SOMEBODY = Actor(PLATFORM_TENANT, key_id="", role=Role.PLATFORM.value, user_agent="postroom.tenancy.first_key")
"""Who has the keys of the AWS account: CloudTrail knows their name."""


class MakePlatformKey:
    def __init__(self, directory: Directory, clock: Clock, audit_kept: timedelta = KEPT) -> None:
        self._directory = directory
        self._issue = IssueKey(directory)
        self._clock = clock
        self._audit_kept = audit_kept

    def __call__(self, *, another: bool) -> IssuedKey:
        """Raises Conflict when there is a working key and ``another`` was not asked for."""
        if not another and self._has_one():
            raise Conflict("There is a working platform key already. To make a further one, add --another.")
        now = self._clock()
        seed = Seed.fresh(now)
        with acting(Acting(_SOMEBODY, seed, now, self._audit_kept)):
            return self._issue(PLATFORM_TENANT, _PLATFORM_KEY, seed)

    def _has_one(self) -> bool:
        page = self._directory.keys(PLATFORM_TENANT, PageRequest())
        while all(key.revoked_at for key in page.items) and page.last:
            page = self._directory.keys(PLATFORM_TENANT, PageRequest(after=page.last))
        return any(key.revoked_at is None for key in page.items)


def _cause(error: PostroomError) -> str:
    # Who runs this has the keys of the AWS account, and nothing else to find out what is wrong.
    return f": {error.__cause__}" if error.__cause__ else ""


def main(arguments: Sequence[str], environ: Mapping[str, str], out: TextIO, err: TextIO) -> int:
    """The exit status; the key alone goes to ``out``, so that a script can read it."""
    parser = argparse.ArgumentParser(prog="python -m postroom.tenancy.first_key", description=__doc__)
    parser.add_argument("--another", action="store_true", help="make one even though a working one exists")
    options = parser.parse_args(arguments)
    try:
        settings = read_key_settings(environ)
        make = MakePlatformKey(build_directory(settings.directory_table), system_clock, settings.audit_retention)
        issued = make(another=options.another)
    except PostroomError as error:
        err.write(f"{error.detail}{_cause(error)}\n")
        return 1
    err.write(f"Platform key {issued.key.id}. It is shown this once; keep it safe:\n")
    out.write(f"{issued.text}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ, sys.stdout, sys.stderr))
