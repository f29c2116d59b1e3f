"""What a provider allows an account, whatever its owner sets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from postroom.accounts.model import AccountConfig, QuotaUnit, QuotaWindow
from postroom.accounts.presets import Preset
from postroom.accounts.providers import PRESETS, provider_of

NO_BOUND = 2**31
"""The provider has not said, or it differs from account to account."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """``daily`` as ``unit`` and ``window`` count; ``recipients`` of one mail; ``spacing_ms`` between two at least."""

    daily: int = NO_BOUND
    unit: QuotaUnit = QuotaUnit.MESSAGES
    window: QuotaWindow = QuotaWindow.CALENDAR_DAY
    recipients: int = NO_BOUND
    connections: int = NO_BOUND
    spacing_ms: int = 0


def ceiling_of(config: AccountConfig) -> Ceiling:
    return _CEILINGS[provider_of(config).id]


def unit_of(config: AccountConfig) -> QuotaUnit:
    """What is counted: recipients, unless both its owner and its provider count messages."""
    units = {config.quota_unit, ceiling_of(config).unit}
    return QuotaUnit.RECIPIENTS if QuotaUnit.RECIPIENTS in units else QuotaUnit.MESSAGES


def window_of(config: AccountConfig) -> QuotaWindow:
    """The rolling one, unless both count calendar days: who keeps to it keeps to the other as well."""
    windows = {config.quota_window, ceiling_of(config).window}
    return QuotaWindow.ROLLING_24H if QuotaWindow.ROLLING_24H in windows else QuotaWindow.CALENDAR_DAY


def _ceiling(preset: Preset) -> Ceiling:
    return Ceiling(
        daily=(preset.daily and preset.daily.count) or NO_BOUND,
        unit=preset.daily.counted if preset.daily else QuotaUnit.MESSAGES,
        window=preset.daily.window if preset.daily else QuotaWindow.CALENDAR_DAY,
        recipients=preset.recipients.value if preset.recipients else NO_BOUND,
        connections=preset.connections.value if preset.connections else NO_BOUND,
        spacing_ms=ceil(preset.pace.spacing / timedelta(milliseconds=1)) if preset.pace else 0,
    )


_CEILINGS: Mapping[str, Ceiling] = {preset.id: _ceiling(preset) for preset in PRESETS}
