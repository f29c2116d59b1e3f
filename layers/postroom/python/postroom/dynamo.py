"""How PynamoDB is used here: its errors translated, and what its models cannot do.

``beside``: rows that are written in one transaction with the change, or not at all; without them it is a single write.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.attributes import Attribute, MapAttribute
from pynamodb.constants import MAP, NUMBER
from pynamodb.exceptions import DoesNotExist, PynamoDBException, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from postroom.change import (
    Absent,
    Add,
    Append,
    AtMost,
    Change,
    Equals,
    OneOf,
    Present,
    Remove,
    Requirement,
    Set,
    Step,
)
from postroom.conditional import Applied, Refused
from postroom.errors import Unavailable
from postroom.paging import Page, PageRequest, page_of


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


class _Revised(Protocol):
    @property
    def revision(self) -> int: ...


M = TypeVar("M", bound=Model)
Identified = TypeVar("Identified", bound=_HasId)
Key = tuple[str, str]

_REFUSED = "ConditionalCheckFailedException"


class CountMap(Attribute[Mapping[str, int]]):
    """Numbers by names of any kind. ``MapAttribute`` takes names for arguments."""

    attr_type = MAP

    def serialize(self, value: Mapping[str, int]) -> dict[str, dict[str, str]]:
        return {name: {NUMBER: str(count)} for name, count in value.items()}

    def deserialize(self, value: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
        return {name: int(number) for name, typed in value.items() for number in typed.values()}


@contextmanager
def translated() -> Iterator[None]:
    """Turns a table that did not answer, throttled or refused into Unavailable."""
    try:
        yield
    except DoesNotExist:
        raise
    except PynamoDBException as error:
        raise Unavailable from error


def page(
    model: type[M], request: PageRequest, key_of: Callable[[str], Key], made: Callable[[M], Identified]
) -> Page[Identified]:
    """Of all rows whose keys ``key_of`` makes of an id, which is what their sort keys end in. Strongly consistent."""
    partition, prefix = key_of("")
    with translated():
        rows = model.query(
            partition,
            Path("sk").startswith(prefix),
            consistent_read=True,
            scan_index_forward=not request.newest_first,
            limit=request.limit + 1,
            last_evaluated_key=_start_behind(key_of(request.after)) if request.after else None,
        )
        return page_of([made(row) for row in rows], request.limit, lambda item: item.id)


def get(model: type[M], key: Key) -> M | None:
    """A strongly consistent read."""
    try:
        with translated():
            return model.get(*key, consistent_read=True)
    except DoesNotExist:
        return None


def insert(row: Model, beside: Sequence[Model] = ()) -> bool:
    """Writes a new item. False when there is one with this key."""
    return save(row, type(row)._hash_key_attribute().does_not_exist(), beside)  # noqa: SLF001 - the key's own attribute


def save(row: Model, condition: Condition | None, beside: Sequence[Model] = ()) -> bool:
    """False when the condition did not hold."""
    if beside:
        return _together(type(row), beside, lambda write: write.save(row, condition))
    return _unless_refused(lambda: row.save(condition))


def as_seen(model: type[Model], seen: _Revised | None, *fields: str) -> Condition:
    """That a row is at the revision that was ``seen``, 0 and None being none at all.

    One that was deleted and made anew begins with the same revisions: ``fields`` tell the two apart.
    """
    if seen is None or not seen.revision:
        gone: Condition = model._hash_key_attribute().does_not_exist()  # noqa: SLF001 - the key's own attribute
        return gone
    same: Condition = Path("revision") == seen.revision
    for field in fields:
        same &= getattr(model, field) == getattr(seen, field)
    return same


def delete(row: Model, condition: Condition | None, beside: Sequence[Model] = ()) -> bool:
    """False when the condition did not hold."""
    if beside:
        return _together(type(row), beside, lambda write: write.delete(row, condition))
    return _unless_refused(lambda: row.delete(condition))


def transaction(model: type[Model], beside: Sequence[Model] = ()) -> TransactWrite:
    """Of rows of any table: the client is that of ``model``, as one of its own would have to be made first.

    botocore gives each a token of its own (ClientRequestToken): one that it repeats is carried out once.
    """
    write = TransactWrite(connection=model._get_connection().connection)  # noqa: SLF001 - the model's own connection
    for row in beside:
        write.save(row)
    return write


def _together(model: type[Model], beside: Sequence[Model], add: Callable[[TransactWrite], object]) -> bool:
    try:
        with transaction(model, beside) as write:
            add(write)
    except TransactWriteError as error:
        raise_unless_refused(error)
        return False
    return True


def _unless_refused(action: Callable[[], object]) -> bool:
    try:
        action()
    except PynamoDBException as error:
        if refused(error):
            return False
        raise Unavailable from error
    return True


def refused(error: PynamoDBException) -> bool:
    """Whether it was the condition that did not hold."""
    return error.cause_response_code == _REFUSED


def raise_unless_refused(error: TransactWriteError) -> None:
    """Raises Unavailable for a transaction that failed for another reason than one of its conditions."""
    if not any(reason and reason.code == "ConditionalCheckFailed" for reason in error.cancellation_reasons):
        raise Unavailable from error


def plain(row: Model) -> dict[str, Any]:
    """A row's attributes by name, as plain values."""
    return {name: _plain_value(value) for name, value in row.attribute_values.items()}


def apply(model: type[M], key: Key, change: Change, beside: Sequence[Model] = ()) -> Applied[M] | Refused[M]:
    """One conditional write, and the item as it stood when it was refused.

    ``Model.update`` cannot ask for that item. Without it a refused writer would have to read again, and could not see
    that it was its own earlier write, whose answer was lost, that refused it.
    """
    if beside:
        return _apply_together(model, key, change, beside)
    table = model._get_connection()  # noqa: SLF001 - the model's own connection takes the argument
    request = table.get_operation_kwargs(
        *key,
        actions=[_action(step) for step in change.steps],
        condition=_condition(model, change),
        return_values="ALL_NEW",
        return_values_on_condition_failure="ALL_OLD",
    )
    try:
        answer = table.connection.dispatch("UpdateItem", request)
    except ClientError as error:
        if error.response["Error"]["Code"] != _REFUSED:
            raise Unavailable from error
        item = _old_item(error)
        return Refused(model.from_raw_data(item) if item else None)
    except BotoCoreError as error:
        raise Unavailable from error
    return Applied(model.from_raw_data(answer["Attributes"]))


def _apply_together(model: type[M], key: Key, change: Change, beside: Sequence[Model]) -> Applied[M] | Refused[M]:
    """A transaction gives back no new row: it is read, and may be newer still, or gone again."""
    table = model._get_connection()  # noqa: SLF001 - as above
    wanted = table.get_operation_kwargs(
        *key,
        actions=[_action(step) for step in change.steps],
        condition=_condition(model, change),
        return_values_on_condition_failure="ALL_OLD",
    )
    try:
        table.connection.transact_write_items(
            condition_check_items=[],
            delete_items=[],
            put_items=[row.get_save_kwargs_from_instance() for row in beside],
            update_items=[wanted],
        )
    except TransactWriteError as error:
        raise_unless_refused(error)
        *_, reason = error.cancellation_reasons  # the update comes last
        item = reason.raw_item if reason else None
        return Refused(model.from_raw_data(item) if item else None)
    row = get(model, key)
    return Applied(row) if row else Refused(None)


def _condition(model: type[Model], change: Change) -> Condition:
    condition: Condition = model._hash_key_attribute().exists()  # noqa: SLF001 - the key's own attribute
    for requirement in change.requires:
        condition &= _comparison(requirement)
    return condition


def _action(step: Step) -> Action:
    path = Path(list(step.path))
    match step:
        case Set(value=value):
            return path.set(_plain(value))
        case Add(amount=amount):
            return path.set(path + amount)
        case Append(entry=entry):
            return path.set(path.append([_plain(entry)]))
        case Remove():
            return path.remove()


def _comparison(requirement: Requirement) -> Condition:
    path = Path(list(requirement.path))
    match requirement:
        case Equals(value=value):
            same: Condition = path == _plain(value)
            return same
        case OneOf(values=values):
            among: Condition = path.is_in(*(_plain(value) for value in values if value is not None))
            return among | path.does_not_exist() if None in values else among
        case AtMost(bound=bound):
            return path <= bound
        case Present():
            return path.exists()
        case Absent():
            return path.does_not_exist()


def _start_behind(key: Key) -> dict[str, dict[str, str]]:
    """DynamoDB's own form of a key, as the start of a page."""
    partition, sort_key = key
    return {"pk": {"S": partition}, "sk": {"S": sort_key}}


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a change may set
    # PynamoDB goes by the exact type, and an enumeration's member is not of type str.
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, str) else value


def _plain_value(value: Any) -> Any:  # noqa: ANN401 - whatever a row may hold
    if isinstance(value, MapAttribute):
        return {name: _plain_value(part) for name, part in value.attribute_values.items()}
    if isinstance(value, list):
        return [_plain_value(part) for part in value]
    return value


def _old_item(error: ClientError) -> dict[str, Any] | None:
    # PynamoDB raises an error of its own without the item; the original is its cause.
    original = error.__cause__
    if not isinstance(original, ClientError):
        return None
    answer: dict[str, Any] = dict(original.response)
    return answer.get("Item")
