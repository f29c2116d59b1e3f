"""What was accepted, what was handed over, and what is written down: compared as multisets.

It shares no code with the product and imports nothing of it: a mistake that both made alike would not be seen.

    findings = compare(accepted, handed_over, rows_of(dynamodb, "messages", tenant_id))
    assert not findings.lost, findings

A parcel is one message for one recipient. ``accepted`` are the parcels that the API has answered with 202;
``handed_over`` those that the SMTP server has noted before it answered 250, one entry for each time.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Parcel = tuple[str, str]
"""A message's id and a recipient's address."""

_ENDED_UNSENT = frozenset({"failed", "cancelled", "suppressed"})
_ON_ITS_WAY = frozenset({"scheduled", "queued", "sending", "deferred"})
_IN_DOUBT = "uncertain"


@dataclass(frozen=True, slots=True)
class Row:
    """A message as the table has it. ``doubts``: how often nobody knew whether it was handed over."""

    id: str
    status: str
    recipients: Mapping[str, str]
    doubts: int


@dataclass(frozen=True, slots=True)
class Findings:
    """``lost``: accepted and gone, or said to be sent and never handed over. ``held``: said to be in doubt.

    ``doubled``: how often more than once. ``unexplained``: handed over without being accepted, though said to have
    failed, or more often than its doubts allow.
    """

    accepted: int
    handed_over: int
    lost: tuple[Parcel, ...] = ()
    doubled: Mapping[Parcel, int] = field(default_factory=dict)
    unexplained: tuple[str, ...] = ()
    unfinished: tuple[Parcel, ...] = ()
    held: tuple[Parcel, ...] = ()
    failed: tuple[Parcel, ...] = ()

    @property
    def faults(self) -> frozenset[str]:
        """The names of what there should be nothing of. What is held is no fault: it is said to be in doubt."""
        names = ("lost", "doubled", "unexplained", "unfinished", "failed")
        return frozenset(name for name in names if getattr(self, name))

    @property
    def duplicates(self) -> int:
        return sum(self.doubled.values())

    def __str__(self) -> str:
        counts = {
            "accepted": self.accepted,
            "handed over": self.handed_over,
            "lost": len(self.lost),
            "doubled": self.duplicates,
            "unexplained": len(self.unexplained),
            "unfinished": len(self.unfinished),
            "held": len(self.held),
            "failed": len(self.failed),
        }
        examples = [str(some) for some in (self.lost[:3], list(self.doubled)[:3], self.unexplained[:3]) if some]
        return ", ".join(f"{name} {count}" for name, count in counts.items()) + "".join(f"; {e}" for e in examples)


def compare(accepted: Iterable[Parcel], handed_over: Iterable[Parcel], rows: Iterable[Row]) -> Findings:
    wanted, given = Counter(accepted), Counter(handed_over)
    stored = {row.id: row for row in rows}
    missing = [parcel for parcel in wanted if parcel not in given]
    states = {parcel: _state(parcel, stored) for parcel in wanted}
    return Findings(
        accepted=wanted.total(),
        handed_over=given.total(),
        lost=tuple(parcel for parcel in missing if states[parcel] in {"sent", "nowhere"}),
        doubled={parcel: times - 1 for parcel, times in given.items() if times > 1},
        unexplained=tuple(_unexplained(wanted, given, stored, states)),
        unfinished=tuple(parcel for parcel, state in states.items() if state in _ON_ITS_WAY),
        held=tuple(parcel for parcel, state in states.items() if state == _IN_DOUBT),
        failed=tuple(parcel for parcel, state in states.items() if state == "failed"),
    )


def rows_of(dynamodb: Any, table: str, tenant_id: str) -> Iterator[Row]:  # noqa: ANN401 - a boto3 client
    """Every message of a tenant, by a scan: no index has a say in it."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        ConsistentRead=True,
        FilterExpression="begins_with(pk, :messages)",
        ExpressionAttributeValues={":messages": {"S": f"T#{tenant_id}#M#"}},
    )
    for page in pages:
        for item in page["Items"]:
            yield Row(
                id=item["sk"]["S"],
                status=item["status"]["S"],
                recipients={address: state["S"] for address, state in item["recipients"]["M"].items()},
                doubts=sum(attempt["M"]["outcome"]["S"] == _IN_DOUBT for attempt in item["attempts"]["L"]),
            )


def _state(parcel: Parcel, stored: Mapping[str, Row]) -> str:
    message_id, address = parcel
    row = stored.get(message_id)
    if row is None or address not in row.recipients:
        return "nowhere"
    if row.status in _ENDED_UNSENT or row.recipients[address] == "failed":
        return "failed"
    if row.status == _IN_DOUBT and row.recipients[address] == "sent":
        return "sent"  # What is in doubt is whether the others have it.
    if row.status in _ON_ITS_WAY or row.status == _IN_DOUBT:
        return row.status
    return "sent"


def _unexplained(
    wanted: Counter[Parcel], given: Counter[Parcel], stored: Mapping[str, Row], states: Mapping[Parcel, str]
) -> Iterator[str]:
    for parcel, times in given.items():
        if parcel not in wanted:
            yield f"{parcel} was handed over and never accepted"
            continue
        if states[parcel] == "failed":
            yield f"{parcel} was handed over and is said to have failed"
        doubts = stored[parcel[0]].doubts if parcel[0] in stored else 0
        if times > 1 + doubts:
            yield f"{parcel} was handed over {times} times with {doubts} doubts"
    for message_id in stored.keys() - {parcel[0] for parcel in wanted}:
        yield f"{message_id} is stored and was never accepted"
    for parcel, times in wanted.items():
        if times > 1:
            yield f"{parcel} was accepted {times} times under one id"
