"""The tenant's hand on its imports: make one, start it, see how far it is."""

from postroom.audit.acting import entries_of
from postroom.audit.ports import WriteAlone
from postroom.clock import Clock
from postroom.errors import Conflict, NotFound
from postroom.ids import Seed
from postroom.leases.model import Ticket, is_held
from postroom.leases.ports import Tickets
from postroom.paging import Page, PageRequest
from postroom.users.imports import life
from postroom.users.imports.deeds import import_created, import_started, import_upload_renewed
from postroom.users.imports.model import LARGEST_FILE, Format, Import, ImportStatus, Refusal, SourceFile, Upload
from postroom.users.imports.ports import Files, ImportStore


class CreateImport:
    def __init__(self, imports: ImportStore, files: Files, clock: Clock) -> None:
        self._imports = imports
        self._files = files
        self._clock = clock

    def __call__(self, tenant_id: str, file_format: Format, seed: Seed) -> tuple[Import, Upload]:
        """The same seed gives the same import, with an upload of its own."""
        now = self._clock()
        wanted = Import(
            tenant_id=tenant_id,
            id=seed.id("imp"),
            format=file_format,
            status=ImportStatus.WAITING,
            created_at=now,
        )
        made = self._imports.add(wanted, entries_of(tenant_id, import_created(wanted)))
        return made, self._files.upload(tenant_id, made.id, made.format, now)


class RenewUpload:
    """Gives a new place for the file: the one that came with the import is good for an hour."""

    def __init__(self, imports: ImportStore, files: Files, tell: WriteAlone, clock: Clock) -> None:
        self._imports = imports
        self._files = files
        self._tell = tell
        self._clock = clock

    def __call__(self, tenant_id: str, import_id: str) -> Upload:
        """Raises NotFound, and Conflict once the import was started."""
        seen = self._imports.get(tenant_id, import_id)
        if seen is None:
            raise NotFound
        if seen.status is ImportStatus.RUNNING:
            raise _running()
        if seen.status is not ImportStatus.WAITING:
            raise _ended(seen)
        self._tell(entries_of(tenant_id, import_upload_renewed(seen)))
        return self._files.upload(tenant_id, import_id, seen.format, self._clock())


class FindImports:
    def __init__(self, imports: ImportStore, files: Files) -> None:
        self._imports = imports
        self._files = files

    def one(self, tenant_id: str, import_id: str) -> Import:
        """Raises NotFound."""
        found = self._imports.get(tenant_id, import_id)
        if found is None:
            raise NotFound
        return found

    def refusals(self, tenant_id: str, import_id: str, request: PageRequest) -> Page[Refusal]:
        """Of the lines that are counted already. Raises NotFound."""
        found = self.one(tenant_id, import_id)
        return self._files.refusals(tenant_id, import_id, found.line, request)


class StartImport:
    def __init__(self, imports: ImportStore, files: Files, tickets: Tickets, clock: Clock) -> None:
        self._imports = imports
        self._files = files
        self._tickets = tickets
        self._clock = clock

    def __call__(self, tenant_id: str, import_id: str) -> Import:
        """One that was started, and that nobody works on, is put on its queue once more: it may not be there.

        Raises NotFound, and Conflict when there is no file, or too large a one, when it runs, and when it has ended.
        """
        seen = self._imports.get(tenant_id, import_id)
        if seen is None:
            raise NotFound
        if seen.status is ImportStatus.WAITING:
            seen = self._started(seen, self._files.source(tenant_id, import_id))
        elif seen.status is not ImportStatus.RUNNING:
            raise _ended(seen)
        elif is_held(seen, self._clock()):
            raise _running()
        self._tickets.put(Ticket(tenant_id, import_id))
        return seen

    def _started(self, seen: Import, source: SourceFile | None) -> Import:
        if source is None:
            raise Conflict("Nothing was uploaded yet: put the file to the address that came with this import")
        if source.size > LARGEST_FILE:
            raise Conflict(f"The file is larger than {LARGEST_FILE} bytes: put a smaller one in its place")
        entries = entries_of(seen.tenant_id, import_started(seen, source.size))
        outcome = self._imports.change(seen.tenant_id, seen.id, life.start(source, self._clock()), entries)
        if outcome.row is None:
            raise NotFound
        return outcome.row


def _running() -> Conflict:
    return Conflict("This import runs already")


def _ended(seen: Import) -> Conflict:
    return Conflict(f"This import is {seen.status} already; make another one")
