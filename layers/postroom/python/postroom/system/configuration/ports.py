"""What the checks need from the outside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from postroom.templates.own.model import Template

HoldsSecret = Callable[[str, str, str], bool]
"""Whether this version of an account's secret is there. Raises Unavailable."""

LintLive = Callable[[str, Template], Sequence[str]]
"""What breaks in mails made from what is live of a tenant's template. Raises Unavailable."""


@dataclass(frozen=True, slots=True)
class Listeners:
    """Of alarms: those who have confirmed that they want them, and those who have not yet."""

    confirmed: int
    pending: int


class Facts(Protocol):
    """What AWS says of this deployment. Each raises Unavailable."""

    def lets_rows_go(self, table: str) -> bool:
        """Whether DynamoDB deletes the rows whose time is over."""

    def bucket_answers(self, bucket: str) -> bool: ...

    def may_run(self, worker: str) -> timedelta:
        """How long a function may, by its name behind the stack's."""

    def listeners(self) -> Listeners: ...

    def has_secret(self, name: str) -> bool: ...

    def skew(self) -> timedelta:
        """How far our clock is ahead of AWS's."""

    def is_on_aws(self) -> bool: ...
