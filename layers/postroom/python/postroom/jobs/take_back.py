"""A portion of messages is taken back, as far as nobody has begun to send them."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from postroom.errors import Conflict, NotFound
from postroom.jobs.model import Job, Portion
from postroom.messages.cancel import CancelMessage
from postroom.messages.find import FindMessages
from postroom.messages.model import CANCELLABLE

_WHY = "Its job was cancelled"
_PARALLEL = 16


class TakeBack:
    def __init__(self, messages: FindMessages, cancel: CancelMessage) -> None:
        self._messages = messages
        self._cancel = cancel

    def __call__(self, job: Job, portion: Portion) -> None:
        """Raises Unavailable: all of it can be done once more."""
        ids = [job.message_id(user_id) for user_id in portion.user_ids]
        found = self._messages.statuses(job.tenant_id, ids)
        waiting = [message_id for message_id in ids if found.get(message_id) in CANCELLABLE]
        with ThreadPoolExecutor(_PARALLEL) as threads:
            list(threads.map(lambda message_id: self._one(job.tenant_id, message_id), waiting))

    def _one(self, tenant_id: str, message_id: str) -> None:
        with suppress(NotFound, Conflict):  # It is on its way meanwhile, or some of its recipients have it.
            self._cancel(tenant_id, message_id, _WHY)
