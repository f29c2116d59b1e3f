"""A local AWS with our tables, and with queues as a test wants them, but none of our functions.

    with bare_aws(directory) as aws:
        settings = aws.settings(aws.queue(visibility_seconds=5), LEASE_SECONDS="3")
        with aws.here(settings):
            api = build_api(read_settings(os.environ))

A test runs those parts of the product that it is about: here, or in processes that it may kill.
"""

import itertools
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pynamodb.models import Model

from local.deployment import client
from local.emulator import Emulator
from local.place import Place, aws_environment, place_of_own
from postroom.accounts.store import ROWS as ACCOUNT_ROWS
from postroom.audit.entry_rows import ROWS as AUDIT_ROWS
from postroom.bootstrap.aws import forget_clients
from postroom.digests.rows import ROWS as DIGEST_ROWS
from postroom.event_types.store import ROWS as EVENT_TYPE_ROWS
from postroom.events.rows import ROWS as EVENT_ROWS
from postroom.idempotency.store import IdempotencyRow
from postroom.jobs.rows import ROWS as JOB_ROWS
from postroom.mails.store import ROWS as MAIL_ROWS
from postroom.messages.rows import ROWS as MESSAGE_ROWS
from postroom.notices.rows import ROWS as NOTICE_ROWS
from postroom.pages.store import ROWS as PAGE_ROWS
from postroom.pools.store import ROWS as POOL_ROWS
from postroom.preferences.rows import ROWS as PREFERENCE_ROWS
from postroom.telling.store import ROWS as TELLING_ROWS
from postroom.tenancy.rates.store import ROWS as RATE_ROWS
from postroom.tenancy.store import ROWS as DIRECTORY_ROWS
from postroom.tokens.store import ROWS as TOKEN_ROWS
from postroom.users.imports.store import ROWS as IMPORT_ROWS
from postroom.users.store import ROWS as USER_ROWS
from tests.fakes.tables import shape

ROWS: tuple[type[Model], ...] = (
    *ACCOUNT_ROWS,
    *MESSAGE_ROWS,
    *DIRECTORY_ROWS,
    *RATE_ROWS,
    *PAGE_ROWS,
    *EVENT_ROWS,
    *EVENT_TYPE_ROWS,
    *PREFERENCE_ROWS,
    *NOTICE_ROWS,
    *DIGEST_ROWS,
    *TELLING_ROWS,
    *POOL_ROWS,
    *USER_ROWS,
    *IMPORT_ROWS,
    *JOB_ROWS,
    *TOKEN_ROWS,
    *MAIL_ROWS,
    *AUDIT_ROWS,
    IdempotencyRow,
)
_TABLES = ("accounts", "messages", "directory", "notifications")
_QUEUES = (
    *("QUEUE_HIGH_URL", "QUEUE_NORMAL_URL", "QUEUE_LOW_URL", "DEAD_LETTER_QUEUE_URL"),
    *("MAILS_QUEUE_URL", "IMPORTS_QUEUE_URL", "FAN_OUT_QUEUE_URL"),
)
_BUCKET = "contents"


@dataclass(frozen=True)
class BareAws:
    place: Place
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def client(self, service: str) -> Any:  # noqa: ANN401 - a boto3 client of any service
        return client(service, self.place)

    def queue(self, visibility_seconds: int) -> str:
        """The address of a new queue."""
        attributes = {"VisibilityTimeout": str(visibility_seconds)}
        url = self.client("sqs").create_queue(QueueName=f"queue-{next(self._numbers)}", Attributes=attributes)
        return str(url["QueueUrl"])

    def settings(self, queue: str, **changes: str) -> dict[str, str]:
        """The environment of a function whose mails all go through this queue."""
        tables = {f"{name.upper()}_TABLE": name for name in _TABLES}
        queues = dict.fromkeys(_QUEUES, queue)
        ours = {"POSTROOM_STAGE": "test", "POSTROOM_LOCAL": "true", "CONTENT_BUCKET": _BUCKET, "SECRET_PREFIX": "test/"}
        others = {
            "SEALING_SECRET": "test-sealing",
            "LINKS_SECRET": "test-links",
            "STACK_NAME": "test",
            "ALARM_TOPIC": "test",
            "POWERTOOLS_LOG_LEVEL": "ERROR",
            "POWERTOOLS_TRACE_DISABLED": "true",
            # What is measured is not to be held up.
            "REQUESTS_PER_MINUTE_PER_TENANT": "1000000",
            "REQUESTS_PER_MINUTE_PER_KEY": "1000000",
        }
        return {**aws_environment(self.place), **tables, **queues, **ours, **others, **changes}

    @contextmanager
    def here(self, settings: Mapping[str, str]) -> Iterator[None]:
        """This process as a function with these settings would be."""
        with patch.dict(os.environ, settings):
            _forget_connections()
            try:
                yield
            finally:
                _forget_connections()


@contextmanager
def bare_aws(state: Path) -> Iterator[BareAws]:
    place = place_of_own(state)
    with Emulator(place):
        aws = BareAws(place)
        dynamodb = aws.client("dynamodb")
        for name in _TABLES:
            dynamodb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **shape(name))
        aws.client("s3").create_bucket(Bucket=_BUCKET)
        yield aws


def _forget_connections() -> None:
    forget_clients()
    # PynamoDB keeps a model's connection, with the address that it had when it was first used.
    for row in ROWS:
        row._connection = None
