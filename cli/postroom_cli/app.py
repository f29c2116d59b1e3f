"""``postroom``: the tree of its commands, and where it starts."""

import os
import time
from datetime import UTC, datetime

import typer

from postroom_cli import (
    account_changes,
    account_reading,
    account_tests,
    adding,
    audit,
    capacity,
    checking,
    event_types,
    events,
    importing,
    jobs,
    keys,
    mail_settings,
    mails,
    messages,
    notifying,
    pools,
    preference_defaults,
    preference_links,
    preference_settings,
    preferences,
    resetting,
    sending,
    status,
    streams,
    tailing,
    template_preview,
    template_put,
    templates,
    tenants,
    tokens,
    told,
    user_settings,
    users,
)
from postroom_cli.desk import World
from postroom_cli.errors import Unwritten
from postroom_cli.exchange import SECONDS

_SETTINGS = "POSTROOM_API says where the API is, POSTROOM_KEY (or --key-file) has the key."


def build() -> typer.Typer:
    app = typer.Typer(
        help=f"Send mail through your own SMTP accounts. {_SETTINGS}",
        no_args_is_help=True,
        pretty_exceptions_enable=False,  # it would show what is in the variables
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    groups = {
        "accounts": (
            "The mailboxes to send from.",
            (account_reading, adding, account_changes, account_tests, resetting),
        ),
        "pools": ("Named sets of accounts.", (pools,)),
        "templates": ("What mails are made from.", (templates, template_put, template_preview)),
        "mails": ("The mails that every application sends.", (mails,)),
        "notify": ("The same to many users, to each in a mail of their own.", (notifying,)),
        "jobs": ("How far such a thing is.", (jobs,)),
        "tokens": ("What the links in them carry.", (tokens,)),
        "settings": ("How a tenant wants it.", (mail_settings, preference_settings)),
        "messages": ("What was sent, and what waits.", (messages, tailing)),
        "users": ("The people that mail is for.", (users, importing)),
        "events": ("What has happened, and who was told of it.", (events, told)),
        "preferences": (
            "What users want to hear of.",
            (preferences, user_settings, preference_defaults, preference_links),
        ),
        "event-types": ("What can happen.", (event_types,)),
        "config": ("Whether all is set up well.", (checking,)),
        "keys": ("Who may use the API.", (keys,)),
        "audit": ("Who changed what.", (audit,)),
        "tenants": ("For the platform's key: whose mail it is.", (tenants,)),
    }
    sending.register(app)
    capacity.register(app)
    status.register(app)
    for name, (words, modules) in groups.items():
        group = typer.Typer(no_args_is_help=True)
        for module in modules:
            module.register(group)
        app.add_typer(group, name=name, help=words)
    return app


def main() -> None:
    streams.make_ready()
    world = World(os.environ, time.sleep, lambda: datetime.now(UTC), SECONDS)
    try:
        build()(obj=world, prog_name="postroom")
    except OSError as error:
        # That of --help: what a command writes is told by itself.
        raise SystemExit(Unwritten.exit_status) from error
    finally:
        streams.drop_what_cannot_be_written()
