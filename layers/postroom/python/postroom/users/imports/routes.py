from postroom.paging import PageRequest
from postroom.tenancy.model import Role
from postroom.users.imports.bodies import ImportAnswer, ImportBody, NewImportAnswer, RefusedLineAnswer, UploadAnswer
from postroom.users.imports.manage import CreateImport, FindImports, RenewUpload, StartImport
from postroom.web.ids import checked_id
from postroom.web.pages import CursorText, Limit, Listed, Listing, bad_cursor
from postroom.web.routes import CurrentCaller, CurrentSeed, Routes


def import_routes(
    routes: Routes, create: CreateImport, renew: RenewUpload, start: StartImport, find: FindImports
) -> None:
    # Whoever has the address may write the file: it is kept nowhere.
    @routes.post("/v1/users/imports", role=Role.OPERATOR, status=201, idempotent=True, shown_once=("upload.url",))
    def create_import(body: ImportBody, caller: CurrentCaller, seed: CurrentSeed) -> NewImportAnswer:
        """Prepare an import of users from a file, and say where to put the file."""
        return NewImportAnswer.with_upload(*create(caller.tenant_id, body.format, seed))

    @routes.post("/v1/users/imports/{import_id}/upload", role=Role.OPERATOR)
    def renew_upload(import_id: str, caller: CurrentCaller) -> UploadAnswer:
        """Say anew where to put the file of an import that was not started yet."""
        return UploadAnswer.of(renew(caller.tenant_id, checked_id("imp", import_id)))

    @routes.post("/v1/users/imports/{import_id}/start", role=Role.OPERATOR, status=202, idempotent=True)
    def start_import(import_id: str, caller: CurrentCaller) -> ImportAnswer:
        """Begin with an import whose file was uploaded."""
        return ImportAnswer.of(start(caller.tenant_id, checked_id("imp", import_id)))

    @routes.get("/v1/users/imports/{import_id}", role=Role.VIEWER)
    def get_import(import_id: str, caller: CurrentCaller) -> ImportAnswer:
        """Show how far an import is."""
        return ImportAnswer.of(find.one(caller.tenant_id, checked_id("imp", import_id)))

    @routes.get("/v1/users/imports/{import_id}/refused", role=Role.VIEWER)
    def list_refused(
        import_id: str, caller: CurrentCaller, limit: Limit = 50, cursor: CursorText = None
    ) -> Listed[RefusedLineAnswer]:
        """List the lines that were not taken, and why, in the order of the file."""
        listing = Listing(f"refused-{import_id}")
        page = find.refusals(caller.tenant_id, checked_id("imp", import_id), _by_line(listing.request(limit, cursor)))
        return Listed(items=[RefusedLineAnswer.of(refusal) for refusal in page.items], next_cursor=listing.cursor(page))


def _by_line(request: PageRequest) -> PageRequest:
    if request.after is not None and not request.after.isdecimal():
        raise bad_cursor()
    return request
