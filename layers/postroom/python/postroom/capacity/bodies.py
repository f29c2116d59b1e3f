"""The JSON of capacity and explanations."""

from datetime import datetime
from typing import Annotated

from pydantic import AliasChoices, Field

from postroom.accounts.model import AccountStatus
from postroom.capacity.explain import Explanation, Position
from postroom.capacity.standing import Standing
from postroom.capacity.tell import AccountCapacity, Blocked, Capacity
from postroom.messages.model import Priority, Reason, Status
from postroom.web.body import ResponseBody

# A field cannot be called ``from`` in Python.
From = Annotated[datetime | None, Field(validation_alias=AliasChoices("since", "from"), serialization_alias="from")]

MOST_ACCOUNTS = 100
_MOST_CANDIDATES = 20


class AccountCapacityAnswer(ResponseBody):
    """``because``: why it can or cannot send now; ``from``: when it can, null when somebody has to act first."""

    account_id: str
    email: str
    status: AccountStatus
    can_send: bool
    because: str
    since: From
    now: int
    next_hour: int
    today: int
    today_ends_at: datetime
    kept_for_high: int

    @classmethod
    def of(cls, told: AccountCapacity) -> "AccountCapacityAnswer":
        return cls(
            account_id=told.account.id,
            email=told.account.config.email,
            status=told.account.config.status,
            can_send=told.standing.can_send,
            because=told.standing.because,
            since=told.standing.since,
            now=told.now,
            next_hour=told.next_hour,
            today=told.today,
            today_ends_at=told.today_ends_at,
            kept_for_high=told.kept_for_high,
        )


class NextHourAnswer(ResponseBody):
    """``of_waiting``: how many of those that wait will have gone by then."""

    until: datetime
    can_send: int
    of_waiting: int


class TodayAnswer(ResponseBody):
    """Each account's day ends by its own time zone."""

    first_ends_at: datetime | None
    last_ends_at: datetime | None
    can_send: int


class ByPriority(ResponseBody):
    high: int
    normal: int
    low: int


class BlockedAnswer(ResponseBody):
    count: int
    because: str

    @classmethod
    def of(cls, blocked: Blocked) -> "BlockedAnswer":
        return cls(count=blocked.count, because=blocked.because)


class WaitingAnswer(ResponseBody):
    """``at_least``: more wait than were counted, and all goes later than said. ``estimated``: a sample was read.

    ``queued_at_most``: what all queues hold, of all tenants. ``drained_at`` is null when something is ``blocked``,
    or when none was found and not all was looked at; ``others_gone_at`` is when the rest will have gone.
    """

    count: int
    at_least: bool
    estimated: bool
    queued: int
    queued_at_most: int | None
    deferred: int
    by_priority: ByPriority
    drained_at: datetime | None
    others_gone_at: datetime | None
    blocked: list[BlockedAnswer]

    @classmethod
    def of(cls, capacity: Capacity) -> "WaitingAnswer":
        census = capacity.census
        return cls(
            count=capacity.waiting(),
            at_least=census.at_least,
            estimated=census.sampled,
            queued=capacity.waiting(Status.QUEUED),
            queued_at_most=census.queued_at_most if census.at_least else None,
            deferred=capacity.waiting(Status.DEFERRED),
            by_priority=ByPriority(**{str(one): capacity.waiting(priority=one) for one in Priority}),
            drained_at=capacity.drained_at,
            others_gone_at=capacity.gone_at,
            blocked=[BlockedAnswer.of(one) for one in capacity.blocked],
        )


class ScheduledAnswer(ResponseBody):
    count: int
    at_least: bool


class CapacityAnswer(ResponseBody):
    """``now``: how many mails of normal priority can be sent without waiting."""

    at: datetime
    now: int
    next_hour: NextHourAnswer
    today: TodayAnswer
    waiting: WaitingAnswer
    scheduled: ScheduledAnswer
    accounts: list[AccountCapacityAnswer]
    accounts_in_all: int

    @classmethod
    def of(cls, capacity: Capacity) -> "CapacityAnswer":
        accounts, census = capacity.accounts, capacity.census
        ends = [account.today_ends_at for account in accounts]
        return cls(
            at=capacity.at,
            now=sum(account.now for account in accounts),
            next_hour=NextHourAnswer(
                until=capacity.hour_ends_at,
                can_send=sum(account.next_hour for account in accounts),
                of_waiting=capacity.will_go_in_an_hour,
            ),
            today=TodayAnswer(
                first_ends_at=min(ends, default=None),
                last_ends_at=max(ends, default=None),
                can_send=sum(account.today for account in accounts),
            ),
            waiting=WaitingAnswer.of(capacity),
            scheduled=ScheduledAnswer(count=census.scheduled, at_least=census.scheduled_at_least),
            accounts=[AccountCapacityAnswer.of(account) for account in accounts[:MOST_ACCOUNTS]],
            accounts_in_all=len(accounts),
        )


class CandidateAnswer(ResponseBody):
    account_id: str
    email: str
    can_send: bool
    because: str
    since: From

    @classmethod
    def of(cls, standing: Standing) -> "CandidateAnswer":
        return cls(
            account_id=standing.account.id,
            email=standing.account.config.email,
            can_send=standing.can_send,
            because=standing.because,
            since=standing.since,
        )


class PositionAnswer(ResponseBody):
    ahead: int
    at_least: bool
    estimated: bool

    @classmethod
    def of(cls, position: Position) -> "PositionAnswer":
        return cls(ahead=position.ahead, at_least=position.at_least, estimated=position.estimated)


class ExplanationAnswer(ResponseBody):
    """``reason`` is as it was when the message was put off; ``summary`` and ``candidates`` are as things stand now."""

    message_id: str
    status: Status
    waits: bool
    reason: Reason | None
    until: datetime | None
    summary: str
    candidates: list[CandidateAnswer]
    candidates_in_all: int
    position: PositionAnswer | None
    expected_at: datetime | None
    expires_at: datetime

    @classmethod
    def of(cls, told: Explanation) -> "ExplanationAnswer":
        return cls(
            message_id=told.message.id,
            status=told.message.status,
            waits=told.waits,
            reason=told.message.reason,
            until=told.until,
            summary=told.summary,
            candidates=[CandidateAnswer.of(one) for one in told.candidates[:_MOST_CANDIDATES]],
            candidates_in_all=len(told.candidates),
            position=PositionAnswer.of(told.position) if told.position else None,
            expected_at=told.expected_at,
            expires_at=told.message.expires_at,
        )
