"""Stores messages that were accepted together, so that much of what has to be written is written for all of them."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import TypeVar

from postroom import faults
from postroom.clock import to_milliseconds
from postroom.errors import PostroomError, Unavailable
from postroom.messages.life import HEAL_AFTER
from postroom.messages.model import Content, Message, Priority, Status
from postroom.messages.ports import ContentStore, MessageStore, Watch

log = logging.getLogger(__name__)

T = TypeVar("T")

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
        prepared = _tried(partial(self._prepare, consignment, now))
        if isinstance(prepared, PostroomError):
            return {message.id: prepared for message in consignment.messages}
        messages, watched = prepared
        # The others are stored and will be sent: only one that fails has to be asked for again.
        return {message.id: _tried(partial(self.store.add, message, watched=watched)) for message in messages}

    def _prepare(self, consignment: Consignment, now: datetime) -> tuple[list[Message], bool]:
        messages = self._put_contents(consignment)
        self.store.point_to(messages)
        return messages, self._watch(messages, now)

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


def _tried(step: Callable[[], T]) -> T | PostroomError:
    try:
        return step()
    except Unavailable as error:
        return error
    except Exception as error:  # noqa: BLE001 - a batch must not be refused whole while its other messages are sent
        log.error("A message could not be stored", extra=faults.described(error))
        return PostroomError()


def consignments(messages: Iterable[tuple[Message, Content]]) -> Iterator[Consignment]:
    by_kind: dict[Kind, list[tuple[Message, Content]]] = {}
    for message, content in messages:
        by_kind.setdefault((message.priority, message.status), []).append((message, content))
    for of_kind in by_kind.values():
        rest = iter(of_kind)
        while some := list(islice(rest, _TOGETHER)):
            yield Consignment(tuple(message for message, _ in some), {message.id: content for message, content in some})
