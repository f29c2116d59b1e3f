"""Remembered requests in the messages table. TTL removes them late, so every write compares the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PynamoDBException
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from postroom.clock import from_milliseconds, to_milliseconds
from postroom.dynamo import get
from postroom.errors import StillRunning, Unavailable
from postroom.idempotency.model import Answer, Place, Record
from postroom.ids import Seed
from postroom.messages.keys import request_key


class IdempotencyRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    fingerprint = UnicodeAttribute()
    seed_moment = UnicodeAttribute()
    seed_entropy = UnicodeAttribute()
    claim = UnicodeAttribute()
    lease_until = NumberAttribute()
    expires_at = NumberAttribute()
    ttl = NumberAttribute()
    answer_status = NumberAttribute(null=True)
    answer_body = UnicodeAttribute(null=True)
    answer_masked = BooleanAttribute(null=True)


Row = IdempotencyRow


def _key(place: Place) -> tuple[str, str]:
    return request_key(place.tenant_id, place.key, place.user_id)


class IdempotencyStore:
    def begin(self, place: Place, mine: Record, now: datetime) -> Record | None:
        # The last way in is our own write, whose answer was lost and which the client sent again.
        free = Row.pk.does_not_exist() | (Row.expires_at <= to_milliseconds(now)) | _running(mine.claim)
        try:
            with _refusable():
                _row(place, mine).save(free)
        except _Refused as refused:
            return self._found(place, refused)
        return None

    def _found(self, place: Place, refused: "_Refused") -> Record:
        row = get(Row, _key(place))
        if row is None:
            # It ended and was forgotten between the two calls: the client asks again and finds the place free.
            raise StillRunning from refused
        return _record(row)

    def take_over(self, place: Place, stale: Record, mine: Record, now: datetime) -> bool:
        over = _running(stale.claim) & (Row.lease_until <= to_milliseconds(now))
        actions: list[Action] = [Row.claim.set(mine.claim), Row.lease_until.set(to_milliseconds(mine.lease_until))]
        try:
            with _refusable():
                Row(*_key(place)).update(actions, over | _running(mine.claim))
        except _Refused:
            return False
        return True

    def keep(self, place: Place, claim: str, answer: Answer) -> None:
        actions: list[Action] = [
            Row.answer_status.set(answer.status),
            Row.answer_body.set(answer.body),
            Row.answer_masked.set(answer.masked),
        ]
        with _if_still_ours():
            Row(*_key(place)).update(actions, Row.claim == claim)

    def free(self, place: Place, claim: str) -> None:
        with _if_still_ours():
            Row(*_key(place)).update([Row.lease_until.set(0)], _running(claim))

    def forget(self, place: Place, claim: str) -> None:
        with _if_still_ours():
            Row(*_key(place)).delete(Row.claim == claim)


class _Refused(Exception):
    pass


@contextmanager
def _refusable() -> Iterator[None]:
    try:
        yield
    except PynamoDBException as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise Unavailable from error
        raise _Refused from error


@contextmanager
def _if_still_ours() -> Iterator[None]:
    """Lets a refusal pass: another run has taken the request over, or this very write had already been made."""
    try:
        with _refusable():
            yield
    except _Refused:
        return


def _running(claim: str) -> Condition:
    condition: Condition = (Row.claim == claim) & Row.answer_status.does_not_exist()
    return condition


def _row(place: Place, record: Record) -> IdempotencyRow:
    return Row(
        *_key(place),
        fingerprint=record.fingerprint,
        seed_moment=record.seed.moment.isoformat(),
        seed_entropy=record.seed.entropy,
        claim=record.claim,
        lease_until=to_milliseconds(record.lease_until),
        expires_at=to_milliseconds(record.expires_at),
        ttl=int(record.expires_at.timestamp()),
    )


def _record(row: IdempotencyRow) -> Record:
    return Record(
        fingerprint=row.fingerprint,
        seed=Seed(datetime.fromisoformat(row.seed_moment), row.seed_entropy),
        claim=row.claim,
        lease_until=from_milliseconds(row.lease_until),
        expires_at=from_milliseconds(row.expires_at),
        answer=_answer(row),
    )


def _answer(row: IdempotencyRow) -> Answer | None:
    if not row.answer_status:
        return None
    return Answer(int(row.answer_status), row.answer_body or "", bool(row.answer_masked))
