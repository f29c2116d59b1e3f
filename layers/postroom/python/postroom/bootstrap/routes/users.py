"""The routes of users and their imports."""

from postroom.audit.entry_rows import write_alone
from postroom.bootstrap.preferences import build_forget_user
from postroom.bootstrap.users import build_import_files, build_import_tickets, build_imports, build_users
from postroom.clock import system_clock
from postroom.settings import Settings
from postroom.users.imports.manage import CreateImport, FindImports, RenewUpload, StartImport
from postroom.users.imports.routes import import_routes
from postroom.users.manage import DeleteUser, FindUsers, PutUser
from postroom.users.routes import user_routes
from postroom.web.routes import Routes


def add_users(routes: Routes, settings: Settings) -> None:
    store = build_users(settings)
    delete = DeleteUser(store, build_forget_user(settings))
    user_routes(routes, FindUsers(store), PutUser(store, system_clock), delete)
    imports, files = build_imports(settings), build_import_files(settings)
    start = StartImport(imports, files, build_import_tickets(settings), system_clock)
    create, renew = CreateImport(imports, files, system_clock), RenewUpload(imports, files, write_alone, system_clock)
    import_routes(routes, create, renew, start, FindImports(imports, files))
