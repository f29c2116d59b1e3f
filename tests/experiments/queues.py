"""What a test does with a queue from outside."""

import json
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

_COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)

_NEAR = 40
"""Tickets: about as many as several senders hold at once."""


def is_empty(sqs: Any, queue: str) -> bool:  # noqa: ANN401 - a boto3 client
    """Nothing waits on it, nobody holds anything of it, and nothing is delayed."""
    found: Mapping[str, str] = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=list(_COUNTS))["Attributes"]
    return not any(int(found[name]) for name in _COUNTS)


def wait_until(done: Callable[[], bool], seconds: float, pause: float = 0.1) -> None:
    """Returns when it is done or the time is over: what the checker finds then says more than an error here."""
    give_up = time.monotonic() + seconds
    while not done() and time.monotonic() < give_up:
        time.sleep(pause)


def put_tickets(sqs: Any, queue: str, tenant_id: str, message_ids: Sequence[str], together: int = 10) -> None:  # noqa: ANN401 - a boto3 client
    """``together``, ten at most, are put at once; who waits for the queue gets them together."""
    bodies = iter([json.dumps({"tenant_id": tenant_id, "message_id": message_id}) for message_id in message_ids])
    while batch := list(islice(bodies, together)):
        entries = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(batch)]
        sqs.send_message_batch(QueueUrl=queue, Entries=entries)


def shuffled_copies(ids: Iterable[str], copies: int, seed: int) -> list[str]:
    """Half of them anywhere, half of them near where they were, so that copies also meet."""
    numbers, every = random.Random(seed), [one for one in ids for _ in range(copies)]
    places = [place + numbers.uniform(0, numbers.choice((_NEAR, len(every)))) for place in range(len(every))]
    return [one for _, one in sorted(zip(places, every, strict=True))]
