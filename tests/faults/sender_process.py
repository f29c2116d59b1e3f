"""Senders as processes of their own, which may be killed at any moment. ``killing.Senders`` starts this.

``python -m tests.faults.sender_process`` is a nursery. It has loaded everything that a sender needs, and for each line
on its standard input, a JSON object, it forks one with the ``settings`` and says its process id. ``killed`` is the one
in whose place it comes: the nursery buries it, so that no process id is used again while somebody may still send a
signal to it, and says 0 if it had ended by itself. When the input ends, all end.

A sender runs the handler of the deployed function on what it receives from the queue in its settings, deletes what was
handled, as Lambda would, and lets the queue hand out the rest at once.

``FAULTS`` among its settings are those of ``botocore_faults``, with short waits. ``NAIVE`` makes it the control, a
``naive_sender``. ``PLACE_SECONDS`` is how long a place among the account's connections is held without a word of its
holder, since those that were killed give none back. ``READY`` is a directory in which it leaves a file when it begins
to ask the queue.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext

import postroom.delivery.send_batch
import postroom.delivery.smtp.session
from functions.sender import app
from postroom.accounts import logins, sessions
from tests.faults import botocore_faults
from tests.faults.bare_aws import ROWS
from tests.faults.botocore_faults import DynamoFaults
from tests.faults.naive_sender import naive_sender

LAMBDA_SECONDS = 30
Handle = Callable[[dict[str, Any]], Sequence[str]]
"""From an event of SQS to the ids of the records that go back to the queue."""

_UNTIL_KILLED = ExitStack()
_LOADED = (postroom.delivery.send_batch, postroom.delivery.smtp.session)
"""Imported here, before the fork."""


class _Context(LambdaContext):
    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return LAMBDA_SECONDS * 1000


def nursery() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork() if asked["killed"] is None or _was_killed(asked["killed"]) else None
        if pid == 0:
            _become_sender(asked["settings"])
        print(pid or 0, flush=True)  # noqa: T201 - the answer to whoever asked
    os.killpg(0, signal.SIGKILL)


def _was_killed(pid: int) -> bool:
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _become_sender(settings: Mapping[str, str]) -> None:
    os.environ.update(settings)
    # What a sender logs must not be taken for the nursery's answer.
    os.dup2(2, 1)
    try:
        _work(settings["QUEUE_NORMAL_URL"], _naive() if "NAIVE" in settings else _deployed())
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(1)


def _work(queue: str, handle: Handle) -> None:
    sqs = boto3.client("sqs")
    if "READY" in os.environ:
        Path(os.environ["READY"], str(os.getpid())).touch()
    while True:
        received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
        if not received:
            continue
        event = {"Records": [{"messageId": one["MessageId"], "body": one["Body"]} for one in received]}
        back = handle(event)
        done = [one for one in received if one["MessageId"] not in back]
        entries = [{"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]} for n, one in enumerate(done)]
        if entries:
            sqs.delete_message_batch(QueueUrl=queue, Entries=entries)
        for one in received:
            if one["MessageId"] in back:
                sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"], VisibilityTimeout=0)


def _deployed() -> Handle:
    if "PLACE_SECONDS" in os.environ:
        held = timedelta(seconds=float(os.environ["PLACE_SECONDS"]))
        for module in (logins, sessions):
            _UNTIL_KILLED.enter_context(patch.multiple(module, HELD_FOR=held, OUTLASTS=held / 2))
    app._send_batch()
    with_faults = _faults()
    if with_faults:
        with_faults.install(ROWS)

    def handle(event: dict[str, Any]) -> list[str]:
        return [failure["itemIdentifier"] for failure in app.handler(event, _Context())["batchItemFailures"]]

    return handle


def _naive() -> Handle:
    sender, with_faults = naive_sender(os.environ), _faults()
    if with_faults:
        with_faults.install_on(sender.dynamodb)
    return sender


def _faults() -> DynamoFaults | None:
    faults = botocore_faults.from_environment(os.environ, os.getpid())
    if faults:
        _UNTIL_KILLED.enter_context(botocore_faults.as_if_each_thread_had_a_client())
    return faults


if __name__ == "__main__":
    nursery()
