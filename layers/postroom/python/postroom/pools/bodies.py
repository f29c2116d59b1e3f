"""The JSON of pools."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from postroom.pools.manage import PoolRequest
from postroom.pools.model import Pool, Strategy, comparable
from postroom.web.body import RequestBody, ResponseBody
from postroom.web.fields import NOT_BLANK_HEADER_PATTERN, AsText, HeaderText, described

MOST_ACCOUNTS = 1000
"""Of one pool: its row is read for each batch that names it."""


def _trimmed(text: str) -> str:
    if text != text.strip() or not text:
        raise PydanticCustomError("trimmed", "must not be empty, nor begin or end with a space")
    if not comparable(text):
        raise PydanticCustomError("unseen", "must have letters that can be seen")
    return text


_TOLD_NAME = described(minLength=1, pattern=NOT_BLANK_HEADER_PATTERN)

PoolName = Annotated[HeaderText, Field(max_length=100), AfterValidator(_trimmed), _TOLD_NAME]
AccountId = Annotated[HeaderText, Field(min_length=1, max_length=64)]
AccountIds = Annotated[list[AccountId], Field(min_length=1, max_length=MOST_ACCOUNTS)]
ChosenStrategy = Annotated[Strategy, AsText]


class PoolBody(RequestBody):
    name: PoolName
    account_ids: AccountIds
    strategy: ChosenStrategy | None = None

    def wanted(self) -> PoolRequest:
        return PoolRequest(self.name, tuple(self.account_ids), self.strategy)


class PoolChangeBody(RequestBody):
    """What is left out stays as it is; ``strategy`` null is the tenant's. With ``revision``, only as it was seen."""

    name: PoolName | None = None
    account_ids: AccountIds | None = None
    strategy: ChosenStrategy | None = None
    revision: int | None = None

    id: Any = None
    created_at: Any = None
    updated_at: Any = None

    def wanted(self, seen: Pool) -> PoolRequest:
        return PoolRequest(
            name=seen.name if self.name is None else self.name,
            account_ids=seen.account_ids if self.account_ids is None else tuple(self.account_ids),
            strategy=self.given_or("strategy", seen.strategy),
        )


class PoolAnswer(ResponseBody):
    id: str
    name: str
    account_ids: list[str]
    strategy: Strategy | None
    revision: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, pool: Pool) -> "PoolAnswer":
        return cls(
            id=pool.id,
            name=pool.name,
            account_ids=list(pool.account_ids),
            strategy=pool.strategy,
            revision=pool.revision,
            created_at=pool.created_at,
            updated_at=pool.updated_at,
        )


class SettingsBody(RequestBody):
    strategy: ChosenStrategy


class SettingsAnswer(ResponseBody):
    strategy: Strategy
