"""``postroom messages``: list, show, explain, cancel, resend."""

from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from postroom_cli.desk import Desk, command
from postroom_cli.document import Document
from postroom_cli.following import standing
from postroom_cli.mailboxes import find_id
from postroom_cli.paths import at
from postroom_cli.pools import find_pool
from postroom_cli.tables import Cell, Rows, status
from postroom_cli.visible import local_time, shown
from postroom_cli.whole import whole

MessageId = Annotated[str, typer.Argument(metavar="MESSAGE", help="Its id.")]
OnlyStatus = Annotated[str | None, typer.Option("--status", help="Only messages in this status.")]
Recipient = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Only messages to this address.")]
ByAccount = Annotated[str | None, typer.Option("--account", help="Only messages of this account, by id or address.")]
ByPool = Annotated[str | None, typer.Option("--pool", help="Only messages that name this pool, by id or name.")]
Since = Annotated[str | None, typer.Option("--from", metavar="TIME", help="From this day or time on.")]
Until = Annotated[str | None, typer.Option("--to", metavar="TIME", help="Up to this day, or before this time.")]
Most = Annotated[int, typer.Option("--limit", "-n", min=1, help="So many at most.")]

_WAITING = {"scheduled", "deferred", "uncertain", "queued"}


def register(app: typer.Typer) -> None:
    command(app, "list")(list_messages)
    command(app, "show")(show_message)
    command(app, "explain")(explain)
    command(app, "cancel")(cancel)
    command(app, "resend")(resend)


def list_messages(
    desk: Desk,
    only_status: OnlyStatus = None,
    recipient: Recipient = None,
    account: ByAccount = None,
    pool: ByPool = None,
    since: Since = None,
    until: Until = None,
    limit: Most = 50,
) -> None:
    """List messages, the newest first."""
    account_id = find_id(desk.api, account) if account else None
    query = {
        "status": only_status,
        "recipient": recipient,
        "account": account_id,
        "pool": find_pool(desk.api, pool).text("id") if pool else None,
        "from": since,
        "to": until,
    }
    items, following = desk.api.first(at("messages"), limit, query)
    document = {"items": [message.values for message in items], "next_cursor": following}
    desk.terminal.show(message_rows(items), document)
    if following:
        desk.terminal.say(f"There are more; --limit {limit * 10} shows so many.")


def show_message(desk: Desk, message_id: MessageId) -> None:
    """Show a message, every attempt at it and, while it waits, why and until when."""
    message = desk.api.get(at("messages", message_id))
    desk.terminal.show(_with_attempts(message), message.values)


def explain(desk: Desk, message_id: MessageId) -> None:
    """Say why a message waits, and what would make it go."""
    answer = desk.api.get(at("messages", message_id, "explain"))
    desk.terminal.show(whole(answer), answer.values)


def cancel(desk: Desk, message_id: MessageId) -> None:
    """Take back a message that has not begun to be sent."""
    _stands(desk, desk.api.post(at("messages", message_id, "cancel")))


def resend(desk: Desk, message_id: MessageId) -> None:
    """Send a message again of which nobody knows whether it was sent."""
    _stands(desk, desk.api.create(at("messages", message_id, "resend"), {}))


def message_rows(messages: list[Document]) -> Rows:
    columns = ("id", "status", "to", "subject", "created", "waits until", "why")
    return Rows(columns, [message_row(message) for message in messages], keep=2)


def message_row(message: Document) -> list[Cell]:
    waits = message.text("status") in _WAITING
    return [
        message.text("id"),
        status(message.text("status")),
        recipients(message),
        message.text("subject"),
        local_time(message.moment("created_at")),
        local_time(message.moment("next_attempt_at")) if waits else "",
        ": ".join(filter(None, (message.text("reason"), message.text("detail")))),
    ]


def recipients(message: Document) -> str:
    """The first, and how many more."""
    found = [one.text("address") for one in message.parts("recipients")]
    return f"{found[0]} and {len(found) - 1} more" if len(found) > 1 else "".join(found)


def _stands(desk: Desk, message: Document) -> None:
    desk.terminal.show(shown(f"{message.text('id')} {standing(message)}"), message.values)


def _with_attempts(message: Document) -> RenderableType:
    plain = Document({name: value for name, value in message.values.items() if name != "attempts"})
    return Group(whole(plain), *(_attempt(one) for one in message.parts("attempts")))


def _attempt(attempt: Document) -> RenderableType:
    words = (
        local_time(attempt.moment("at")),
        attempt.text("outcome"),
        attempt.text("phase"),
        attempt.text("account_id"),
    )
    transcript = [shown(f"    {line}", "dim") for line in attempt.texts("transcript")]
    return Group(Text(""), shown("  ".join(words), "bold"), shown(f"  {attempt.text('reply')}"), *transcript)
