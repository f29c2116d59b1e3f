"""A write is paid for by the kilobyte of the whole item: what is usual must stay within one, at every step."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest

from postroom.accounts.model import ConnectionType, Counter, QuotaUnit, QuotaWindow, Reservation, Sessions
from postroom.accounts.store import ROWS as ACCOUNT_ROWS
from postroom.accounts.store import DynamoAccounts
from postroom.change import Change
from postroom.clock import to_milliseconds
from postroom.conditional import Applied
from postroom.delivery.model import Phase, ReplyClass
from postroom.ids import Seed
from postroom.messages import life
from postroom.messages.life import Progress, Wait
from postroom.messages.model import Attempt, Message, Priority, Reason, RecipientStatus, Status
from postroom.messages.ports import Watch
from postroom.messages.rows import ROWS
from postroom.messages.store import DynamoMessages
from postroom.pools.model import Strategy
from postroom.templates.model import Reference
from tests.builders import SAID_BY_GMAIL, a_message, an_account
from tests.fakes.sizes import UNIT, item_size
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON

LATER = NOON + timedelta(minutes=2)
SEED = Seed.fresh(NOON)
TENANT = SEED.id("ten")
ACCOUNT = SEED.id("acc")
TO = "johannes.mustermann@mail.example.org"
TYPICAL: dict[str, Any] = {
    "tenant_id": TENANT,
    "id": SEED.id("msg"),
    "subject": "Your order 2026-11-20/4711 has left our warehouse in Hamburg",
    "recipients": {TO: RecipientStatus.PENDING},
    "bundle": "0123456789abcdef0123",
    "metadata": {"order_id": "2026-11-20/4711", "campaign": "autumn"},
}
REPLY = SAID_BY_GMAIL[-1].removeprefix("S: ")
TRY = Attempt(NOON, ACCOUNT, ReplyClass.ACCEPTED, Phase.FINAL_DOT, REPLY, SAID_BY_GMAIL)


@pytest.fixture
def store() -> Iterator[DynamoMessages]:
    with tables("messages"):
        name_table(ROWS, "messages")
        yield DynamoMessages(timedelta(days=90))


def stored_sizes(table: str = "messages") -> list[int]:
    return [item_size(item) for item in boto3.client("dynamodb").scan(TableName=table)["Items"]]


def changed(store: DynamoMessages, message: Message, change: Change) -> Message:
    outcome = store.change(message.tenant_id, message.id, change)
    assert isinstance(outcome, Applied)
    [size] = stored_sizes()
    assert size <= UNIT, outcome.row.status
    return outcome.row


def test_a_message_that_is_sent_at_once_costs_a_unit_at_each_step(store: DynamoMessages) -> None:
    message = store.add(a_message(**TYPICAL), watched=True)
    claim = life.claim(message, "0123456789abcdef", ACCOUNT, f"{message.id}@marketing.example.com", LATER, None)

    claimed = changed(store, message, claim)
    sent = changed(store, claimed, life.sent(claimed, claimed.claim or "", Progress({TO: RecipientStatus.SENT}, TRY)))

    assert sent.status is Status.SENT
    assert sent.attempts == (TRY,)


def test_so_does_one_that_names_its_account_and_has_to_wait_once(store: DynamoMessages) -> None:
    message = store.add(a_message(**TYPICAL, account_id=ACCOUNT))
    wait = Wait(Reason.PACE, "newsletter@marketing.example.com sends one mail every 2.5 s", LATER, LATER, ACCOUNT)

    waiting = changed(store, message, life.deferred(message, wait))
    claim = life.claim(waiting, "0123456789abcdef", ACCOUNT, f"{message.id}@marketing.example.com", LATER, None)
    claimed = changed(store, waiting, claim)
    changed(store, claimed, life.sent(claimed, claimed.claim or "", Progress({TO: RecipientStatus.SENT}, TRY)))


def test_so_does_one_that_names_its_pool_and_how_to_choose(store: DynamoMessages) -> None:
    message = store.add(a_message(**TYPICAL, pool_id=SEED.id("pool"), strategy=Strategy.ROUND_ROBIN), watched=True)

    claim = life.claim(message, "0123456789abcdef", ACCOUNT, f"{message.id}@marketing.example.com", LATER, None)
    claimed = changed(store, message, claim)
    changed(store, claimed, life.sent(claimed, claimed.claim or "", Progress({TO: RecipientStatus.SENT}, TRY)))


def test_so_does_one_that_is_filled_in_from_a_template(store: DynamoMessages) -> None:
    template = Reference("order-shipped", SEED.id("tpl"), 12)
    message = store.add(a_message(**TYPICAL, template=template), watched=True)

    claim = life.claim(message, "0123456789abcdef", ACCOUNT, f"{message.id}@marketing.example.com", LATER, "Another")
    claimed = changed(store, message, claim)
    changed(store, claimed, life.sent(claimed, claimed.claim or "", Progress({TO: RecipientStatus.SENT}, TRY)))


def test_a_watch_and_a_pointer_cost_a_unit(store: DynamoMessages) -> None:
    messages = [a_message(**TYPICAL | {"id": SEED.id("msg", number)}) for number in range(25)]
    ids = tuple(message.id for message in messages)

    store.point_to(messages[:1])
    store.watch(Watch(TENANT, Priority.NORMAL, ids, to_milliseconds(LATER)))

    assert len(stored_sizes()) == 2
    assert max(stored_sizes()) <= UNIT


def test_an_account_that_sends_from_morning_to_midnight_costs_a_unit_at_each_step() -> None:
    hours = {482_088 - back: 27 for back in range(18)}
    counter = Counter(
        day="2030-01-31",
        day_used=480,
        hour=482_088,
        hours=hours,
        rolling_used=480,
        next_send_ms=to_milliseconds(NOON),
        tallies={"2030-01-31": {"sent": 470, "failed": 12, "busy": 25}},
        recent={482_087: {"sent": 27, "busy": 2}, 482_088: {"sent": 27, "recipient": 1, "busy": 2}},
        reservations={"0123456789ab": Reservation(50, "2030-01-31", 482_088, 0, to_milliseconds(NOON))},
    )
    account = an_account(
        tenant_id=TENANT,
        id=ACCOUNT,
        email="newsletter@marketing.example.com",
        smtp_username="newsletter@marketing.example.com",
        smtp_host="smtp.gmail.com",
        connection_type=ConnectionType.GMAIL,
        quota_unit=QuotaUnit.RECIPIENTS,
        quota_window=QuotaWindow.ROLLING_24H,
        secret_version="0b6ce1b4-5c0d-4d3c-9d3e-2c86cf0f0f86",
        sessions=Sessions({"a1b2c3d4": to_milliseconds(LATER)}, {"2030-01-31": 4}),
        last_success=NOON,
        counter=counter,
    )

    with tables("accounts"):
        name_table(ACCOUNT_ROWS, "accounts")
        DynamoAccounts(timedelta(days=90)).add(account)
        [size] = stored_sizes("accounts")

    assert size <= UNIT, size
