"""``postroom events``: post, list, show."""

import json
from pathlib import Path
from typing import Annotated

import typer

from postroom_cli import reading
from postroom_cli.desk import Desk, command
from postroom_cli.document import Document
from postroom_cli.errors import Unreachable, Usage
from postroom_cli.paths import at
from postroom_cli.sending import Key, checked_key
from postroom_cli.tables import Cell, Rows, status
from postroom_cli.template_files import data as read_data
from postroom_cli.visible import local_time, shown
from postroom_cli.whole import whole

_MOST_BYTES = 50_000_000
_AT_ONCE = 500
"""What the API takes in one request."""

EventId = Annotated[str, typer.Argument(metavar="EVENT", help="Its id.")]
EventType = Annotated[
    str | None, typer.Argument(metavar="[EVENT_TYPE]", help="May be left out where --job-status says it.")
]
EventsFile = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="A JSON file with an event or a list; - is the input.")
]
JobId = Annotated[str | None, typer.Option("--job", metavar="ID", help="The id of the job it is about.")]
JobType = Annotated[str | None, typer.Option(help="By which users choose the jobs they want to hear of.")]
JobName = Annotated[str | None, typer.Option(help="What people call it.")]
JobStatus = Annotated[str | None, typer.Option(help="success, failed, partial, or your own word.")]
ErrorText = Annotated[str | None, typer.Option("--error", help="What went wrong.")]
LogsUrl = Annotated[str | None, typer.Option(help="Where its logs are.")]
OccurredAt = Annotated[str | None, typer.Option(metavar="TIME", help="When it happened: 2030-01-31T09:00:00Z.")]
DedupeKey = Annotated[str | None, typer.Option(metavar="KEY", help="A second event with the same one is not told of.")]
Critical = Annotated[bool, typer.Option("--critical", help="Passes quiet hours and digests.")]
Data = Annotated[Path | None, typer.Option(metavar="FILE", help="A JSON file with more data for the template.")]
Most = Annotated[int, typer.Option("--limit", "-n", min=1, help="So many at most.")]


def register(app: typer.Typer) -> None:
    command(app, "post")(post)
    command(app, "list")(list_events)
    command(app, "show")(show)


def post(
    desk: Desk,
    event_type: EventType = None,
    file: EventsFile = None,
    job: JobId = None,
    job_type: JobType = None,
    job_name: JobName = None,
    job_status: JobStatus = None,
    error: ErrorText = None,
    logs_url: LogsUrl = None,
    occurred_at: OccurredAt = None,
    dedupe_key: DedupeKey = None,
    critical: Critical = False,
    data: Data = None,
    idempotency_key: Key = None,
) -> None:
    """Tell of what has happened; with --file of many things, 500 in a request."""
    about_job = {"id": job, "type": job_type, "name": job_name, "status": job_status} | {
        "error": error,
        "logs_url": logs_url,
    }
    given = {
        "event_type": event_type,
        "job": {name: value for name, value in about_job.items() if value is not None} or None,
        "occurred_at": occurred_at,
        "dedupe_key": dedupe_key,
        "critical": critical or None,
        "data": read_data(data) if data else None,
    }
    event = {name: value for name, value in given.items() if value is not None}
    if bool(event) == (file is not None):
        raise Usage("An event is given by options, or by --file", "Give an event type, --job and the like, or a file.")
    events: list[object] = _in_file(file) if file else [event]
    posted = _posted(desk, events, checked_key(idempotency_key))
    known = sum(bool(one.flag("deduplicated")) for one in posted)
    beside = f", {known} of them known before" if known else ""
    what = posted[0].text("id") if len(posted) == 1 else f"{len(posted)} events"
    desk.terminal.show(shown(f"{what} posted{beside}"), {"events": [one.values for one in posted]})


def list_events(desk: Desk, limit: Most = 20) -> None:
    """List events, the newest first."""
    events, following = desk.api.first(at("events"), limit)
    rows: list[list[Cell]] = [
        [
            event.text("id"),
            event.text("event_type"),
            status(event.text("status")),
            event.text("users"),
            local_time(event.moment("created_at")) or "",
            event.part("job").text("name")
            or event.part("job").text("id")
            or event.part("compliance_result").text("id"),
        ]
        for event in events
    ]
    columns = ("id", "event_type", "status", "users", "created", "about")
    desk.terminal.show(Rows(columns, rows), {"items": [event.values for event in events], "next_cursor": following})
    if following:
        desk.terminal.say("There are more: --limit")


def show(desk: Desk, event_id: EventId) -> None:
    """Show an event, and how many users were told of it."""
    found = desk.api.get(at("events", event_id))
    desk.terminal.show(whole(found), found.values)


def _posted(desk: Desk, events: list[object], key: str) -> list[Document]:
    """Each request has a key of its own that follows from the one that was given."""
    posted: list[Document] = []
    for start in range(0, len(events), _AT_ONCE):
        some = events[start : start + _AT_ONCE]
        try:
            answer = desk.api.create(at("events"), {"events": some}, f"{key}-{start}" if start else key, "events")
        except Unreachable as error:
            error.remedy = f"{error.remedy} To ask again, and not twice: --idempotency-key {key}".strip()
            raise
        posted += answer.parts("events")
    return posted


def _in_file(file: Path) -> list[object]:
    """Raises Usage."""
    try:
        found = json.loads(reading.text(file, _MOST_BYTES))
    except (ValueError, RecursionError) as error:
        raise Usage(f"{file} is not JSON: {error}") from error
    events = found.get("events", [found]) if isinstance(found, dict) else found
    if not isinstance(events, list) or not events:
        raise Usage(f"{file} has no events", "An event is a JSON object; of several, give a list.")
    return events
