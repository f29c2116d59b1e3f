"""The routes of the audit log."""

from postroom.audit import entry_rows
from postroom.audit.routes import audit_routes
from postroom.audit.store import DynamoAuditLog
from postroom.bootstrap import aws
from postroom.settings import Settings
from postroom.web.routes import Routes


def add_audit(routes: Routes, settings: Settings) -> None:
    aws.name(entry_rows.ROWS, settings.directory_table)
    audit_routes(routes, DynamoAuditLog())
