"""``postroom config check``: every point, and how to mend it."""

from typing import Annotated

import typer

from postroom_cli.checks import Level, Point
from postroom_cli.checks_accounts import check_accounts
from postroom_cli.checks_api import check_api, check_settings
from postroom_cli.checks_key import Rights, check_key
from postroom_cli.checks_service import TOLD_HERE, check_service
from postroom_cli.desk import Desk, command
from postroom_cli.errors import Bad, Usage
from postroom_cli.tables import Cell, Rows, status

NoAccounts = Annotated[bool, typer.Option("--no-accounts", help="Leave the accounts out: nothing is logged in to.")]
Strict = Annotated[bool, typer.Option("--strict", help="A warning is a fault, too.")]

_OF_TENANTS = frozenset({Rights.ADMIN, Rights.OPERATOR, Rights.VIEWER})


def register(app: typer.Typer) -> None:
    # Two commands, so that the group stays one.
    command(app, "check")(check)
    command(app, "show")(show)


def check(desk: Desk, no_accounts: NoAccounts = False, strict: Strict = False) -> None:
    """Check the settings, the API, the key, the configuration and the accounts, and say how to mend what is wrong.

    Nothing is sent.
    """
    with desk.terminal.progress("Checking", None) as steps:
        points = list(check_settings(desk))
        if not _any(points, Level.WRONG):
            steps.now("Asking the API")
            points += check_api(desk)
        if not _any(points, Level.WRONG):
            found = check_key(desk.api)
            points += found.points
            looks_at_accounts = found.rights in _OF_TENANTS and not no_accounts
            if found.rights in {Rights.ADMIN, Rights.PLATFORM}:
                steps.now("Having the configuration checked")
                points += check_service(desk.api, TOLD_HERE if looks_at_accounts else ())
            if looks_at_accounts:
                points += check_accounts(desk.api, found.rights, steps.now)
    bad = [point for point in points if point.level is Level.WRONG or (strict and point.level is Level.WARNING)]
    _show(desk, points, well=not bad)
    if bad:
        raise Bad(f"{len(bad)} of {len(points)} points are wrong")


def show(desk: Desk) -> None:
    """Show which settings are used and where they come from; the key only by its id."""
    points = list(check_settings(desk))
    wrong = sum(point.level is Level.WRONG for point in points)
    _show(desk, points, well=not wrong)
    if wrong:
        raise Usage(f"{wrong} of {len(points)} settings are wrong")


def _any(points: list[Point], level: Level) -> bool:
    return any(point.level is level for point in points)


def _show(desk: Desk, points: list[Point], *, well: bool) -> None:
    seen = [point for point in points if not (desk.terminal.quiet and point.level is Level.OK)]
    rows: list[list[Cell]] = [[status(point.level), point.subject, point.found, point.remedy] for point in seen]
    if seen or desk.terminal.as_json:
        document = {"ok": well, "points": [point.document() for point in points]}
        desk.terminal.show_always(Rows(("", "what", "found", "how to mend it"), rows, keep=1), document)
