"""What is done to imports of users, as the audit log tells it."""

from postroom.audit.model import Action, Deed
from postroom.users.imports.model import Import, ImportStatus


def import_created(made: Import) -> Deed:
    return Deed(Action.IMPORT_CREATED, _target(made), after={"format": made.format.value})


def import_upload_renewed(seen: Import) -> Deed:
    return Deed(Action.IMPORT_UPLOAD_RENEWED, _target(seen))


def import_started(seen: Import, size: int) -> Deed:
    before, after = {"status": seen.status.value}, {"status": ImportStatus.RUNNING.value, "size": size}
    return Deed(Action.IMPORT_STARTED, _target(seen), before, after)


def _target(one: Import) -> str:
    return f"import/{one.id}"
