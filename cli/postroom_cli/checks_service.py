"""What the service says of the configuration, a tenant's and its own."""

from collections.abc import Collection, Iterator
from http import HTTPStatus

from postroom_cli.checks import Level, Point, ok, warning, wrong
from postroom_cli.client import Client
from postroom_cli.document import Document
from postroom_cli.errors import CliError, Refused
from postroom_cli.paths import at

TOLD_HERE = frozenset({"accounts_active", "accounts_stopped", "accounts_pending"})
"""Checks that are ours as well, where accounts are looked at: with the commands that mend it."""

_SUBJECT = "The configuration"


def check_service(api: Client, left_out: Collection[str] = ()) -> Iterator[Point]:
    """For the key of an admin or of the platform; ``left_out`` by the names of checks."""
    try:
        report = api.get(at("system", "config-check"))
    except CliError as error:
        yield _unasked(error)
        return
    points = [point for point in report.parts("points") if point.text("check") not in left_out]
    faults = [point for point in points if point.text("level") != "ok"]
    checks = {point.text("check") for point in points}
    yield ok(_SUBJECT, f"{len(checks - {one.text('check') for one in faults})} of {len(checks)} checks find nothing")
    yield from map(_point, faults)
    for bound in report.texts("bounded"):
        yield ok(_SUBJECT, bound)


def _point(found: Document) -> Point:
    level = Level.WARNING if found.text("level") == "warning" else Level.WRONG
    return Point(level, found.text("subject"), found.text("found"), found.text("remedy"))


def _unasked(error: CliError) -> Point:
    if isinstance(error, Refused) and error.http_status == HTTPStatus.NOT_FOUND:
        return warning(_SUBJECT, "is not checked by this deployment, which is older", "Deploy the present version.")
    return wrong(_SUBJECT, f"could not be checked: {error.message}", error.remedy)
