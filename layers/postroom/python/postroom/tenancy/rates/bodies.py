"""The JSON of limits."""

from typing import Annotated

from pydantic import Field

from postroom.tenancy.rates.model import Allowance, Standing
from postroom.web.body import RequestBody, ResponseBody

MOST_PER_MINUTE = 1_000_000

PerMinute = Annotated[int, Field(ge=1, le=MOST_PER_MINUTE)]


class LimitsBody(RequestBody):
    requests_per_minute: Annotated[PerMinute | None, Field(description="Null for the usual number.")]


class RequestLimitsAnswer(ResponseBody):
    requests_per_minute: int


class AllowanceAnswer(ResponseBody):
    requests_per_minute: int
    left: int
    more_in_seconds: int

    @classmethod
    def of(cls, one: Allowance) -> "AllowanceAnswer":
        return cls(requests_per_minute=one.per_minute, left=one.left, more_in_seconds=one.more_in_seconds)


class StandingAnswer(ResponseBody):
    """What the key and its tenant may do, and what is left of that."""

    key: AllowanceAnswer
    tenant: AllowanceAnswer

    @classmethod
    def of(cls, standing: Standing) -> "StandingAnswer":
        return cls(key=AllowanceAnswer.of(standing.key), tenant=AllowanceAnswer.of(standing.tenant))
