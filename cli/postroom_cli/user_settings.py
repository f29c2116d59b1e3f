"""``postroom preferences settings``: when a user wants no mail, and when digests."""

from typing import Annotated

import typer

from postroom_cli.changing import changes
from postroom_cli.desk import Desk, command
from postroom_cli.paths import at
from postroom_cli.quiet_hours import typed, window
from postroom_cli.tables import pairs_table
from postroom_cli.users import User, find_user
from postroom_cli.whole import cell

QuietHours = Annotated[
    list[str] | None,
    typer.Option(
        "--quiet-hours",
        metavar="WINDOW",
        help='When no mail may come, "22:00-07:00" or "sat,sun 00:00-12:00"; repeat it: these alone from now on.',
    ),
]
NoQuietHours = Annotated[bool, typer.Option("--no-quiet-hours", help="Mail may come at any time.")]
Timezone = Annotated[str | None, typer.Option(help="Where these times are, such as Europe/Berlin.")]
NoTimezone = Annotated[bool, typer.Option("--no-timezone", help="They are in the user's own time zone.")]
DigestHour = Annotated[int | None, typer.Option(min=0, max=23, help="At which hour daily and weekly digests come.")]
NoDigestHour = Annotated[bool, typer.Option("--no-digest-hour", help="At the usual hour.")]
DigestWeekday = Annotated[str | None, typer.Option(help="On which day weekly digests come.")]
NoDigestWeekday = Annotated[bool, typer.Option("--no-digest-weekday", help="On the usual day.")]
MostPerHour = Annotated[
    int | None,
    typer.Option(help="So many mails at once of one event type in an hour; what is more waits for a digest."),
]
NoMostPerHour = Annotated[bool, typer.Option("--no-most-per-hour", help="As many as usual.")]


def register(app: typer.Typer) -> None:
    command(app, "settings")(user_settings)


def user_settings(
    desk: Desk,
    user: User,
    quiet_hours: QuietHours = None,
    no_quiet_hours: NoQuietHours = False,
    timezone: Timezone = None,
    no_timezone: NoTimezone = False,
    digest_hour: DigestHour = None,
    no_digest_hour: NoDigestHour = False,
    digest_weekday: DigestWeekday = None,
    no_digest_weekday: NoDigestWeekday = False,
    most_per_hour: MostPerHour = None,
    no_most_per_hour: NoMostPerHour = False,
) -> None:
    """Show a user's quiet hours and times of digests, and change what is given."""
    given = {
        "quiet_hours": [window(one) for one in quiet_hours] if quiet_hours else None,
        "timezone": timezone,
        "digest_hour": digest_hour,
        "digest_weekday": digest_weekday,
        "most_per_hour": most_per_hour,
    }
    away = {
        "quiet_hours": no_quiet_hours,
        "timezone": no_timezone,
        "digest_hour": no_digest_hour,
        "digest_weekday": no_digest_weekday,
        "most_per_hour": no_most_per_hour,
    }
    wanted = changes(given, away)
    place = at("users", find_user(desk.api, user).text("id"), "notification-settings")
    found = desk.api.put(place, wanted) if wanted else desk.api.get(place)
    windows = [typed(one) for one in found.parts("quiet_hours")]
    pairs = [(name, cell(name, windows if name == "quiet_hours" else value)) for name, value in found.values.items()]
    desk.terminal.show(pairs_table(pairs), found.values)
