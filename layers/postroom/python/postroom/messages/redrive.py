"""Puts back what the queues gave up on. What is finished meanwhile is only taken away."""

from dataclasses import dataclass
from datetime import timedelta

from postroom.audit.acting import entries_of
from postroom.audit.ports import WriteAlone
from postroom.clock import Clock
from postroom.messages import life
from postroom.messages.deeds import redriven
from postroom.messages.model import Message, Status
from postroom.messages.ports import DeadLetter, DeadLetters, Departure, MessageStore, Queues, Ticket
from postroom.messages.release import departure_at
from postroom.tenancy.model import PLATFORM_TENANT

_ON_A_QUEUE = frozenset({Status.QUEUED, Status.SENDING})
"""What belongs on a queue. The rest is finished, or the due index has it at its time."""


@dataclass(slots=True)
class Redriven:
    """``unreadable`` ones stay where they are."""

    put_back: int = 0
    already_done: int = 0
    unreadable: int = 0


class Redrive:
    def __init__(
        self, dead_letters: DeadLetters, store: MessageStore, queues: Queues, tell: WriteAlone, clock: Clock
    ) -> None:
        self._dead_letters = dead_letters
        self._store = store
        self._queues = queues
        self._tell = tell
        self._clock = clock

    def __call__(self, limit: int, per_second: int) -> Redriven:
        """About ``limit`` messages, which arrive ``per_second``. A queue delays by 15 minutes at most."""
        self._tell(entries_of(PLATFORM_TENANT, redriven(limit, per_second)))
        done = Redriven()
        while done.put_back + done.already_done < limit:
            letters = self._dead_letters.receive()
            if not letters:
                break
            self._put_back(letters, per_second, done)
        return done

    def _put_back(self, letters: list[DeadLetter], per_second: int, done: Redriven) -> None:
        messages = self._store.get_many([letter.ticket for letter in letters if letter.ticket])
        finished, departures = list[DeadLetter](), dict[Ticket, Departure]()
        for letter in letters:
            message = messages.get(letter.ticket) if letter.ticket else None
            if letter.ticket is None:
                done.unreadable += 1
            elif message is not None and message.status in _ON_A_QUEUE:
                seconds = (done.put_back + len(departures)) // per_second
                departures[letter.ticket] = self._departure(message, timedelta(seconds=seconds))
            else:
                finished.append(letter)
        not_taken = {departure.ticket for departure in self._queues.send(list(departures.values()))}
        taken = [letter for letter in letters if letter.ticket in departures and letter.ticket not in not_taken]
        self._dead_letters.remove([*finished, *taken])
        done.put_back += len(departures) - len(not_taken)
        done.already_done += len(finished)

    def _departure(self, message: Message, delay: timedelta) -> Departure:
        now = self._clock()
        if message.status is Status.QUEUED:
            self._store.change(message.tenant_id, message.id, life.expected(message, now + delay))
        return departure_at(message, now + delay, now)
