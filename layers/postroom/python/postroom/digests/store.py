"""Digests in the notifications table."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import chain

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from postroom.change import Change
from postroom.clock import from_milliseconds, moment_at, to_milliseconds
from postroom.conditional import Applied, Refused
from postroom.digests import codec
from postroom.digests.model import Digest, DigestStatus, Plan
from postroom.digests.rows import DigestRow, DueIndex, ItemRow, PlanRow
from postroom.dynamo import apply, get, insert, raise_unless_refused, transaction, translated
from postroom.notices import keys


class DynamoDigests:
    def add(self, wanted: Digest, event_id: str) -> bool:
        # In one write: what comes after the closing is refused, and what came before it is there to be read.
        try:
            with transaction(DigestRow) as write:
                write.save(_item_row(wanted, event_id), ItemRow.pk.does_not_exist())
                _keep_open(write, wanted)
        except TransactWriteError as error:
            raise_unless_refused(error)
            return get(ItemRow, keys.item_key(wanted.tenant_id, wanted.id, event_id)) is not None
        return True

    def add_all(self, wanted: Digest, event_ids: Sequence[str]) -> set[str]:
        inside = self._inside(wanted)
        new = [event_id for event_id in event_ids if event_id not in inside]
        for start in range(0, len(new), _AT_ONCE):
            if not _is_added(wanted, new[start : start + _AT_ONCE]):
                inside = self._inside(wanted)  # of others, who came before it was closed
                break
            inside.update(new[start : start + _AT_ONCE])
        return inside & set(event_ids)

    def _inside(self, digest: Digest) -> set[str]:
        return set(self.event_ids(digest.tenant_id, digest.id))

    def get(self, tenant_id: str, digest_id: str) -> Digest | None:
        row = get(DigestRow, keys.digest_key(tenant_id, digest_id))
        return _digest(tenant_id, digest_id, row) if row else None

    def event_ids(self, tenant_id: str, digest_id: str) -> list[str]:
        partition, prefix = keys.item_key(tenant_id, digest_id, "")
        with translated():
            found = ItemRow.query(partition, ItemRow.sk.startswith(prefix), consistent_read=True)
            return [row.sk.removeprefix(prefix) for row in found]

    def change(self, tenant_id: str, digest_id: str, change: Change) -> Applied[Digest] | Refused[Digest]:
        outcome = apply(DigestRow, keys.digest_key(tenant_id, digest_id), change)
        if isinstance(outcome, Applied):
            return Applied(_digest(tenant_id, digest_id, outcome.row))
        return Refused(_digest(tenant_id, digest_id, outcome.row) if outcome.row else None)

    def plan(self, digest: Digest, plan: Plan) -> Plan:
        first, *others = codec.encode(plan)
        name = hashlib.sha256(b"".join((first, *others))).hexdigest()[:16]
        self._put_pieces(digest, name, others)
        key, ttl = keys.plan_key(digest.tenant_id, digest.id), _ttl(digest)
        if insert(PlanRow(*key, ttl=ttl, name=name, pieces=len(others) + 1, blob=first)):
            return plan
        return self.planned(digest.tenant_id, digest.id) or plan

    def _put_pieces(self, digest: Digest, name: str, pieces: Sequence[bytes]) -> None:
        """Before the first one, which makes them count."""
        with translated():
            for number, piece in enumerate(pieces, start=1):
                key = keys.plan_piece_key(digest.tenant_id, digest.id, name, number)
                PlanRow(*key, ttl=_ttl(digest), blob=piece).save()

    def planned(self, tenant_id: str, digest_id: str) -> Plan | None:
        first = get(PlanRow, keys.plan_key(tenant_id, digest_id))
        if first is None:
            return None
        others = [
            keys.plan_piece_key(tenant_id, digest_id, first.name or "", number)
            for number in range(1, int(first.pieces or 1))
        ]
        with translated():
            found = sorted(PlanRow.batch_get(others, consistent_read=True), key=lambda row: row.sk) if others else []
        return codec.decode([row.blob for row in (first, *found)])

    def due(self, until_ms: int, limit: int) -> list[tuple[str, str]]:
        with translated():
            found = [DigestRow.due.query(shard, DueIndex.due_at <= until_ms, limit=limit) for shard in _SHARDS]
            return [(keys.tenant_of(row.pk), keys.digest_of(row.pk)) for row in chain.from_iterable(found)]


_AT_ONCE = 99
"""A transaction takes a hundred rows, and the head is one of them."""

_SHARDS = keys.digest_shards()


def _is_added(wanted: Digest, event_ids: Sequence[str]) -> bool:
    """What somebody else has put there meanwhile is put there again."""
    try:
        with transaction(DigestRow) as write:
            for event_id in event_ids:
                write.save(_item_row(wanted, event_id))
            _keep_open(write, wanted)
    except TransactWriteError as error:
        raise_unless_refused(error)
        return False
    return True


def _item_row(digest: Digest, event_id: str) -> ItemRow:
    return ItemRow(*keys.item_key(digest.tenant_id, digest.id, event_id), ttl=_ttl(digest))


def _keep_open(write: TransactWrite, wanted: Digest) -> None:
    """The head as it is, or as it begins."""
    write.update(
        DigestRow(*keys.digest_key(wanted.tenant_id, wanted.id)),
        actions=_made_unless_there(wanted),
        condition=DigestRow.pk.does_not_exist() | (DigestRow.status == DigestStatus.OPEN.value),
    )


def _made_unless_there(wanted: Digest) -> list[Action]:
    values = {
        "ttl": _ttl(wanted),
        "user_id": wanted.user_id,
        "status": wanted.status.value,
        "first_due_ms": to_milliseconds(wanted.first_due_at),
        "due_shard": keys.digest_shard(wanted.id),
        "due_at": to_milliseconds(wanted.first_due_at),
        "claims": 0,
        "faults": 0,
    }
    return [Path(name).set(Path(name) | value) for name, value in values.items()]


def _ttl(digest: Digest) -> int:
    return int(digest.kept_until.timestamp())


def _digest(tenant_id: str, digest_id: str, row: DigestRow) -> Digest:
    return Digest(
        tenant_id=tenant_id,
        id=digest_id,
        user_id=row.user_id,
        status=DigestStatus(row.status),
        first_due_at=from_milliseconds(row.first_due_ms),
        kept_until=datetime.fromtimestamp(row.ttl, UTC),
        detail=row.detail,
        holder=row.holder,
        leased_until=moment_at(row.leased_until_ms),
        claims=int(row.claims),
        faults=int(row.faults),
        folded=int(row.folded or 0),
    )
