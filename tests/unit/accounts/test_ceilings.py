import pytest

from postroom.accounts.ceilings import ceiling_of
from postroom.accounts.limits import limits_at
from postroom.accounts.model import ConnectionType
from postroom.accounts.presets import Preset
from postroom.accounts.providers import PRESETS
from tests.builders import a_config, an_account
from tests.fakes.time import NOON


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_no_account_goes_beyond_what_its_provider_has_said(preset: Preset) -> None:
    email = {"gmail": "a@gmail.com", "outlook": "a@msn.com", "zoho": "a@zoho.com"}.get(preset.id, "a@example.com")
    account = an_account(
        connection_type=preset.connection_type,
        email=email,
        daily_limit=1_000_000,
        min_wait_time=0,
        max_connections=100,
    )

    limits = limits_at(account, NOON)

    if preset.daily and preset.daily.count:
        assert limits.daily == preset.daily.count
    if preset.pace:
        assert limits.spacing_ms * preset.pace.count >= preset.pace.per.total_seconds() * 1000
    if preset.recipients:
        assert limits.recipients == preset.recipients.value
    if preset.connections:
        assert limits.connections == preset.connections.value


def test_of_another_server_nothing_is_known() -> None:
    limits = limits_at(an_account(daily_limit=1_000_000, min_wait_time=0, max_connections=100), NOON)

    assert (limits.daily, limits.spacing_ms, limits.connections) == (1_000_000, 0, 100)
    assert limits.recipients > 1_000_000


def test_the_address_decides_which_ceiling_holds() -> None:
    private = ceiling_of(a_config(connection_type=ConnectionType.GMAIL, email="ann@GMail.com"))
    organisations = ceiling_of(a_config(connection_type=ConnectionType.GMAIL, email="ann@example.com"))

    assert (private.daily, organisations.daily) == (500, 2_000)
