"""The queue between who asks for a mail and who makes it. A payload stays readable one version back."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from postroom.errors import Unavailable
from postroom.ids import Seed
from postroom.mails.model import Kind, MailRequest

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_VERSION = 1
_TEXTS = ("user_id", "email", "inviter", "user_type", "locale", "account_id", "pool_id")


class SqsRequests:
    def __init__(self, sqs: "SQSClient", url: str) -> None:
        self._sqs = sqs
        self._url = url

    def put(self, request: MailRequest) -> None:
        try:
            self._sqs.send_message(
                QueueUrl=self._url, MessageBody=write_request(request), MessageGroupId=request.tenant_id
            )
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error


def write_request(request: MailRequest) -> str:
    texts = {name: value for name in _TEXTS if (value := getattr(request, name)) is not None}
    return json.dumps(
        {
            "version": _VERSION,
            "tenant_id": request.tenant_id,
            "kind": request.kind.value,
            "moment": request.seed.moment.isoformat(),
            "entropy": request.seed.entropy,
            "base_url": request.base_url,
            **({"put_at": request.put_at.isoformat()} if request.put_at else {}),
            **texts,
        },
        separators=(",", ":"),
    )


def read_request(body: str) -> MailRequest:
    """Raises ValueError when it is not one of ours. Fields of a later version are not looked at."""
    try:
        document = json.loads(body)
        return _request(document)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("not a request for a mail") from error


def _request(document: dict[str, Any]) -> MailRequest:
    texts = {name: document[name] for name in _TEXTS if name in document}
    request = MailRequest(
        tenant_id=document["tenant_id"],
        kind=Kind(document["kind"]),
        seed=Seed(datetime.fromisoformat(document["moment"]), document["entropy"]),
        base_url=document["base_url"],
        put_at=datetime.fromisoformat(document["put_at"]) if "put_at" in document else None,
        **texts,
    )
    all_texts = (request.tenant_id, request.seed.entropy, request.base_url, *texts.values())
    if None in {request.seed.moment.tzinfo, request.moment.tzinfo} or not all(
        isinstance(text, str) for text in all_texts
    ):
        raise ValueError("not a request for a mail")
    return request
