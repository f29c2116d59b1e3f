"""Users, where they are kept, and their imports."""

from postroom.bootstrap import aws
from postroom.clock import system_clock
from postroom.leases.queue import IMPORTS, SqsTickets
from postroom.settings import Settings
from postroom.users import store as users_store
from postroom.users.imports import store as imports_store
from postroom.users.imports.apply import ApplyLines
from postroom.users.imports.bodies import checked
from postroom.users.imports.csv_rows import read_csv
from postroom.users.imports.files import S3Files
from postroom.users.imports.model import Format
from postroom.users.imports.ndjson import read_ndjson
from postroom.users.imports.reading import ReadFile
from postroom.users.imports.run import RunImport
from postroom.users.imports.store import DynamoImports
from postroom.users.store import DynamoUsers


def build_users(settings: Settings) -> DynamoUsers:
    aws.name(users_store.ROWS, settings.directory_table)
    return DynamoUsers()


def build_imports(settings: Settings) -> DynamoImports:
    aws.name(imports_store.ROWS, settings.directory_table)
    return DynamoImports()


def build_import_files(settings: Settings) -> S3Files:
    return S3Files(aws.s3_for_addresses(local=settings.local), settings.content_bucket)


def build_import_tickets(settings: Settings) -> SqsTickets:
    return SqsTickets(aws.sqs(), settings.imports_queue_url, IMPORTS)


def build_importer(settings: Settings) -> RunImport:
    files = build_import_files(settings)
    return RunImport(
        build_imports(settings),
        files,
        ReadFile(files, {Format.CSV: read_csv, Format.NDJSON: read_ndjson}, checked),
        ApplyLines(build_users(settings), system_clock),
        build_import_tickets(settings),
        system_clock,
    )
