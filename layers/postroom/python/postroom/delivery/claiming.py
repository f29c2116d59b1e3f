"""Prepares a few messages of a lot, and claims them side by side; what cannot be done now goes back to the queue."""

import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from typing import TypeVar

from postroom import faults
from postroom.delivery.deadline import Deadline
from postroom.delivery.lot_model import SECONDS_FOR_ONE, Lot, LotResult, identity
from postroom.delivery.scribe import Claimed, Prepared, Scribe
from postroom.errors import Unavailable
from postroom.messages.model import Attempt, Message

log = logging.getLogger(__name__)

Step = TypeVar("Step", Prepared, Claimed)


class Claiming:
    def __init__(self, lot: Lot, scribe: Scribe, threads: Executor, deadline: Deadline, result: LotResult) -> None:
        self._account = lot.granted.account
        self._contents = lot.contents
        self._scribe = scribe
        self._threads = threads
        self._deadline = deadline
        self._unhandled = result.unhandled

    def prepare(self, messages: Sequence[Message]) -> list[Prepared]:
        """One after the other: begins none when there is no time left."""
        # Side by side nothing is gained: a tenant has one process to fill its templates in, for which all would wait.
        return [prepared for prepared in map(self._prepare, messages) if prepared is not None]

    def claim(self, several: Sequence[Prepared]) -> Iterable[Claimed]:
        return (claimed for claimed in self._threads.map(self._claim, several) if claimed is not None)

    def _prepare(self, message: Message) -> Prepared | None:
        if self._deadline.remaining() < SECONDS_FOR_ONE:
            self._unhandled.append(message)
            return None
        stored = self._contents.get(message.id)
        return self._done(message, lambda: self._scribe.prepare(message, self._account, stored))

    def _claim(self, prepared: Prepared) -> Claimed | None:
        return self._done(prepared.message, lambda: self._scribe.claim(prepared, self._account))

    def _done(self, message: Message, step: Callable[[], Step | None]) -> Step | None:
        try:
            return step()
        except Unavailable:
            log.warning("A message was left for later because a store did not answer", extra=identity(message))
        except Exception as error:  # noqa: BLE001 - one poisonous message must not take its neighbours along
            self._note_poison(message, error)
        self._unhandled.append(message)
        return None

    def _note_poison(self, message: Message, error: Exception) -> None:
        log.error("A message could not be handled", extra=identity(message) | faults.described(error))
        words = f"It could not be handled: {type(error).__name__}"
        try:
            self._scribe.note(message, Attempt(self._scribe.clock(), self._account.id, "fault", "unknown", words))
        except Exception as again:  # noqa: BLE001 - what cannot be read cannot be noted either
            log.error("A fault was not noted", extra=identity(message) | faults.described(again))
