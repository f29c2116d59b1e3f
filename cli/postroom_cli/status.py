"""``postroom status``: whether all is well, and what waits where."""

from collections.abc import Iterator
from datetime import datetime

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from postroom_cli.desk import Desk, command
from postroom_cli.document import Document
from postroom_cli.errors import Bad
from postroom_cli.paths import at
from postroom_cli.tables import Cell, Rows, pairs_table
from postroom_cli.tables import status as coloured
from postroom_cli.visible import local_time, shown

_NOT_KNOWN = "?"


def register(app: typer.Typer) -> None:
    command(app, "status")(status)


def status(desk: Desk) -> None:
    """Show whether all is well: problems, accounts, the last hour, queues, schedules, versions."""
    told = desk.api.get(at("system", "status"))
    problems = told.parts("problems")
    if desk.terminal.quiet and not desk.terminal.as_json:
        if problems:
            desk.terminal.show_always(_problems(problems), told.values)
    else:
        desk.terminal.show(Group(*_sections(told, problems)), told.values)
    if told.flag("healthy") is False:
        raise Bad(f"{len(problems)} problem{'s' if len(problems) != 1 else ''}")


def _sections(told: Document, problems: list[Document]) -> Iterator[RenderableType]:
    yield _problems(problems) if problems else coloured("ok").append(" All is well")
    yield Text("")
    yield pairs_table(list(_facts(told)))
    yield Text("")
    yield _queues(told)
    yield Text("")
    yield _schedules(told)


def _problems(problems: list[Document]) -> Rows:
    rows: list[list[Cell]] = [
        [coloured("wrong"), one.text("what"), _since(one), f"{one.text('what_to_do')} ({one.text('link')})"]
        for one in problems
    ]
    return Rows(("", "what", "since", "what to do"), rows)


def _facts(told: Document) -> Iterator[tuple[str, Cell]]:
    accounts, capacity, rates = told.part("accounts"), told.part("capacity"), told.part("rates")
    if accounts:
        yield "accounts", _counts(accounts.part("by_status")) or "none"
        yield "at their limit", _until(accounts, "exhausted", "exhausted_until")
        yield "resting", _until(accounts, "resting", "rest_until")
    if capacity:
        yield "can send", f"{_number(capacity, 'now')} now, {_number(capacity, 'today')} today"
        yield "waiting", f"{_number(capacity, 'waiting')}{' at least' if capacity.flag('at_least') else ''}"
    if rates:
        yield "last hour", _last_hour(rates)
    if told.part("tenants"):
        yield "tenants", f"{_number(told.part('tenants'), 'count')}"
    versions = told.part("versions")
    deployed = local_time(versions.moment("deployed_at"))
    yield "version", f"Postroom {versions.text('postroom')}, Python {versions.text('python')}, {versions.text('stage')}"
    yield "deployed", deployed
    yield "did not answer", ", ".join(told.part("unavailable").values)


def _last_hour(rates: Document) -> str:
    tries, accepted = rates.part("tries"), rates.part("accepted")
    more = "at least " if accepted.flag("at_least") else ""
    about = "about " if tries.flag("estimated") else ""
    words = [f"{more}{_number(accepted, 'count')} accepted", f"{about}{_number(tries, 'sent')} sent"]
    words += [f"{name}: {_counts(tries.part(name))}" for name in ("failed", "deferred") if tries.part(name)]
    if tries.number("uncertain"):
        words.append(f"{_number(tries, 'uncertain')} uncertain")
    return ", ".join(words)


def _queues(told: Document) -> Rows:
    dead = {name: letters for letters in told.parts("dead_letters") for name in letters.texts("queues")}
    rows: list[list[Cell]] = [
        [
            queue.text("name"),
            _number(queue, "visible"),
            _number(queue, "in_flight"),
            _number(queue, "delayed"),
            _age(queue),
            _number(dead.get(queue.text("name"), Document({})), "depth"),
        ]
        for queue in told.parts("queues")
    ]
    return Rows(("queue", "waiting", "in hand", "delayed", "oldest", "put aside"), rows)


def _schedules(told: Document) -> Rows:
    rows: list[list[Cell]] = [
        [
            one.text("name"),
            shown("late", "yellow") if one.flag("late") else coloured("ok"),
            local_time(one.moment("ended_at")) or "never",
            one.text("fault") or _counts(one.part("did")),
        ]
        for one in told.parts("schedules")
    ]
    return Rows(("schedule", "", "last run", "did"), rows)


def _counts(counts: Document) -> str:
    return ", ".join(f"{value} {name}" for name, value in counts.values.items() if value)


def _until(accounts: Document, count: str, moment: str) -> str:
    if not accounts.number(count):
        return ""
    return f"{_number(accounts, count)}, the first until {local_time(accounts.moment(moment))}"


def _number(found: Document, name: str) -> str:
    number = found.number(name)
    return _NOT_KNOWN if number is None else f"{number:,.0f}"


def _age(queue: Document) -> str:
    seconds = queue.number("oldest_seconds")
    if seconds is None:
        return "" if queue.number("visible") == 0 else _NOT_KNOWN
    return f"{seconds:,.0f} s"


def _since(problem: Document) -> str:
    moment: datetime | None = problem.moment("since")
    return local_time(moment) if moment else ""
