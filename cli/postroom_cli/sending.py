"""``postroom send``."""

import re
import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer

from postroom_cli.content import attachments, pairs, text_of
from postroom_cli.desk import Desk, command
from postroom_cli.document import Document
from postroom_cli.errors import Unreachable, Unwritten, Usage
from postroom_cli.following import Follow, not_sent, standing, was_sent
from postroom_cli.mailboxes import find_id
from postroom_cli.paths import at
from postroom_cli.pools import find_pool
from postroom_cli.reading import INPUT
from postroom_cli.visible import shown

_KEY = re.compile(r"[!-~]{1,255}")

Addresses = list[str] | None
To = Annotated[
    Addresses, typer.Option(metavar="ADDRESS", help='As ann@example.com or "Ann <ann@example.com>"; repeat it.')
]
Cc = Annotated[Addresses, typer.Option(metavar="ADDRESS", help="As --to.")]
Bcc = Annotated[Addresses, typer.Option(metavar="ADDRESS", help="As --to, unseen by the others.")]
ReplyTo = Annotated[Addresses, typer.Option(metavar="ADDRESS", help="Where answers go.")]
Subject = Annotated[str, typer.Option("--subject", "-s", help="What it is about.")]
TextOption = Annotated[str | None, typer.Option("--text", help="The text. Without any content, the input is the text.")]
TextFile = Annotated[Path | None, typer.Option(metavar="FILE", help="A file with the text; - is the input.")]
Html = Annotated[str | None, typer.Option(help="The HTML.")]
HtmlFile = Annotated[Path | None, typer.Option(metavar="FILE", help="A file with the HTML; - is the input.")]
Attach = Annotated[list[Path] | None, typer.Option(metavar="FILE", help="A file to go with it; repeat it.")]
Priority = Annotated[str | None, typer.Option(help="high, normal or low.")]
ByAccount = Annotated[str | None, typer.Option("--account", help="Only this account, by id or address, may carry it.")]
ByPool = Annotated[str | None, typer.Option("--pool", help="Only accounts of this pool, by id or name, may carry it.")]
Strategy = Annotated[str | None, typer.Option(help="How one of them is chosen: random, idle_longest and others.")]
SendAt = Annotated[str | None, typer.Option(metavar="TIME", help="Not before, such as 2030-01-31T09:00:00Z.")]
ExpiresAt = Annotated[str | None, typer.Option(metavar="TIME", help="Not after.")]
Header = Annotated[list[str] | None, typer.Option(metavar="NAME:VALUE", help="A header of your own; repeat it.")]
Metadata = Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="To be kept with it; repeat it.")]
OnUncertain = Annotated[str | None, typer.Option(help="resend or hold, when nobody can know whether it was taken.")]
Key = Annotated[str | None, typer.Option(metavar="KEY", help="The same key within 24 hours sends nothing twice.")]
Wait = Annotated[bool, typer.Option("--wait", help="Follow it to its end.")]
Timeout = Annotated[float, typer.Option(min=1, help="Seconds to follow it.")]


def register(app: typer.Typer) -> None:
    command(app, "send")(send)


def send(
    desk: Desk,
    subject: Subject,
    to: To = None,
    cc: Cc = None,
    bcc: Bcc = None,
    reply_to: ReplyTo = None,
    text: TextOption = None,
    text_file: TextFile = None,
    html: Html = None,
    html_file: HtmlFile = None,
    attach: Attach = None,
    priority: Priority = None,
    account: ByAccount = None,
    pool: ByPool = None,
    strategy: Strategy = None,
    send_at: SendAt = None,
    expires_at: ExpiresAt = None,
    header: Header = None,
    metadata: Metadata = None,
    on_uncertain: OnUncertain = None,
    idempotency_key: Key = None,
    wait: Wait = False,
    timeout: Timeout = 300,
) -> None:
    """Send a message; with --wait, follow it to its end."""
    if not (to or cc or bcc):
        raise Usage("Nobody is to get it", "Give --to, --cc or --bcc.")
    key = checked_key(idempotency_key)
    if all(one is None for one in (text, text_file, html, html_file)):
        plain, rich = _from_input(may_be_empty=bool(attach)), None
    else:
        plain, rich = _content(text, text_file, html, html_file)
    given: dict[str, object] = {
        "subject": subject,
        "to": to,
        "cc": cc,
        "bcc": bcc,
        "reply_to": reply_to,
        "text": plain,
        "html": rich,
        "attachments": attachments(attach or []),
        "priority": priority,
        "account_id": find_id(desk.api, account) if account else None,
        "pool_id": find_pool(desk.api, pool).text("id") if pool else None,
        "strategy": strategy,
        "send_at": send_at,
        "expires_at": expires_at,
        "headers": pairs(header or [], ":", "--header"),
        "metadata": pairs(metadata or [], "=", "--metadata"),
        "on_uncertain": on_uncertain,
    }
    body = {name: value for name, value in given.items() if value not in (None, [], {})}
    accepted = _accepted(desk, body, key)
    if not wait:
        _show(desk, accepted)
        return
    message = _followed(desk, accepted, timeout)
    _show(desk, message)
    if not was_sent(message):
        raise not_sent(message)


def checked_key(given: str | None) -> str:
    """Raises Usage for what no header can have."""
    key = secrets.token_hex(16) if given is None else given
    if not _KEY.fullmatch(key):
        raise Usage("--idempotency-key must have 1 to 255 visible ASCII characters")
    return key


def _content(
    text: str | None, text_file: Path | None, html: str | None, html_file: Path | None
) -> tuple[str | None, str | None]:
    """Raises Usage."""
    plain, rich = text_of(text, text_file, "--text"), text_of(html, html_file, "--html")
    if str(text_file) == str(html_file) == "-":
        raise Usage("The input cannot be the text and the HTML at once")
    return plain, rich


def _from_input(*, may_be_empty: bool) -> str | None:
    """Raises Usage: where nothing is piped in, as in cron, a mail without a word is not what was meant."""
    remedy = "Give --text, --html, a file, or the text by the input."
    if sys.stdin.isatty():
        raise Usage("There is nothing to send", remedy)
    text = text_of(None, INPUT, "--text")
    if not (may_be_empty or (text or "").strip()):
        raise Usage("There is nothing to send: the input is empty", f'{remedy} An empty mail is --text "".')
    return text


def _accepted(desk: Desk, body: dict[str, object], key: str) -> Document:
    try:
        return desk.api.create(at("messages"), body, key)
    except Unreachable as error:
        error.remedy = f"{error.remedy} To send it again, and not twice: --idempotency-key {key}".strip()
        raise


def _show(desk: Desk, message: Document) -> None:
    try:
        desk.terminal.show(shown(f"{message.text('id')} {standing(message)}"), message.values)
    except Unwritten as error:
        error.remedy = f"{message.text('id')} is accepted all the same: to send it again would send it twice."
        raise


def _followed(desk: Desk, accepted: Document, seconds: float) -> Document:
    # Said before the waiting: whoever breaks it off has the id.
    desk.terminal.say(f"{accepted.text('id')} is accepted")
    with desk.terminal.progress(accepted.text("id"), None) as steps:

        def heard(message: Document) -> None:
            steps.now(f"{message.text('id')} {standing(message)}")

        return Follow(desk, seconds)(accepted.text("id"), heard)
