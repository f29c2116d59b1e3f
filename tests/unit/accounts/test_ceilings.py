from dataclasses import replace
from datetime import timedelta

import pytest

from postroom.accounts.answers import AccountAnswer
from postroom.accounts.ceilings import ceiling_of
from postroom.accounts.limits import Demand, limits_at
from postroom.accounts.model import Account, ConnectionType, QuotaUnit, QuotaWindow
from postroom.accounts.presets import REGION, Preset
from postroom.accounts.providers import PRESETS
from postroom.accounts.reserve import Granted, Reserve
from tests.builders import a_config, an_account
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.time import NOON, FakeClock

EMAILS = {"gmail": "a@gmail.com", "outlook": "a@msn.com", "zoho": "a@zoho.com"}
COUNTED = [preset for preset in PRESETS if preset.daily]


def as_before_the_presets(preset: Preset, **changes: object) -> Account:
    """It counts messages by calendar days, as accounts did that were made without their provider's figures."""
    email = EMAILS.get(preset.id, "a@example.com")
    loose = {"quota_unit": QuotaUnit.MESSAGES, "quota_window": QuotaWindow.CALENDAR_DAY, "min_wait_time": 0}
    return an_account(**{"connection_type": preset.connection_type, "email": email} | loose | changes)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_no_account_goes_beyond_what_its_provider_has_said(preset: Preset) -> None:
    account = as_before_the_presets(preset, daily_limit=1_000_000, max_connections=100)

    limits = limits_at(account, NOON)

    if preset.daily and preset.daily.count:
        assert limits.daily == preset.daily.count
    if preset.pace:
        assert limits.spacing_ms * preset.pace.count >= preset.pace.per.total_seconds() * 1000
    if preset.recipients:
        assert limits.recipients == preset.recipients.value
    if preset.connections:
        assert limits.connections == preset.connections.value


@pytest.mark.parametrize("preset", COUNTED, ids=lambda preset: preset.id)
def test_who_names_no_provider_but_its_server_is_held_to_the_same(preset: Preset) -> None:
    named = as_before_the_presets(preset, smtp_host=preset.hosts[0].replace(REGION, "eu-west-1"))

    unnamed = ceiling_of(replace(named.config, connection_type=ConnectionType.SMTP))

    assert unnamed == ceiling_of(named.config)


def test_of_another_server_nothing_is_known() -> None:
    limits = limits_at(an_account(daily_limit=1_000_000, min_wait_time=0, max_connections=100), NOON)

    assert (limits.daily, limits.spacing_ms, limits.connections) == (1_000_000, 0, 100)
    assert limits.recipients > 1_000_000


@pytest.mark.parametrize("kind", [ConnectionType.GMAIL, ConnectionType.SMTP])
def test_the_mailbox_that_logs_in_decides_and_not_the_address_it_sends_as(kind: ConnectionType) -> None:
    config = a_config(connection_type=kind, smtp_host="smtp.gmail.com", email="ann@example.com")

    assert ceiling_of(replace(config, smtp_username="ann@gmail.com")).daily == 500
    assert ceiling_of(replace(config, smtp_username="ann")).daily == 2_000


def test_the_address_decides_which_ceiling_holds() -> None:
    private = ceiling_of(a_config(connection_type=ConnectionType.GMAIL, email="ann@GMail.com"))
    organisations = ceiling_of(a_config(connection_type=ConnectionType.GMAIL, email="ann@example.com"))

    assert (private.daily, organisations.daily) == (500, 2_000)


@pytest.mark.parametrize("preset", COUNTED, ids=lambda preset: preset.id)
def test_in_no_24_hours_does_an_account_send_more_than_its_provider_counts(preset: Preset) -> None:
    assert preset.daily is not None
    allowed = preset.daily.count or 200
    store, clock = MemoryAccounts(), FakeClock()
    account = store.add(as_before_the_presets(preset, daily_limit=allowed))
    sent = 0

    for hours in (11, 13, 23):  # Midnight lies between the first two.
        clock.now = NOON + timedelta(hours=hours)
        granted = Reserve(store, clock)(account, [Demand(recipients=50)] * 600, timedelta(days=1))
        sent += (
            granted.count * (50 if preset.daily.counted is QuotaUnit.RECIPIENTS else 1)
            if isinstance(granted, Granted)
            else 0
        )

    assert 0 < sent <= allowed


@pytest.mark.parametrize("preset", COUNTED, ids=lambda preset: preset.id)
def test_an_owner_sees_how_it_is_counted(preset: Preset) -> None:
    assert preset.daily is not None

    answer = AccountAnswer.of(as_before_the_presets(preset), NOON)

    assert (answer.quota_unit, answer.quota_window) == (preset.daily.counted, preset.daily.window)


def test_who_counts_more_strictly_than_the_provider_is_counted_so() -> None:
    strict = an_account(connection_type=ConnectionType.ZOHO, quota_unit=QuotaUnit.RECIPIENTS)

    assert limits_at(strict, NOON).unit is QuotaUnit.RECIPIENTS
