"""``postroom accounts``: list, show, usage, presets."""

from typing import Annotated

import typer

from postroom_cli.desk import Desk, command
from postroom_cli.document import Document
from postroom_cli.errors import Usage
from postroom_cli.mailboxes import find, find_id
from postroom_cli.paths import at
from postroom_cli.tables import Cell, Rows, status
from postroom_cli.visible import local_time
from postroom_cli.whole import whole

_STATUSES = ("active", "inactive", "pending", "error")

Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Its id or its address.")]
OnlyStatus = Annotated[
    str | None, typer.Option("--status", help="Only accounts in this status: active, inactive, pending or error.")
]
Days = Annotated[int, typer.Option(min=1, max=366, help="How many days back, today included.")]


def register(app: typer.Typer) -> None:
    command(app, "list")(list_accounts)
    command(app, "show")(show_account)
    command(app, "usage")(show_usage)
    command(app, "presets")(list_presets)


def list_accounts(desk: Desk, wanted: OnlyStatus = None) -> None:
    """List the accounts: what each has sent and has left."""
    if wanted not in {None, *_STATUSES}:
        raise Usage(f"--status {wanted}: must be {', '.join(_STATUSES[:-1])} or {_STATUSES[-1]}")
    accounts = [one for one in desk.api.each(at("accounts")) if wanted in {None, one.text("status")}]
    columns = ("id", "email", "status", "sent", "left", "limit", "resets", "trouble")
    rows = Rows(columns, [_row(account) for account in accounts], keep=2)
    desk.terminal.show(rows, {"items": [account.values for account in accounts]})


def show_account(desk: Desk, account: Account) -> None:
    """Show all that is known of an account."""
    found = find(desk.api, account)
    desk.terminal.show(whole(found), found.values)


def show_usage(desk: Desk, account: Account, days: Days = 30) -> None:
    """Show what an account sent, day by day."""
    usage = desk.api.get(at("accounts", find_id(desk.api, account), "usage"), {"days": days})
    rows: list[list[Cell]] = [_day(day) for day in usage.parts("items")]
    desk.terminal.show(Rows(("day", "used", "sent", "failed", "deferred"), rows), usage.values)
    desk.terminal.say(
        f"{usage.text('logins', '0')} log-ins today, {usage.text('open_connections', '0')} connections now."
    )


def list_presets(desk: Desk) -> None:
    """List the providers whose settings and limits are known."""
    presets = desk.api.get(at("accounts", "presets"))
    columns = ("type", "hosts", "ports", "per day", "advice")
    desk.terminal.show(Rows(columns, [_preset(one) for one in presets.parts("items")]), presets.values)


def _row(account: Document) -> list[Cell]:
    return [
        account.text("id"),
        account.text("email"),
        status(account.text("status")),
        account.text("emails_sent"),
        account.text("remaining"),
        account.text("daily_limit"),
        local_time(account.moment("resets_at")),
        trouble(account),
    ]


def _day(day: Document) -> list[Cell]:
    deferred = sum(day.part("deferred").number(kind) or 0 for kind in day.part("deferred").values)
    return [day.text("day"), day.text("used"), day.text("sent"), day.text("failed"), f"{deferred:.0f}"]


def trouble(account: Document) -> str:
    """Why it does not send, in a line; nothing when it does."""
    rests = account.moment("rests_until")
    words = account.part("last_error").text("message") if account.text("status") == "error" or rests else ""
    return f"rests until {local_time(rests)}: {words}" if rests else words


def _preset(preset: Document) -> list[Cell]:
    daily = preset.part("limits").part("daily")
    return [
        preset.text("connection_type"),
        ", ".join(preset.texts("hosts")),
        ", ".join(f"{port.text('port')} {port.text('tls')}" for port in preset.parts("ports")),
        " ".join(filter(None, (daily.text("count"), daily.text("counted"), daily.text("window")))),
        " ".join(preset.texts("advice")),
    ]
