"""The options that are fields of an account, as adding and changing one take them."""

from typing import Annotated

import typer

Host = Annotated[str | None, typer.Option("--host", help="Its SMTP server.")]
Port = Annotated[int | None, typer.Option("--port", help="587 for STARTTLS, 465 for TLS from the start.")]
Tls = Annotated[str | None, typer.Option("--tls", help="starttls, ssl or none (for this machine only).")]
Username = Annotated[str | None, typer.Option(help="To log in with; often the address.")]
SenderName = Annotated[str | None, typer.Option(help="The name beside the address.")]
ReplyTo = Annotated[str | None, typer.Option(help="Where answers go.")]
DailyLimit = Annotated[int | None, typer.Option(help="Mails in a window.")]
MinWaitTime = Annotated[float | None, typer.Option(help="Seconds between two mails.")]
QuotaWindow = Annotated[str | None, typer.Option(help="calendar_day or rolling_24h.")]
QuotaUnit = Annotated[str | None, typer.Option(help="What the limit counts: messages or recipients.")]
HighPriorityShare = Annotated[int | None, typer.Option(help="Per cent of the limit that only high priority may use.")]
Timezone = Annotated[str | None, typer.Option(help="Whose midnight ends the day, such as Europe/Berlin.")]
MaxConnections = Annotated[int | None, typer.Option(help="Connections to its server at the same time.")]
Status = Annotated[str | None, typer.Option(help="active, inactive or pending.")]

_TLS = {"starttls": (True, False), "ssl": (False, True), "none": (False, False)}


def account_fields(options: dict[str, object], tls: str | None) -> dict[str, object]:
    """What was given, by the API's names. Raises BadParameter."""
    given = {name: value for name, value in options.items() if value is not None}
    if tls is not None:
        if tls not in _TLS:
            raise typer.BadParameter("must be starttls, ssl or none", param_hint="--tls")
        given["smtp_use_tls"], given["smtp_use_ssl"] = _TLS[tls]
    return given
