"""``postroom jobs``: list, show, watch, cancel."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

import typer

from postroom_cli.account_changes import Yes, confirm
from postroom_cli.desk import Desk, command
from postroom_cli.document import Document
from postroom_cli.errors import Bad
from postroom_cli.paths import at
from postroom_cli.tables import Cell, Rows, status
from postroom_cli.visible import local_time, shown
from postroom_cli.whole import whole

_OUTCOMES = ("sent", "queued", "failed", "uncertain", "cancelled", "suppressed", "skipped")
_WORKED_ON = {"waiting", "running", "cancelling"}
_PAUSE_SECONDS = 4.0
"""What was counted a moment ago is told again."""

JobId = Annotated[str, typer.Argument(metavar="JOB", help="Its id.")]
Most = Annotated[int, typer.Option("--limit", "-n", min=1, help="So many at most.")]
Timeout = Annotated[float, typer.Option(min=1, help="Seconds to wait for its end.")]


def register(app: typer.Typer) -> None:
    command(app, "list")(list_jobs)
    command(app, "show")(show)
    command(app, "watch")(watch)
    command(app, "cancel")(cancel)


def list_jobs(desk: Desk, limit: Most = 20) -> None:
    """List jobs, the newest first."""
    jobs, following = desk.api.first(at("jobs"), limit)
    rows: list[list[Cell]] = [
        [
            job.text("id"),
            status(job.text("status")),
            job.text("total"),
            job.text("accepted"),
            job.text("skipped"),
            local_time(job.moment("created_at")) or "",
            job.text("title"),
        ]
        for job in jobs
    ]
    columns = ("id", "status", "total", "accepted", "skipped", "created", "title")
    desk.terminal.show(Rows(columns, rows), {"items": [job.values for job in jobs], "next_cursor": following})
    if following:
        desk.terminal.say("There are more: --limit")


def show(desk: Desk, job_id: JobId) -> None:
    """Show how far a job is, and what became of its messages."""
    found = desk.api.get(at("jobs", job_id))
    desk.terminal.show(whole(found), found.values)


def watch(desk: Desk, job_id: JobId, timeout: Timeout = 3600) -> None:
    """Follow a job until none of its messages waits any more."""
    told(desk, followed(desk, job_id, timeout))


def cancel(desk: Desk, job_id: JobId, yes: Yes = False, timeout: Timeout = 3600) -> None:
    """Stop a job, and take back what of it has not begun to be sent."""
    confirm(f"Cancel the job {job_id}?", yes=yes)
    desk.api.post(at("jobs", job_id, "cancel"))
    found = followed(desk, job_id, timeout, until=_is_settled)
    desk.terminal.show(shown(standing(found)), found.values)
    if found.text("status") != "cancelled":
        raise Bad(standing(found))


def told(desk: Desk, found: Document) -> None:
    """Raises Bad for one that was not done well."""
    desk.terminal.show(shown(standing(found)), found.values)
    if found.text("status") != "done" or any(found.number(name) for name in _OUTCOMES[1:]):
        raise Bad(standing(found))


def standing(found: Document) -> str:
    """How far it is, in a line."""
    why = f" ({found.text('detail')})" if found.text("detail") else ""
    total = found.text("total")
    of_all = f" for {total} users" if total else ""
    there = [name for name in _OUTCOMES if found.number(name) or name == "sent"]
    counts = ", ".join(f"{found.number(name) or 0} {name}" for name in there)
    return f"{found.text('id')} is {found.text('status')}{of_all}{why}: {counts}"


def followed(desk: Desk, job_id: str, seconds: float, until: Callable[[Document], bool] | None = None) -> Document:
    """When time runs out it is what it was last."""
    is_over = until or _has_ended
    end = desk.world.now() + timedelta(seconds=seconds)
    with desk.terminal.progress(job_id, None) as steps:
        while True:
            found = desk.api.get(at("jobs", job_id))
            steps.now(standing(found))
            if is_over(found) or desk.world.now() >= end:
                return found
            desk.world.sleep(_PAUSE_SECONDS)


def _is_settled(found: Document) -> bool:
    """Nobody works on it any more; its messages may be on their way."""
    return found.text("status") not in _WORKED_ON


def _has_ended(found: Document) -> bool:
    return _is_settled(found) and not found.number("queued")
