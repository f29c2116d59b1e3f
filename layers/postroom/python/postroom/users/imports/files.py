"""The files of imports, in S3: ``imports/<tenant>/<import>/source``, and beside it what was refused of it."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from postroom.errors import FieldError, Unavailable
from postroom.paging import Page, PageRequest
from postroom.users.imports.model import Format, Refusal, SourceFile, Upload
from postroom.users.imports.ports import Replaced

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_UPLOAD_WITHIN = timedelta(hours=1)
_CONTENT_TYPES = {Format.CSV: "text/csv", Format.NDJSON: "application/x-ndjson"}
_BLOCK = 1_000_000
_PARTS_PER_PAGE = 20
"""How many parts of a report are read for a page before it is answered short, with a cursor to go on."""

_MOST_ERRORS = 10
_LONGEST_FIELD = 100
_LONGEST_MESSAGE = 300
_GONE = frozenset({"404", "NoSuchKey", "NotFound"})
_REPLACED = frozenset({"412", "PreconditionFailed", "416", "InvalidRange", *_GONE})


class S3Files:
    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def upload(self, tenant_id: str, import_id: str, file_format: Format, now: datetime) -> Upload:
        url = self._s3.generate_presigned_url(
            "put_object",
            Params={"Bucket": self._bucket, "Key": _source(tenant_id, import_id)},
            ExpiresIn=int(_UPLOAD_WITHIN.total_seconds()),
        )
        return Upload(url, _CONTENT_TYPES[file_format], now + _UPLOAD_WITHIN)

    def source(self, tenant_id: str, import_id: str) -> SourceFile | None:
        try:
            found = self._s3.head_object(Bucket=self._bucket, Key=_source(tenant_id, import_id))
        except ClientError as error:
            if _code(error) in _GONE:
                return None
            raise Unavailable from error
        except BotoCoreError as error:
            raise Unavailable from error
        return SourceFile(found["ETag"], found["ContentLength"])

    def blocks(self, tenant_id: str, import_id: str, source: SourceFile) -> Iterator[bytes]:
        """By one request each: a stream that is read slowly for minutes would be cut off."""
        for start in range(0, source.size, _BLOCK):
            yield self._block(_source(tenant_id, import_id), source, start)

    def _block(self, key: str, source: SourceFile, start: int) -> bytes:
        bounds = f"bytes={start}-{min(start + _BLOCK, source.size) - 1}"
        try:
            answer = self._s3.get_object(Bucket=self._bucket, Key=key, Range=bounds, IfMatch=source.etag)
            return answer["Body"].read()
        except ClientError as error:
            if _code(error) in _REPLACED:
                raise Replaced from error
            raise Unavailable from error
        except BotoCoreError as error:
            raise Unavailable from error

    def keep_refusals(self, tenant_id: str, import_id: str, first_line: int, refusals: Sequence[Refusal]) -> None:
        text = "".join(json.dumps(_document(refusal), separators=(",", ":")) + "\n" for refusal in refusals)
        with _translated():
            self._s3.put_object(Bucket=self._bucket, Key=_part(tenant_id, import_id, first_line), Body=text.encode())

    def refusals(self, tenant_id: str, import_id: str, until_line: int, request: PageRequest) -> Page[Refusal]:
        after = int(request.after or 0)
        found: list[Refusal] = []
        parts = self._parts_from(tenant_id, import_id, after + 1, until_line)
        for part in parts[:_PARTS_PER_PAGE]:
            found += [refusal for refusal in self._part(tenant_id, import_id, part) if refusal.line > after]
            if len(found) > request.limit:
                page = tuple(found[: request.limit])
                return Page(page, str(page[-1].line))
        unread = parts[_PARTS_PER_PAGE:]
        return Page(tuple(found), str(unread[0] - 1) if unread else None)

    def _parts_from(self, tenant_id: str, import_id: str, line: int, until_line: int) -> list[int]:
        """The first lines of the parts which may tell of lines in between. One answer lists all: it has a thousand."""
        prefix = _parts(tenant_id, import_id)
        with _translated():
            listed = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=prefix).get("Contents", [])
        firsts = sorted(int(part["Key"].removeprefix(prefix).removesuffix(".ndjson")) for part in listed)
        counted = [first for first in firsts if first <= until_line]
        before = [first for first in counted if first <= line][-1:]
        return before + [first for first in counted if first > line]

    def _part(self, tenant_id: str, import_id: str, first_line: int) -> list[Refusal]:
        with _translated():
            answer = self._s3.get_object(Bucket=self._bucket, Key=_part(tenant_id, import_id, first_line))
            return [_refusal(json.loads(line)) for line in answer["Body"].read().splitlines()]


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise Unavailable from error


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]


def _source(tenant_id: str, import_id: str) -> str:
    return f"imports/{tenant_id}/{import_id}/source"


def _parts(tenant_id: str, import_id: str) -> str:
    return f"imports/{tenant_id}/{import_id}/refused/"


def _part(tenant_id: str, import_id: str, first_line: int) -> str:
    return f"{_parts(tenant_id, import_id)}{first_line:09}.ndjson"


def _document(refusal: Refusal) -> dict[str, Any]:
    errors = [
        {"field": _cut(error.field, _LONGEST_FIELD), "message": _cut(error.message, _LONGEST_MESSAGE)}
        for error in refusal.errors[:_MOST_ERRORS]
    ]
    return {"line": refusal.line, "user_id": refusal.user_id, "errors": errors}


def _cut(text: str, longest: int) -> str:
    """It is the file that names the fields: half of a surrogate pair may be among their letters."""
    return text[:longest].encode(errors="replace").decode()


def _refusal(document: dict[str, Any]) -> Refusal:
    errors = tuple(FieldError(error["field"], error["message"]) for error in document["errors"])
    return Refusal(document["line"], errors, document["user_id"])
