"""Where contents are kept: in a row beside the message's when it fits, in S3 when it does not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.attributes import BinaryAttribute, BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from postroom.dynamo import translated
from postroom.errors import Unavailable, Unsendable
from postroom.messages import codec, keys
from postroom.messages.model import Content
from postroom.messages.ports import StoredContent, Ticket

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class ContentRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    blob = BinaryAttribute(null=True, legacy_encoding=False)
    in_bucket = BooleanAttribute(default=False)
    ttl = NumberAttribute()


ROWS = (ContentRow,)


class DynamoContents:
    """``inline_limit`` is the largest encoded content, in bytes, that goes into a row (DynamoDB: 400 KB an item)."""

    def __init__(self, s3: "S3Client", bucket: str, inline_limit: int) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._inline_limit = inline_limit

    def put(self, tenant_id: str, message_id: str, content: Content, keep_until: datetime) -> None:
        blob = codec.encode(content)
        inline = len(blob) <= self._inline_limit
        if not inline:
            self._put_object(tenant_id, message_id, blob)
        row = ContentRow(
            *keys.content_key(tenant_id, message_id),
            blob=blob if inline else None,
            in_bucket=not inline,
            ttl=int(keep_until.timestamp()),
        )
        with translated():
            row.save()

    def get_many(self, tickets: Sequence[Ticket]) -> dict[Ticket, StoredContent]:
        with translated():
            rows = list(ContentRow.batch_get([keys.content_key(t.tenant_id, t.message_id) for t in tickets]))
        return {Ticket(*keys.ids_of(row.pk)): _Stored(row, self._get_object) for row in rows}

    def _put_object(self, tenant_id: str, message_id: str, blob: bytes) -> None:
        try:
            self._s3.put_object(Bucket=self._bucket, Key=_object_key(tenant_id, message_id), Body=blob)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error

    def _get_object(self, ticket: Ticket) -> bytes:
        try:
            key = _object_key(ticket.tenant_id, ticket.message_id)
            answer = self._s3.get_object(Bucket=self._bucket, Key=key)
            return answer["Body"].read()
        except self._s3.exceptions.NoSuchKey as error:
            raise Unsendable("Its content is not stored any more") from error
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error


@dataclass(frozen=True, slots=True)
class _Stored:
    row: ContentRow
    fetch: Callable[[Ticket], bytes]

    def open(self) -> Content:
        if self.row.in_bucket:
            return codec.decode(self.fetch(Ticket(*keys.ids_of(self.row.pk))))
        return codec.decode(self.row.blob)


def _object_key(tenant_id: str, message_id: str) -> str:
    return f"content/{tenant_id}/{message_id}"
