"""``postroom notify``: the same to many users, to each in a mail of their own."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from postroom_cli import reading
from postroom_cli.content import pairs, text_of
from postroom_cli.desk import Desk, command
from postroom_cli.errors import Unreachable, Usage
from postroom_cli.jobs import Timeout, followed, standing, told
from postroom_cli.mailboxes import find_id
from postroom_cli.paths import at
from postroom_cli.pools import find_pool
from postroom_cli.sending import (
    ByAccount,
    ByPool,
    ExpiresAt,
    Key,
    Metadata,
    OnUncertain,
    Priority,
    ReplyTo,
    SendAt,
    Strategy,
    checked_key,
)
from postroom_cli.template_files import data as read_data
from postroom_cli.visible import shown

_MOST_BYTES = 5_500_000
"""Of a request."""

UserIds = Annotated[list[str] | None, typer.Argument(metavar="[USER]...", help="Their ids.")]
UserTypes = Annotated[list[str], typer.Argument(metavar="TYPE...", help="Whoever has one of these types.")]
IdsFile = Annotated[Path | None, typer.Option("--file", metavar="FILE", help="Ids, one in each line; - is the input.")]
Subject = Annotated[str | None, typer.Option("--subject", "-s", help="What it is about.")]
MessageText = Annotated[str | None, typer.Option("--message", "-m", help="What it says.")]
MessageFile = Annotated[Path | None, typer.Option(metavar="FILE", help="A file with what it says; - is the input.")]
EmailType = Annotated[str | None, typer.Option(help="Your own word for it, such as update or alert.")]
Template = Annotated[str | None, typer.Option(help="A template of yours, by name or id, instead of the built-in one.")]
Data = Annotated[Path | None, typer.Option(metavar="FILE", help="A JSON file with more data for the template.")]
Wait = Annotated[bool, typer.Option("--wait", help="Follow it to its end.")]


@dataclass(frozen=True, slots=True)
class Said:
    """What goes as it was given."""

    subject: str | None
    email_type: str | None
    template: str | None
    reply_to: list[str] | None
    priority: str | None
    strategy: str | None
    send_at: str | None
    expires_at: str | None
    on_uncertain: str | None

    def body(self, message: str | None, data: Path | None, metadata: list[str] | None) -> dict[str, object]:
        return asdict(self) | {
            "message": message,
            "template_data": read_data(data) if data else None,
            "metadata": pairs(metadata or [], "=", "--metadata"),
        }


def register(app: typer.Typer) -> None:
    command(app, "users")(notify_users)
    command(app, "user-types")(notify_user_types)


def notify_users(
    desk: Desk,
    user_ids: UserIds = None,
    file: IdsFile = None,
    subject: Subject = None,
    message: MessageText = None,
    message_file: MessageFile = None,
    email_type: EmailType = None,
    template: Template = None,
    data: Data = None,
    reply_to: ReplyTo = None,
    priority: Priority = None,
    account: ByAccount = None,
    pool: ByPool = None,
    strategy: Strategy = None,
    send_at: SendAt = None,
    expires_at: ExpiresAt = None,
    metadata: Metadata = None,
    on_uncertain: OnUncertain = None,
    idempotency_key: Key = None,
    wait: Wait = False,
    timeout: Timeout = 3600,
) -> None:
    """Notify users by their ids; with --wait, follow it to its end."""
    if str(file) == str(message_file) == "-":
        raise Usage("The input cannot be the ids and the message at once")
    ids = [*(user_ids or []), *_ids_in(file)]
    if not ids:
        raise Usage("Nobody is to be notified", "Give ids, or a file of them with --file.")
    said = Said(subject, email_type, template, reply_to, priority, strategy, send_at, expires_at, on_uncertain)
    body = said.body(text_of(message, message_file, "--message"), data, metadata) | _places(desk, account, pool)
    _notify(desk, "users", {"user_ids": ids, **body}, idempotency_key, timeout if wait else None)


def notify_user_types(
    desk: Desk,
    user_types: UserTypes,
    subject: Subject = None,
    message: MessageText = None,
    message_file: MessageFile = None,
    email_type: EmailType = None,
    template: Template = None,
    data: Data = None,
    reply_to: ReplyTo = None,
    priority: Priority = None,
    account: ByAccount = None,
    pool: ByPool = None,
    strategy: Strategy = None,
    send_at: SendAt = None,
    expires_at: ExpiresAt = None,
    metadata: Metadata = None,
    on_uncertain: OnUncertain = None,
    idempotency_key: Key = None,
    wait: Wait = False,
    timeout: Timeout = 3600,
) -> None:
    """Notify all users of some types; with --wait, follow it to its end."""
    said = Said(subject, email_type, template, reply_to, priority, strategy, send_at, expires_at, on_uncertain)
    body = said.body(text_of(message, message_file, "--message"), data, metadata) | _places(desk, account, pool)
    _notify(desk, "user-types", {"user_types": user_types, **body}, idempotency_key, timeout if wait else None)


def _ids_in(file: Path | None) -> list[str]:
    """Raises Usage."""
    lines = reading.text(file, _MOST_BYTES).splitlines() if file else []
    return [line.strip() for line in lines if line.strip()]


def _places(desk: Desk, account: str | None, pool: str | None) -> dict[str, object]:
    return {
        "account_id": find_id(desk.api, account) if account else None,
        "pool_id": find_pool(desk.api, pool).text("id") if pool else None,
    }


def _notify(desk: Desk, whom: str, body: dict[str, object], key: str | None, seconds: float | None) -> None:
    given = {name: value for name, value in body.items() if value not in (None, [], {})}
    chosen = checked_key(key)
    try:
        job = desk.api.create(at("notifications", whom), given, chosen)
    except Unreachable as error:
        error.remedy = f"{error.remedy} To ask again, and not twice: --idempotency-key {chosen}".strip()
        raise
    if seconds is None:
        desk.terminal.show(shown(standing(job)), job.values)
        return
    # Said before the waiting: whoever breaks it off has the id.
    desk.terminal.say(f"{job.text('id')} is accepted")
    told(desk, followed(desk, job.text("id"), seconds))
