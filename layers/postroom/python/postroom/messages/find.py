"""Reads messages back."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from postroom.errors import NotFound
from postroom.messages.model import Message, Status
from postroom.messages.ports import Filter, MessageStore
from postroom.paging import Page, PageRequest

_TOGETHER = 100
"""As many rows as one request reads."""

_PARALLEL = 8


class FindMessages:
    def __init__(self, store: MessageStore) -> None:
        self._store = store

    def one(self, tenant_id: str, message_id: str) -> Message:
        message = self._store.get(tenant_id, message_id)
        if message is None:
            raise NotFound
        return message

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Message]:
        return self._store.page(tenant_id, wanted, request)

    def statuses(self, tenant_id: str, message_ids: Sequence[str]) -> dict[str, Status]:
        """Of those that are there."""
        parts = [message_ids[start : start + _TOGETHER] for start in range(0, len(message_ids), _TOGETHER)]
        with ThreadPoolExecutor(_PARALLEL) as threads:
            found = threads.map(lambda part: self._store.statuses(tenant_id, part), parts)
            return {message_id: status for some in found for message_id, status in some.items()}
