"""The rows of the messages table, as PynamoDB knows them."""

from collections.abc import Mapping
from typing import Any

from pynamodb.attributes import (
    Attribute,
    BinaryAttribute,
    BooleanAttribute,
    ListAttribute,
    NumberAttribute,
)
from pynamodb.attributes import UnicodeAttribute as Text
from pynamodb.constants import MAP, STRING
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model


class TextMap(Attribute[Mapping[str, str]]):
    """Texts by names that a caller chose. ``MapAttribute`` takes names for arguments: not every name can be one."""

    attr_type = MAP

    def serialize(self, value: Mapping[str, str]) -> dict[str, dict[str, str]]:
        return {name: {STRING: text} for name, text in value.items()}

    def deserialize(self, value: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        return {name: text for name, typed in value.items() for text in typed.values()}


class DueIndex(GlobalSecondaryIndex["MessageRow"]):
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = Text(hash_key=True)
    due_at = NumberAttribute(range_key=True)


class StatusIndex(GlobalSecondaryIndex["MessageRow"]):
    class Meta:
        index_name = "by_status"
        projection = KeysOnlyProjection()

    tenant_status = Text(hash_key=True)
    sk = Text(range_key=True)


class MessageRow(Model):
    class Meta:
        table_name = ""

    pk = Text(hash_key=True)
    sk = Text(range_key=True)
    ttl = NumberAttribute()
    due_shard = Text(null=True)
    due_at = NumberAttribute(null=True)
    tenant_status = Text(null=True)
    due = DueIndex()
    by_status = StatusIndex()

    status = Text()
    priority = Text()
    subject = Text()
    recipients = TextMap()
    created_ms = NumberAttribute()
    expires_ms = NumberAttribute()
    on_uncertain = Text()
    account_id = Text(null=True)
    pool_id = Text(null=True)
    strategy = Text(null=True)
    template = Text(null=True)
    send_at_ms = NumberAttribute(null=True)
    reason = Text(null=True)
    detail = Text(null=True)
    next_attempt_ms = NumberAttribute(null=True)
    sent_ms = NumberAttribute(null=True)
    used_account_id = Text(null=True)
    appointed_account_id = Text(null=True)
    message_id = Text(null=True)
    bundle = Text(null=True)
    retries = NumberAttribute(null=True)
    attempts: ListAttribute[Any] = ListAttribute()
    metadata = TextMap(null=True)
    about = Text(null=True)
    claim = Text(null=True)
    lease_ms = NumberAttribute(null=True)
    heals = NumberAttribute(null=True)


class RecipientRow(Model):
    """Finds a tenant's messages by whom they go to. It is only a pointer: a message without its row does not exist."""

    class Meta:
        table_name = ""

    pk = Text(hash_key=True)
    sk = Text(range_key=True)
    ttl = NumberAttribute()


class WatchRow(Model):
    class Meta:
        table_name = ""

    pk = Text(hash_key=True)
    sk = Text(range_key=True)
    ttl = NumberAttribute()
    due_shard = Text()
    due_at = NumberAttribute()
    message_ids: ListAttribute[Any] = ListAttribute()


class ContentRow(Model):
    class Meta:
        table_name = ""

    pk = Text(hash_key=True)
    sk = Text(range_key=True)
    blob = BinaryAttribute(null=True, legacy_encoding=False)
    in_bucket = BooleanAttribute(null=True)
    ttl = NumberAttribute()


ROWS = (MessageRow, RecipientRow, WatchRow, ContentRow)
