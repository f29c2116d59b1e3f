"""``python -m tests.faults.importer_process TENANT IMPORT``: works on an import, until it has ended."""

import os
import sys

from functions.importer import app
from postroom.bootstrap.users import build_imports
from postroom.leases.model import Ticket
from postroom.leases.queue import IMPORTS
from postroom.settings import read_settings
from postroom.users.imports.model import ImportStatus
from tests.faults.worker_process import work


def main(tenant_id: str, import_id: str) -> None:
    imports = build_imports(read_settings(os.environ))

    def is_open() -> bool:
        found = imports.get(tenant_id, import_id)
        return found is not None and found.status is ImportStatus.RUNNING

    work(app, IMPORTS.write(Ticket(tenant_id, import_id)), is_open)


if __name__ == "__main__":
    main(*sys.argv[1:])
