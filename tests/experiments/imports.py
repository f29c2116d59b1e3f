"""A file of users is imported by processes that are killed while they work."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from postroom.bootstrap.users import build_import_files, build_import_tickets, build_imports
from postroom.clock import system_clock
from postroom.ids import Seed
from postroom.paging import PageRequest
from postroom.settings import read_settings
from postroom.users.imports.manage import CreateImport, FindImports, StartImport
from postroom.users.imports.model import Format, Import
from tests.faults.bare_aws import BareAws

TENANT = "ten_imports"
_BAD_EACH = 100
"""Every so many lines there is one without an address."""

_LEASE_SECONDS = 3
_ROWS_OF_A_USER = 2
"""Its own, and that of its address; the import has one more."""


@dataclass(frozen=True, slots=True)
class Imported:
    """``refused`` are lines; ``stored`` is how many users came into the table. The last process took ``seconds``."""

    found: Import
    refused: list[int]
    stored: float
    kills: int
    seconds: float
    peak: int


def expected_refusals(lines: int) -> list[int]:
    return list(range(_BAD_EACH, lines + 1, _BAD_EACH))


def import_users(aws: BareAws, lines: int, *, kills: int = 0, seed: int = 0, tenant_id: str = TENANT) -> Imported:
    queue = aws.queue(visibility_seconds=60)
    lease = {"LEASE_SECONDS": str(_LEASE_SECONDS)} if kills else {}
    settings = aws.settings(queue, **lease)
    with aws.here(settings):
        before = _rows(aws)
        read = read_settings(os.environ)
        imports, files = build_imports(read), build_import_files(read)
        made, _ = CreateImport(imports, files, system_clock)(tenant_id, Format.CSV, Seed.fresh(system_clock()))
        key = f"imports/{tenant_id}/{made.id}/source"
        aws.client("s3").put_object(Bucket=read.content_bucket, Key=key, Body=_content(lines))
        StartImport(imports, files, build_import_tickets(read), system_clock)(tenant_id, made.id)
        random = Random(seed)
        done = 0
        while done < kills:
            done += _killed(settings, tenant_id, made.id, random.uniform(1.5, 4))
        told = json.loads(_process(settings, tenant_id, made.id).communicate()[0].splitlines()[-1])
        find = FindImports(imports, files)
        return Imported(
            found=find.one(tenant_id, made.id),
            refused=list(_refused(find, tenant_id, made.id)),
            stored=(_rows(aws) - before - 1) / _ROWS_OF_A_USER,
            kills=done,
            seconds=told["seconds"],
            peak=told["peak"],
        )


def _killed(settings: dict[str, str], tenant_id: str, import_id: str, after: float) -> bool:
    process = _process(settings, tenant_id, import_id)
    time.sleep(after)
    ended_by_itself = process.poll() is not None
    process.kill()
    process.communicate()
    assert not ended_by_itself, "the file is too short for so many kills"
    return True


def _process(settings: dict[str, str], tenant_id: str, import_id: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.faults.importer_process", tenant_id, import_id]
    path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(command, env=settings | path, stdout=subprocess.PIPE, text=True)


def _content(lines: int) -> bytes:
    """The columns' names are line 1."""
    rows = ["id,email,name,user_type,attributes.number"]
    for line in range(2, lines + 1):
        email = "" if line % _BAD_EACH == 0 else f"user{line}@example.com"
        rows.append(f'user{line},{email},"User, the {line}th",staff,{line}')
    return "\r\n".join(rows).encode()


def _refused(find: FindImports, tenant_id: str, import_id: str) -> Iterator[int]:
    after: str | None = None
    while True:
        page = find.refusals(tenant_id, import_id, PageRequest(100, after))
        yield from (refusal.line for refusal in page.items)
        after = page.last
        if after is None:
            return


def _rows(aws: BareAws) -> int:
    # The local AWS counts at once. To read so many rows takes it longer than to import them.
    described = aws.client("dynamodb").describe_table(TableName="directory")
    return int(described["Table"]["ItemCount"])
