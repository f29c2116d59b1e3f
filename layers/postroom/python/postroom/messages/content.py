"""Where contents are kept: many in one item when they fit, one in an item of its own, or in S3 when it is too large."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from postroom.dynamo import translated
from postroom.errors import Unavailable, Unsendable
from postroom.messages import codec, keys
from postroom.messages.model import Content, Message
from postroom.messages.ports import StoredContent, Ticket
from postroom.messages.rows import ContentRow

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_BUNDLED = 25
"""Contents in one item, which is written as a whole and read as a whole."""

_OPEN_AT_ONCE = 16
"""Bundles that a sender keeps decompressed. It goes through its messages by age, and neighbours share a bundle."""

_WORTH_TRYING = 4
"""Contents that are this many times larger than an item may be are not compressed only to see that they do not fit."""

_GONE = "Its content is not stored any more"


class DynamoContents:
    """``inline_limit`` is the largest encoded content, in bytes, that goes into an item (DynamoDB: 400 KB each)."""

    def __init__(self, s3: "S3Client", bucket: str, inline_limit: int) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._inline_limit = inline_limit

    def put(self, tenant_id: str, contents: Mapping[str, Content], keep_until: datetime) -> dict[str, str]:
        bundles: dict[str, str] = {}
        for some in _chunks(contents):
            bundles |= self._put_together(tenant_id, some, int(keep_until.timestamp()))
        return bundles

    def get_many(self, messages: Sequence[Message]) -> dict[Ticket, StoredContent]:
        names = {(message.tenant_id, message.bundle or message.id) for message in messages}
        opener = _Opener()
        items = {name: _Item(row, self._get_object, opener) for name, row in _read(names).items()}
        return {
            Ticket(message.tenant_id, message.id): _Stored(item, message)
            for message in messages
            if (item := items.get((message.tenant_id, message.bundle or message.id)))
        }

    def _put_together(self, tenant_id: str, contents: Mapping[str, Content], ttl: int) -> dict[str, str]:
        if len(contents) == 1:
            [(message_id, content)] = contents.items()
            self._put_alone(tenant_id, message_id, codec.encode(content), ttl)
            return {}
        if codec.raw_size(contents) <= self._inline_limit * _WORTH_TRYING:
            blob = codec.encode_bundle(contents)
            if len(blob) <= self._inline_limit:
                bundle = keys.digest([blob])
                _save(ContentRow(*keys.content_key(tenant_id, bundle), blob=blob, ttl=ttl))
                return dict.fromkeys(contents, bundle)
        halves = _chunks(contents, (len(contents) + 1) // 2)
        return {name: bundle for half in halves for name, bundle in self._put_together(tenant_id, half, ttl).items()}

    def _put_alone(self, tenant_id: str, message_id: str, blob: bytes, ttl: int) -> None:
        key = keys.content_key(tenant_id, message_id)
        if len(blob) <= self._inline_limit:
            _save(ContentRow(*key, blob=blob, ttl=ttl))
            return
        try:
            self._s3.put_object(Bucket=self._bucket, Key=_object_key(tenant_id, message_id), Body=blob)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error
        _save(ContentRow(*key, in_bucket=True, ttl=ttl))

    def _get_object(self, tenant_id: str, message_id: str) -> bytes:
        try:
            answer = self._s3.get_object(Bucket=self._bucket, Key=_object_key(tenant_id, message_id))
            return answer["Body"].read()
        except self._s3.exceptions.NoSuchKey as error:
            raise Unsendable(_GONE) from error
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error


class _Opener:
    """Decompresses for the first who asks what several messages share, and forgets it when others are asked for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open = lru_cache(_OPEN_AT_ONCE)(codec.open_bundle)

    def __call__(self, blob: bytes) -> codec.Bundle:
        with self._lock:
            return self._open(blob)


@dataclass(frozen=True, slots=True)
class _Item:
    row: ContentRow
    fetch: Callable[[str, str], bytes]
    opener: _Opener

    def single(self) -> Content:
        if self.row.in_bucket:
            return codec.decode(self.fetch(keys.tenant_of(self.row.pk), keys.name_of(self.row.pk)))
        return codec.decode(self.row.blob)

    def one_of_many(self, message_id: str) -> Content:
        content = self.opener(self.row.blob).content(message_id)
        if content is None:
            raise Unsendable(_GONE)
        return content


@dataclass(frozen=True, slots=True)
class _Stored:
    item: _Item
    message: Message

    @property
    def is_large(self) -> bool:
        return self.item.row.in_bucket

    def open(self) -> Content:
        return self.item.one_of_many(self.message.id) if self.message.bundle else self.item.single()


def _read(names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], ContentRow]:
    """Cheaply, and once more consistently what was not seen: it was perhaps written a moment ago."""
    wanted, found = set(names), dict[tuple[str, str], ContentRow]()
    for consistent in (False, True):
        missing = [keys.content_key(*name) for name in wanted - found.keys()]
        with translated():
            for row in ContentRow.batch_get(missing, consistent_read=consistent):
                found[keys.tenant_of(row.pk), keys.name_of(row.pk)] = row
    return found


def _save(row: ContentRow) -> None:
    with translated():
        row.save()


def _chunks(contents: Mapping[str, Content], size: int = _BUNDLED) -> Iterable[dict[str, Content]]:
    rest = iter(contents.items())
    while chunk := dict(islice(rest, size)):
        yield chunk


def _object_key(tenant_id: str, message_id: str) -> str:
    return f"content/{tenant_id}/{message_id}"
