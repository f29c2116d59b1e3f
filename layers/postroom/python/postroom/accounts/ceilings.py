"""What a provider allows an account, whatever its owner sets."""

from dataclasses import dataclass

from postroom.accounts.model import AccountConfig

_NO_BOUND = 2**31


@dataclass(frozen=True, slots=True)
class Ceiling:
    """``daily`` in the account's unit; ``recipients`` of one mail; ``spacing_ms`` between two mails at least."""

    daily: int = _NO_BOUND
    recipients: int = _NO_BOUND
    connections: int = _NO_BOUND
    spacing_ms: int = 0


_NONE = Ceiling()


def ceiling_of(config: AccountConfig) -> Ceiling:  # noqa: ARG001 - no provider's figures are known yet
    return _NONE
