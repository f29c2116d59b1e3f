"""Writes that met another transaction on the same item, tried again for whoever made them.

DynamoDB refuses them at once and keeps nothing of them; botocore does not try them again by itself.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
"""

import random
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TRIES = 12
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0
"""Seconds, doubled each time; a transaction takes some hundredths.

All of them together take twelve seconds at most, a tenth of what a lease gives for a portion of work.
"""


def try_again_after_conflicts(dynamodb: "DynamoDBClient") -> None:
    # The stubs know of no handler whose answer counts; that of this event is the pause.
    dynamodb.meta.events.register("needs-retry.dynamodb", cast("Any", _pause))


def _pause(response: tuple[object, Mapping[str, Any]] | None, attempts: int, **_: object) -> float | None:
    """Seconds to wait before the next try. None: no further one for this reason."""
    if response is None or attempts >= _TRIES or not _is_conflict(response[1]):
        return None
    # Else those who met each other would meet again.
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** (attempts - 1)) * random.uniform(0.5, 1.5)  # noqa: S311 - no secret


def _is_conflict(answer: Mapping[str, Any]) -> bool:
    reasons = [reason.get("Code") for reason in answer.get("CancellationReasons", ())]
    return answer.get("Error", {}).get("Code") == "TransactionConflictException" or "TransactionConflict" in reasons
