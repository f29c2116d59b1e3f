"""Stores messages that were accepted together, so that much of what has to be written is written for all of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from postroom.clock import to_milliseconds
from postroom.errors import PostroomError, Unavailable
from postroom.messages.life import HEAL_AFTER
from postroom.messages.model import Content, Message, Priority, Status
from postroom.messages.ports import ContentStore, MessageStore, Watch

_TOGETHER = 25

Kind = tuple[Priority, Status]
Results = dict[str, Message | PostroomError]
"""By message id, what is stored, or why it is not."""


@dataclass(frozen=True, slots=True)
class Consignment:
    """New messages of one tenant, one priority and one status, and their contents."""

    messages: tuple[Message, ...]
    contents: Mapping[str, Content]


@dataclass(frozen=True, slots=True)
class Consign:
    """``retention``: how long content is kept after its message has expired."""

    store: MessageStore
    contents: ContentStore
    retention: timedelta

    def __call__(self, consignment: Consignment, now: datetime) -> Results:
        """A crash anywhere in it loses nothing that was answered for, and it can be repeated.

        Contents first, so that no row is without its own; then what finds the rows; then each row. A row that is
        there already is left as it is.
        """
        try:
            messages = self._put_contents(consignment)
            self.store.point_to(messages)
            watched = self._watch(messages, now)
        except Unavailable as error:
            return {message.id: error for message in consignment.messages}
        return {message.id: self._add(message, watched=watched) for message in messages}

    def _put_contents(self, consignment: Consignment) -> list[Message]:
        first = consignment.messages[0]
        keep_until = max(message.expires_at for message in consignment.messages) + self.retention
        bundles = self.contents.put(first.tenant_id, consignment.contents, keep_until)
        return [replace(message, bundle=bundles.get(message.id)) for message in consignment.messages]

    def _watch(self, messages: Sequence[Message], now: datetime) -> bool:
        """What is for later, and what comes alone, has an entry in the due index by itself."""
        first = messages[0]
        if len(messages) == 1 or first.status is not Status.QUEUED:
            return False
        ids = tuple(message.id for message in messages)
        self.store.watch(Watch(first.tenant_id, first.priority, ids, to_milliseconds(now + HEAL_AFTER)))
        return True

    def _add(self, message: Message, *, watched: bool) -> Message | PostroomError:
        try:
            return self.store.add(message, watched=watched)
        except Unavailable as error:
            # The others are stored and will be sent: only this one has to be asked for again.
            return error


def consignments(messages: Iterable[tuple[Message, Content]]) -> Iterator[Consignment]:
    by_kind: dict[Kind, list[tuple[Message, Content]]] = {}
    for message, content in messages:
        by_kind.setdefault((message.priority, message.status), []).append((message, content))
    for of_kind in by_kind.values():
        rest = iter(of_kind)
        while some := list(islice(rest, _TOGETHER)):
            yield Consignment(tuple(message for message, _ in some), {message.id: content for message, content in some})
