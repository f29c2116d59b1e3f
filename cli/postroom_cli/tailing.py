"""``postroom messages tail``: what comes in, and what becomes of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated

import typer

from postroom_cli.client import Client
from postroom_cli.desk import Desk, command
from postroom_cli.document import Document
from postroom_cli.errors import Refused, Unreachable
from postroom_cli.following import has_ended, standing
from postroom_cli.messages import Most, recipients
from postroom_cli.paths import at
from postroom_cli.tables import status
from postroom_cli.terminal import Terminal
from postroom_cli.visible import local_time, shown

Following = Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")]
Interval = Annotated[float, typer.Option(min=0.5, help="Seconds between two looks.")]

_KEPT = 100
_PAGE = 50
_MOST_AT_ONCE = 1000
_OVERLAP = 30
"""Known messages in a row that end a look: ids sort by time, but two senders' clocks may differ a little."""

_MOST_OPEN = 20
"""Unfinished messages that are looked up one by one, in turn."""


def register(app: typer.Typer) -> None:
    command(app, "tail")(tail)


def tail(desk: Desk, limit: Most = 10, follow: Following = False, interval: Interval = 2) -> None:
    """Show the latest messages; with --follow, new ones and every change of status until Ctrl-C."""
    items, _ = desk.api.first(at("messages"), max(limit, _KEPT) if follow else limit)
    watch = Watch(desk.api, newest=items[0].text("id") if items else "")
    for number, message in reversed(list(enumerate(items))):
        watch.seen(message)
        if number < limit:
            _print(desk.terminal, message)
    try:
        while follow:
            desk.world.sleep(interval)
            _print_news(desk.terminal, watch)
    except KeyboardInterrupt:
        return


@dataclass
class Watch:
    """What has been told already. What is finished is forgotten, so that it stays small."""

    api: Client
    newest: str
    _told: dict[str, str] = field(default_factory=dict)
    _open: dict[str, None] = field(default_factory=dict)

    def seen(self, message: Document) -> bool:
        """Whether it is news."""
        identity, now = message.text("id"), standing(message)
        changed = self._told.get(identity) != now
        self._told[identity] = now
        if has_ended(message):
            self._open.pop(identity, None)
        else:
            self._open.setdefault(identity)
        return changed

    def news(self) -> Iterator[Document]:
        """Oldest first."""
        recent = self._recent()
        listed = {message.text("id") for message in recent}
        yield from filter(self.seen, self._unlisted(listed))
        yield from filter(self.seen, reversed(recent))
        self.newest = max([self.newest, *listed])
        self._forget()

    def _recent(self) -> list[Document]:
        """New ones, and as many behind them as may still come late."""
        found: list[Document] = []
        old = 0
        for message in self.api.each(at("messages"), {"limit": _PAGE}):
            found.append(message)
            old += message.text("id") <= self.newest
            if old > _OVERLAP or len(found) >= _MOST_AT_ONCE:
                break
        return found

    def _unlisted(self, listed: set[str]) -> list[Document]:
        turn = [identity for identity in self._open if identity not in listed][:_MOST_OPEN]
        for identity in turn:
            del self._open[identity]
            self._open[identity] = None
        return [message for identity in turn if (message := self._looked_up(identity))]

    def _looked_up(self, identity: str) -> Document | None:
        try:
            return self.api.get(at("messages", identity))
        except Refused:
            self._open.pop(identity, None)
            return None

    def _forget(self) -> None:
        for identity in sorted(set(self._told) - set(self._open))[:-_KEPT]:
            del self._told[identity]


def _print_news(terminal: Terminal, watch: Watch) -> None:
    try:
        for message in watch.news():
            _print(terminal, message)
    except Unreachable as error:
        # Whoever watches is told, and goes on watching.
        terminal.warn(error.lines)


def _print(terminal: Terminal, message: Document) -> None:
    moment = message.moment("sent_at") or message.moment("created_at")
    line = shown(f"{local_time(moment)}  {message.text('id')}  ")
    line.append_text(status(message.text("status")))
    line.append_text(shown(f"  {recipients(message)}  {message.text('subject')}{_why(message)}"))
    terminal.show(line, message.values)


def _why(message: Document) -> str:
    plain = Document({"status": message.text("status")})
    more = standing(message).removeprefix(standing(plain)).removeprefix(", ")
    return f"  ({more})" if more else ""
