"""Tenants and keys, and who a request comes from."""

from postroom.audit import entry_rows
from postroom.bootstrap import aws
from postroom.settings import Settings
from postroom.tenancy.store import ROWS, DirectoryStore
from postroom.tenancy.verify_key import VerifyKey


def build_directory(table: str) -> DirectoryStore:
    aws.name((*ROWS, *entry_rows.ROWS), table)
    return DirectoryStore()


def build_authorizer(settings: Settings) -> VerifyKey:
    return VerifyKey(build_directory(settings.directory_table))
