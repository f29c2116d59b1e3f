"""The size of an account's row, by which each of its writes is billed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from postroom.accounts import keys
from postroom.accounts.model import Account, ConnectionType, Counter, Lesson, QuotaUnit, Reservation, Sessions
from postroom.accounts.record import account_of, record_of
from postroom.accounts.windows import new_counter
from postroom.clock import to_milliseconds
from postroom.ids import new_id
from tests.builders import an_account
from tests.fakes.time import NOON

ONE_WRITE_UNIT = 1024
NOW = NOON + timedelta(milliseconds=123)


def size(value: Any) -> int:  # noqa: ANN401 - whatever an item holds
    """Bytes, as docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html counts them."""
    if isinstance(value, bool):
        return 1
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, int):
        return (len(str(value).strip("0")) + 1) // 2 + 1
    return 3 + sum(size(name) + size(part) + 1 for name, part in value.items())


def a_busy_account(hours: int) -> Account:
    """One that has sent in each of the last ``hours``, with one batch on its way and two sessions."""
    start = new_counter(NOW, "Europe/Berlin")
    now_ms = to_milliseconds(NOW)
    return an_account(
        tenant_id=new_id("ten", NOW),
        id=new_id("acc", NOW),
        created_at=NOW,
        revision=3,
        proven=3,
        email="newsletter@customer-company.com",
        sender_name="Customer Company",
        connection_type=ConnectionType.GMAIL,
        timezone="Europe/Berlin",
        daily_limit=2000,
        smtp_host="smtp.gmail.com",
        smtp_username="newsletter@customer-company.com",
        secret_version="0d5a6e2b-7c5e-4a57-9f32-0a1b2c3d4e5f",
        counter=Counter(
            day=start.day,
            day_used=1234,
            hour=start.hour,
            hours={start.hour - back: 77 for back in range(hours)},
            rolling_used=1234,
            next_send_ms=now_ms,
            booked_ms=now_ms,
            turns=123_456,
            reservations={"a1b2c3d4e5f6": Reservation(20, start.day, start.hour, 0, now_ms)},
        ),
        sessions=Sessions({"a1b2c3d4": now_ms, "b2c3d4e5": now_ms}, {start.day: 99}, "b2c3d4e5"),
    )


def size_of_row(account: Account) -> int:
    partition, sort_key = keys.account_key(account.tenant_id, account.id)
    index = {"rollover_shard": "3", "rolls_at": to_milliseconds(NOW)}
    row = record_of(account) | index | {"pk": partition, "sk": sort_key}
    return sum(size(name) + size(value) for name, value in row.items())


def test_an_account_that_sends_all_day_is_billed_as_one_write_unit() -> None:
    assert size_of_row(a_busy_account(hours=26)) <= ONE_WRITE_UNIT


def test_an_account_is_read_from_its_record_as_it_was() -> None:
    config = replace(a_busy_account(hours=3).config, quota_unit=QuotaUnit.RECIPIENTS, high_priority_share=15)
    learned = replace(a_busy_account(hours=3), learned_daily=Lesson(120, NOW), learned_spacing=Lesson(4000, NOW))
    account = replace(learned, config=config, counter=replace(learned.counter, urgent_ms=to_milliseconds(NOW)))

    assert account_of(account.tenant_id, account.id, record_of(account)) == account
