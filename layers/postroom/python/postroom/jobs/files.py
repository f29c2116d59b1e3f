"""What jobs were asked for, in S3: ``jobs/<tenant>/<job>/``. The bucket lets go of it when it lets go of contents."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from postroom.errors import Unavailable
from postroom.jobs.ports import Gone, Order

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_LONGEST_LINE = 65
"""Of a user's id, and its end."""

_GONE = frozenset({"404", "NoSuchKey"})


class S3Orders:
    """Ids are read by ranges: never more of them than a portion are in memory."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def put(self, tenant_id: str, job_id: str, order: Order, user_ids: Sequence[str]) -> None:
        self._put(_order(tenant_id, job_id), json.dumps(order, separators=(",", ":")))
        if user_ids:
            self._put(_user_ids(tenant_id, job_id), "".join(f"{user_id}\n" for user_id in user_ids))

    def get(self, tenant_id: str, job_id: str) -> Order:
        found: Order = json.loads(self._read(_order(tenant_id, job_id)))
        return found

    def user_ids(self, tenant_id: str, job_id: str, start: int, limit: int) -> tuple[list[str], int | None]:
        length = (limit + 1) * _LONGEST_LINE
        text = self._read(_user_ids(tenant_id, job_id), f"bytes={start}-{start + length - 1}").decode()
        lines = text.split("\n")[:-1]
        found = lines[:limit]
        behind = start + sum(len(line) + 1 for line in found)
        return found, behind if len(lines) > limit else None

    def _put(self, key: str, text: str) -> None:
        try:
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=text.encode())
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error

    def _read(self, key: str, part: str | None = None) -> bytes:
        try:
            if part is None:
                return self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            return self._s3.get_object(Bucket=self._bucket, Key=key, Range=part)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                raise Gone from error
            raise Unavailable from error
        except BotoCoreError as error:
            raise Unavailable from error


def _order(tenant_id: str, job_id: str) -> str:
    return f"jobs/{tenant_id}/{job_id}/order.json"


def _user_ids(tenant_id: str, job_id: str) -> str:
    return f"jobs/{tenant_id}/{job_id}/user_ids"
