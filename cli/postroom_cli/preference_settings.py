"""``postroom settings preferences``: times of digests and the like, of users who said nothing."""

from typing import Annotated

import typer

from postroom_cli.changing import changes
from postroom_cli.desk import Desk, command
from postroom_cli.preference_defaults import PLACE, show_tenant
from postroom_cli.user_settings import (
    DigestHour,
    DigestWeekday,
    MostPerHour,
    NoDigestHour,
    NoDigestWeekday,
    NoMostPerHour,
)

ConfirmationUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="Where the link leads that confirms an address.")
]
NoConfirmationUrl = Annotated[bool, typer.Option("--no-confirmation-url", help="Addresses cannot be confirmed.")]


def register(app: typer.Typer) -> None:
    command(app, "preferences")(tenant_settings)


def tenant_settings(
    desk: Desk,
    digest_hour: DigestHour = None,
    no_digest_hour: NoDigestHour = False,
    digest_weekday: DigestWeekday = None,
    no_digest_weekday: NoDigestWeekday = False,
    most_per_hour: MostPerHour = None,
    no_most_per_hour: NoMostPerHour = False,
    confirmation_url: ConfirmationUrl = None,
    no_confirmation_url: NoConfirmationUrl = False,
) -> None:
    """Show what holds for users who said nothing, and change what is given; defaults: postroom preferences default."""
    given = {
        "digest_hour": digest_hour,
        "digest_weekday": digest_weekday,
        "most_per_hour": most_per_hour,
        "confirmation_url": confirmation_url,
    }
    away = {
        "digest_hour": no_digest_hour,
        "digest_weekday": no_digest_weekday,
        "most_per_hour": no_most_per_hour,
        "confirmation_url": no_confirmation_url,
    }
    wanted = changes(given, away)
    found = desk.api.put(PLACE, wanted) if wanted else desk.api.get(PLACE)
    show_tenant(desk, found)
