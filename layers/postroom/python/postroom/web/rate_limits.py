"""How a caller stands, in the header fields that the HTTPAPI working group gives it.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/10/

``q`` requests in any ``w`` seconds; ``r`` are left, and in ``t`` seconds there will be more.
"""

from collections.abc import Callable

from postroom.errors import RateLimited
from postroom.tenancy.model import Caller
from postroom.tenancy.rates.model import Standing

Admit = Callable[[Caller], Standing | None]
"""Counts a request of this caller. None when it could not be counted."""

WINDOW_SECONDS = 60


def everybody(_: Caller) -> None:
    """Where nothing is counted."""


def rate_limit_headers(standing: Standing) -> dict[str, str]:
    policies = {"key": standing.key, "tenant": standing.tenant}
    return {
        "RateLimit-Policy": ", ".join(
            f'"{name}";q={one.per_minute};w={WINDOW_SECONDS}' for name, one in policies.items()
        ),
        "RateLimit": ", ".join(f'"{name}";r={one.left};t={one.more_in_seconds}' for name, one in policies.items()),
    }


def refusal(standing: Standing) -> RateLimited:
    of_key = not standing.key.left
    who, limit = ("This key", standing.key) if of_key else ("The tenant of this key", standing.tenant)
    return RateLimited(
        f"{who} may make {limit.per_minute} requests in a minute, and has made them.",
        retry_after_seconds=standing.retry_after_seconds,
    )
