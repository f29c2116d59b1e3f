"""What every command works with, and the options that all have."""

import functools
import inspect
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import typer

from postroom_cli.client import Client
from postroom_cli.errors import CliError, Usage
from postroom_cli.exchange import Exchange
from postroom_cli.retrying import Retrying
from postroom_cli.settings import ApiKey, Settings
from postroom_cli.terminal import Terminal
from postroom_cli.typed import refuse_what_cannot_be_meant

Api = Annotated[str | None, typer.Option(help="Where the API is, instead of POSTROOM_API.", metavar="URL")]
KeyFile = Annotated[Path | None, typer.Option(help="A file with the key, instead of POSTROOM_KEY.", metavar="FILE")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON to standard output, and nothing else there.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only what is wrong.")]


@dataclass(frozen=True, slots=True)
class World:
    """What a command takes from outside; tests have one of their own."""

    environ: Mapping[str, str]
    sleep: Callable[[float], None]
    now: Callable[[], datetime]
    seconds: float
    """To wait for one answer."""


class Desk:
    def __init__(self, world: World, settings: Settings, terminal: Terminal, closing: ExitStack) -> None:
        self._closing = closing
        self.world = world
        self.settings = settings
        self.terminal = terminal

    @cached_property
    def api(self) -> Client:
        """Raises Usage for settings that are wrong."""
        return self._client(self.settings.api_key())

    @cached_property
    def api_without_key(self) -> Client:
        """Raises Usage for settings that are wrong."""
        return self._client(None)

    def _client(self, key: ApiKey | None) -> Client:
        exchange = Exchange(self.settings.address(), key, seconds=self.world.seconds)
        return Client(Retrying(self._closing.enter_context(exchange), self.world.sleep, self.terminal.say))


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Makes a story a command: ``story(desk, …)`` with its own options gets those that all have.

    The story's docstring is its help.
    """

    def register(story: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(story)
        def run(**given: Any) -> None:  # noqa: ANN401 - what Typer has read, by the story's signature
            context = given.pop("context")
            world = context.obj
            typed = dict(given)
            settings = Settings.read(world.environ, api=given.pop("api"), key_file=given.pop("key_file"))
            as_json, quiet = given.pop("as_json"), given.pop("quiet")
            terminal = Terminal(sys.stdout, sys.stderr, world.environ, as_json=as_json, quiet=quiet)
            with ExitStack() as closing:

                def begin() -> None:
                    refuse_what_cannot_be_meant(typed, context.command.params)
                    story(Desk(world, settings, terminal, closing), **given)

                _told(terminal, begin)

        _describe(run, story)
        app.command(name)(run)
        return story

    return register


def given_exactly_one(**options: object) -> None:
    """Raises Usage unless one of them is there."""
    if sum(value not in {None, False} for value in options.values()) != 1:
        names = " or ".join(f"--{name.replace('_', '-')}" for name in options)
        raise Usage(f"Give {names}, and only one of them")


def _told(terminal: Terminal, story: Callable[[], None]) -> None:
    try:
        story()
    except CliError as error:
        terminal.warn(error.lines)
        raise typer.Exit(error.exit_status) from error


_SHARED: Mapping[str, tuple[Any, object]] = {
    "api": (Api, None),
    "key_file": (KeyFile, None),
    "as_json": (AsJson, False),
    "quiet": (Quiet, False),
}


def _describe(run: Callable[..., None], story: Callable[..., None]) -> None:
    # Typer reads the options from the signature.
    keyword = inspect.Parameter.KEYWORD_ONLY
    own = list(inspect.signature(story, eval_str=True).parameters.values())[1:]
    shared = [
        inspect.Parameter(name, keyword, annotation=annotation, default=default)
        for name, (annotation, default) in _SHARED.items()
    ]
    context = inspect.Parameter("context", keyword, annotation=typer.Context)
    parameters = [context, *(one.replace(kind=keyword) for one in own), *shared]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
