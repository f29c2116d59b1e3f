"""``postroom accounts add`` and ``set``."""

from typing import Annotated

import typer

from postroom_cli import account_options as options
from postroom_cli.account_reading import Account
from postroom_cli.desk import Desk, command
from postroom_cli.document import Document
from postroom_cli.errors import Usage
from postroom_cli.mailboxes import find_id
from postroom_cli.paths import at
from postroom_cli.secrets_in import PasswordFile, PasswordStdin, read_password
from postroom_cli.visible import shown

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The sender's address.")]
Type = Annotated[str | None, typer.Option("--type", help="gmail, outlook, yahoo, zoho, ses or smtp: see presets.")]
NoPassword = Annotated[bool, typer.Option("--no-password", help="It needs none: a server on this machine.")]
OAuth2 = Annotated[bool, typer.Option("--oauth2", help="It logs in by its owner's consent: see authorize.")]
NewPassword = Annotated[bool, typer.Option("--password", help="Ask for a new password.")]


def register(app: typer.Typer) -> None:
    command(app, "add")(add)
    command(app, "set")(change)
    command(app, "authorize")(authorize)


def add(
    desk: Desk,
    email: Email,
    connection_type: Type = None,
    host: options.Host = None,
    port: options.Port = None,
    tls: options.Tls = None,
    username: options.Username = None,
    sender_name: options.SenderName = None,
    reply_to: options.ReplyTo = None,
    daily_limit: options.DailyLimit = None,
    min_wait_time: options.MinWaitTime = None,
    quota_window: options.QuotaWindow = None,
    quota_unit: options.QuotaUnit = None,
    high_priority_share: options.HighPriorityShare = None,
    timezone: options.Timezone = None,
    max_connections: options.MaxConnections = None,
    status: options.Status = None,
    password_file: PasswordFile = None,
    password_stdin: PasswordStdin = False,
    no_password: NoPassword = False,
    oauth2: OAuth2 = False,
) -> None:
    """Add an account. Its password is asked for, or read from a file or the input."""
    if (no_password or oauth2) and (password_file or password_stdin):
        raise Usage("There is no password to read with --no-password or --oauth2")
    body = options.account_fields(
        {
            "email": email,
            "connection_type": connection_type,
            "credential": "oauth2" if oauth2 else None,
            "smtp_host": host,
            "smtp_port": port,
            "smtp_username": username or (None if no_password else email),
            "sender_name": sender_name,
            "reply_to": reply_to,
            "daily_limit": daily_limit,
            "min_wait_time": min_wait_time,
            "quota_window": quota_window,
            "quota_unit": quota_unit,
            "high_priority_share": high_priority_share,
            "timezone": timezone,
            "max_connections": max_connections,
            "status": status,
        },
        tls,
    )
    if not (no_password or oauth2):
        body["smtp_password"] = read_password(email, password_file, from_input=password_stdin)
    made = desk.api.create(at("accounts"), body)
    desk.terminal.show(shown(f"{made.text('id')} {made.text('email')} is {made.text('status')}"), made.values)
    _say_what_is_next(desk, made)


def change(
    desk: Desk,
    account: Account,
    host: options.Host = None,
    port: options.Port = None,
    tls: options.Tls = None,
    username: options.Username = None,
    sender_name: options.SenderName = None,
    reply_to: options.ReplyTo = None,
    daily_limit: options.DailyLimit = None,
    min_wait_time: options.MinWaitTime = None,
    quota_window: options.QuotaWindow = None,
    quota_unit: options.QuotaUnit = None,
    high_priority_share: options.HighPriorityShare = None,
    timezone: options.Timezone = None,
    max_connections: options.MaxConnections = None,
    status: options.Status = None,
    password: NewPassword = False,
    password_file: PasswordFile = None,
    password_stdin: PasswordStdin = False,
) -> None:
    """Change an account; what is left out stays as it is."""
    body = options.account_fields(
        {
            "smtp_host": host,
            "smtp_port": port,
            "smtp_username": username,
            "sender_name": sender_name,
            "reply_to": reply_to,
            "daily_limit": daily_limit,
            "min_wait_time": min_wait_time,
            "quota_window": quota_window,
            "quota_unit": quota_unit,
            "high_priority_share": high_priority_share,
            "timezone": timezone,
            "max_connections": max_connections,
            "status": status,
        },
        tls,
    )
    if password or password_file or password_stdin:
        body["smtp_password"] = read_password(account, password_file, from_input=password_stdin)
    if not body:
        raise Usage("There is nothing to change", "Give an option for what is to be different; see --help.")
    changed = desk.api.put(at("accounts", find_id(desk.api, account)), body)
    desk.terminal.show(shown(f"{changed.text('id')} {changed.text('email')} is changed"), changed.values)


def authorize(desk: Desk, account: Account) -> None:
    """Get the address at which the owner of an account lets Postroom send for them (OAuth2)."""
    answer = desk.api.post(at("accounts", find_id(desk.api, account), "oauth2", "authorize"))
    desk.terminal.show_always(shown(answer.text("authorization_url")), answer.values)
    desk.terminal.say("Whoever owns the mailbox opens it in a browser, once, and agrees.")


def _say_what_is_next(desk: Desk, account: Document) -> None:
    if account.part("oauth2").flag("connected") is False:
        desk.terminal.say(f"Let its owner agree: postroom accounts authorize {account.text('id')}")
    elif account.text("status") == "pending":
        desk.terminal.say(f"Test it: postroom accounts test --account-id {account.text('id')}")
