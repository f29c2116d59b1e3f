"""``postroom settings mails``: where links may lead, how long they live, how often one person gets a mail."""

from typing import Annotated

import typer

from postroom_cli.desk import Desk, command
from postroom_cli.paths import at
from postroom_cli.whole import whole

Origins = Annotated[
    list[str] | None,
    typer.Option("--origin", help="Where links may lead, https://app.example.com; repeat it: these alone from now on."),
]
NoOrigins = Annotated[bool, typer.Option("--no-origins", help="Links may lead nowhere from now on.")]
Verification = Annotated[int | None, typer.Option(help="Seconds that a link lives which verifies an address.")]
Reset = Annotated[int | None, typer.Option(help="Seconds that a link to a new password lives.")]
Invitation = Annotated[int | None, typer.Option(help="Seconds that an invitation is open.")]
Address = Annotated[int | None, typer.Option(help="Seconds that a link lives which confirms where a user wants news.")]
PerMinute = Annotated[int | None, typer.Option(help="Mails of one kind that one person gets in a minute.")]
PerHour = Annotated[int | None, typer.Option(help="Mails of one kind that one person gets in an hour.")]


def register(app: typer.Typer) -> None:
    command(app, "mails")(mails)


def mails(
    desk: Desk,
    origin: Origins = None,
    no_origins: NoOrigins = False,
    verification_lifetime: Verification = None,
    reset_lifetime: Reset = None,
    invitation_lifetime: Invitation = None,
    address_lifetime: Address = None,
    per_minute: PerMinute = None,
    per_hour: PerHour = None,
) -> None:
    """Show the settings of transactional mails, and change those that are given."""
    if origin and no_origins:
        raise typer.BadParameter("may not be given together with --origin", param_hint="--no-origins")
    lifetimes = {
        "email_verification": verification_lifetime,
        "password_reset": reset_lifetime,
        "invitation": invitation_lifetime,
        "notification_address": address_lifetime,
    }
    wanted = {
        "token_lifetimes": _given(lifetimes),
        "cool_down": _given({"per_minute": per_minute, "per_hour": per_hour}),
    }
    body: dict[str, object] = {name: value for name, value in wanted.items() if value}
    if origin or no_origins:
        body["origins"] = origin or []
    found = desk.api.put(at("settings", "mails"), body) if body else desk.api.get(at("settings", "mails"))
    desk.terminal.show(whole(found), found.values)


def _given(options: dict[str, int | None]) -> dict[str, int]:
    return {name: value for name, value in options.items() if value is not None}
