"""Reads messages back."""

from postroom.errors import NotFound
from postroom.messages.model import Message
from postroom.messages.ports import Filter, MessageStore
from postroom.paging import Page, PageRequest


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
