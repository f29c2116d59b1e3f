"""What becomes of a notice follows from what becomes of the mail that carries it.

What is told of a mail comes at least once, and in order for each mail. A notice goes by one mail at a time, and only
forward: what is late, or tells of a mail that it no longer goes by, changes nothing.
"""

import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from postroom.errors import Unavailable
from postroom.messages.model import Message, Reason, Status
from postroom.notices.model import OF_MAIL, TRANSITIONS, About, Notice, NoticeStatus
from postroom.notices.ports import Carried, NoticeStore, Place, Reconsider

log = logging.getLogger(__name__)

_OF_EVENT = "evt_"
_TRIES = 5
_PARALLEL = 8


@dataclass(frozen=True, slots=True)
class FollowMails:
    store: NoticeStore
    carried: Carried
    reconsider: Reconsider

    def __call__(self, messages: Iterable[Message]) -> None:
        """Of each mail the last one counts. May be repeated. Raises Unavailable."""
        last = {(message.tenant_id, message.id): message for message in messages if message.about}.values()
        with ThreadPoolExecutor(_PARALLEL) as threads:
            self._follow([message for message in last if not is_unwanted(message)], threads)
            # Last: a queue that does not answer holds up nobody else's record.
            list(threads.map(self._have_reconsidered, filter(is_unwanted, last)))

    def _follow(self, left: Sequence[Message], threads: ThreadPoolExecutor) -> None:
        for _ in range(_TRIES):
            carried = zip(left, threads.map(self._told_of_by, left), strict=True)
            pairs = [(notice, message) for message, there in carried for notice in there if goes_by(notice, message)]
            done = zip(pairs, threads.map(lambda pair: self._replaced(*pair), pairs), strict=True)
            # Who was faster has changed one of them: it is looked at again.
            again = {message.id for (_, message), was_done in done if not was_done}
            left = [message for message in left if message.id in again]
        if left:
            raise Unavailable

    def _have_reconsidered(self, message: Message) -> None:
        """Unless all is settled. What its queue does not take comes again: the mail is told again."""
        if all(notice.status is not NoticeStatus.PENDING for notice in self._told_of_by(message)):
            return
        try:
            self.reconsider(message)
        except Unavailable:
            fields = {"tenant_id": message.tenant_id, "message_id": message.id}
            log.warning("What a mail was to tell of is not decided about anew yet", extra=fields)

    def _told_of_by(self, message: Message) -> Iterable[Notice]:
        return self.store.get_many(message.tenant_id, places_of(message, self.carried)).values()

    def _replaced(self, notice: Notice, message: Message) -> bool:
        followed = follow(notice, message)
        return followed is None or self.store.replace(notice, followed)


def places_of(message: Message, carried: Carried) -> list[Place]:
    """Of the notices that it tells of."""
    about = About.read(message.about or "")
    if about.subject_id.startswith(_OF_EVENT):
        return [(about.user_id, about.subject_id)]
    events = carried(message.tenant_id, about.subject_id, message.id)
    return [(about.user_id, event_id) for event_id in events]


def is_unwanted(message: Message) -> bool:
    return message.status is Status.CANCELLED and message.reason is Reason.WISHES


def goes_by(notice: Notice, message: Message) -> bool:
    """Whether it is this mail that tells of it: the one it was taken for, or that of the digest it waits in."""
    if notice.message_id is not None:
        return notice.message_id == message.id
    return notice.digest_id is not None and notice.digest_id == About.read(message.about or "").subject_id


def follow(notice: Notice, message: Message) -> Notice | None:
    """As it is when its mail is so, or None when that is nothing new, or older than what is known."""
    status = OF_MAIL[message.status]
    if status not in TRANSITIONS[notice.status]:
        return None
    return replace(
        notice,
        status=status,
        message_id=message.id,
        sent_at=message.sent_at or notice.sent_at,
        error=_words(message),
    )


def _words(message: Message) -> str | None:
    """Why it did not arrive, as the message tells it."""
    if message.status in {Status.SENT, Status.DELIVERED}:
        return None
    return message.detail or (message.attempts[-1].reply if message.attempts else None)
