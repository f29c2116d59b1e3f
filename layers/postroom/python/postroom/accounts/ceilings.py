"""What a provider allows an account, whatever its owner sets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from postroom.accounts.model import AccountConfig
from postroom.accounts.presets import Preset
from postroom.accounts.providers import PRESETS, preset_for

NO_BOUND = 2**31
"""The provider has not said, or it differs from account to account."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """``daily`` in the account's unit; ``recipients`` of one mail; ``spacing_ms`` between two mails at least."""

    daily: int = NO_BOUND
    recipients: int = NO_BOUND
    connections: int = NO_BOUND
    spacing_ms: int = 0


def ceiling_of(config: AccountConfig) -> Ceiling:
    """A daily limit of recipients binds who counts messages as well: each has one at least."""
    return _CEILINGS[preset_for(config.connection_type, config.email).id]


def _ceiling(preset: Preset) -> Ceiling:
    return Ceiling(
        daily=(preset.daily and preset.daily.count) or NO_BOUND,
        recipients=preset.recipients.value if preset.recipients else NO_BOUND,
        connections=preset.connections.value if preset.connections else NO_BOUND,
        spacing_ms=ceil(preset.pace.spacing / timedelta(milliseconds=1)) if preset.pace else 0,
    )


_CEILINGS: Mapping[str, Ceiling] = {preset.id: _ceiling(preset) for preset in PRESETS}
