"""The JSON of the status."""

from collections.abc import Mapping
from datetime import datetime

from postroom.accounts.model import AccountStatus
from postroom.capacity.tell import Capacity
from postroom.messages.ports import Arrived
from postroom.system.model import SCHEDULES, Run, Schedule
from postroom.system.status.installation import Installation
from postroom.system.status.model import Counted, DeadLetters, Problem, QueueState, Versions
from postroom.system.status.problems import is_late
from postroom.system.status.rates import HOUR, Rates
from postroom.system.status.tell import Status
from postroom.system.status.tenant import AccountsState
from postroom.web.body import ResponseBody


class ProblemAnswer(ResponseBody):
    code: str
    what: str
    since: datetime | None
    what_to_do: str
    link: str

    @classmethod
    def of(cls, problem: Problem) -> "ProblemAnswer":
        link = f"docs/{problem.guide}"
        return cls(code=problem.code, what=problem.what, since=problem.since, what_to_do=problem.remedy, link=link)


class QueueAnswer(ResponseBody):
    """Of all tenants. What could not be asked is null; ``oldest_because`` says why the age of the oldest is."""

    name: str
    visible: int | None
    in_flight: int | None
    delayed: int | None
    oldest_seconds: float | None
    oldest_because: str | None
    too_old_seconds: float

    @classmethod
    def of(cls, state: QueueState) -> "QueueAnswer":
        gauge, age = state.gauge.value, state.age
        return cls(
            name=state.queue.name,
            visible=gauge.visible if gauge else None,
            in_flight=gauge.in_flight if gauge else None,
            delayed=gauge.delayed if gauge else None,
            oldest_seconds=age.oldest.total_seconds() if age.oldest is not None else None,
            oldest_because=age.because or None,
            too_old_seconds=state.queue.too_old.total_seconds(),
        )


class DeadLettersAnswer(ResponseBody):
    """``queues`` are those whose messages are put aside there."""

    queues: list[str]
    depth: int | None

    @classmethod
    def of(cls, letters: DeadLetters) -> "DeadLettersAnswer":
        return cls(queues=list(letters.names), depth=letters.depth.value)


class ScheduleAnswer(ResponseBody):
    """``did`` counts what its last run did, ``fault`` is the kind of what ended that. ``late``: one is missing."""

    name: str
    every_seconds: float
    began_at: datetime | None
    ended_at: datetime | None
    did: dict[str, int]
    fault: str | None
    succeeded_at: datetime | None
    late: bool

    @classmethod
    def of(cls, schedule: Schedule, last: Run | None, installation: Installation) -> "ScheduleAnswer":
        return cls(
            name=schedule.name,
            every_seconds=schedule.every.total_seconds(),
            began_at=last.began_at if last else None,
            ended_at=last.ended_at if last else None,
            did=dict(last.did) if last else {},
            fault=last.fault if last else None,
            succeeded_at=last.succeeded_at if last else None,
            late=is_late(schedule, last, installation),
        )


class VersionsAnswer(ResponseBody):
    """``deployed_at``: when the api function's code or settings were last changed."""

    postroom: str
    python: str
    libraries: dict[str, str]
    stage: str
    deployed_at: datetime | None

    @classmethod
    def of(cls, versions: Versions, deployed_at: datetime | None) -> "VersionsAnswer":
        return cls(
            postroom=versions.postroom,
            python=versions.python,
            libraries=dict(versions.libraries),
            stage=versions.stage,
            deployed_at=deployed_at,
        )


class AccountsAnswer(ResponseBody):
    """``resting`` and ``exhausted`` are of the active ones; the times say when the first of them can send again.

    ``open_circuits``: those that rest or were stopped.
    """

    total: int
    by_status: dict[AccountStatus, int]
    resting: int
    rest_until: datetime | None
    open_circuits: int
    exhausted: int
    exhausted_until: datetime | None
    all_exhausted_until: datetime | None

    @classmethod
    def of(cls, state: AccountsState) -> "AccountsAnswer":
        return cls(
            total=state.total,
            by_status={status: state.by_status.get(status, 0) for status in AccountStatus},
            resting=state.resting,
            rest_until=state.rest_until,
            open_circuits=state.open_circuits,
            exhausted=state.exhausted,
            exhausted_until=state.exhausted_until,
            all_exhausted_until=state.all_exhausted_until,
        )


class CapacityNow(ResponseBody):
    """In short what ``GET /v1/capacity`` tells. ``at_least``: more wait than were counted."""

    now: int
    next_hour: int
    today: int
    waiting: int
    at_least: bool
    blocked: int
    drained_at: datetime | None

    @classmethod
    def of(cls, capacity: Capacity) -> "CapacityNow":
        return cls(
            now=sum(one.now for one in capacity.accounts),
            next_hour=sum(one.next_hour for one in capacity.accounts),
            today=sum(one.today for one in capacity.accounts),
            waiting=capacity.waiting(),
            at_least=capacity.census.at_least,
            blocked=sum(one.count for one in capacity.blocked),
            drained_at=capacity.drained_at,
        )


class ArrivalsAnswer(ResponseBody):
    """``at_least``: too many to count them all. Those of a job count when it was asked for."""

    count: int
    at_least: bool

    @classmethod
    def of(cls, arrived: Arrived) -> "ArrivalsAnswer":
        return cls(count=arrived.count, at_least=not arrived.complete)


class TriesAnswer(ResponseBody):
    """Tries, not messages: one that is put off twice and sent then is three. By the class of the server's reply.

    ``estimated``: tries are counted by the hour of the clock, and of the one before a share was taken.
    """

    sent: int
    failed: dict[str, int]
    deferred: dict[str, int]
    uncertain: int
    estimated: bool

    @classmethod
    def of(cls, rates: Rates) -> "TriesAnswer":
        return cls(
            sent=rates.sent,
            failed=dict(rates.failed),
            deferred=dict(rates.deferred),
            uncertain=rates.uncertain,
            estimated=rates.estimated,
        )


class RatesAnswer(ResponseBody):
    since: datetime
    accepted: ArrivalsAnswer | None
    tries: TriesAnswer | None


class TenantsAnswer(ResponseBody):
    count: int
    at_least: bool

    @classmethod
    def of(cls, counted: Counted) -> "TenantsAnswer":
        return cls(count=counted.count, at_least=counted.at_least)


class StatusAnswer(ResponseBody):
    """``accounts``, ``capacity`` and ``rates`` are the tenant's own, ``tenants`` is for a key of the platform.

    ``unavailable`` names the parts that did not answer, which are null, and the kind of the fault.
    """

    at: datetime
    healthy: bool
    problems: list[ProblemAnswer]
    unavailable: dict[str, str]
    accounts: AccountsAnswer | None
    capacity: CapacityNow | None
    rates: RatesAnswer | None
    tenants: TenantsAnswer | None
    queues: list[QueueAnswer]
    dead_letters: list[DeadLettersAnswer]
    schedules: list[ScheduleAnswer] | None
    versions: VersionsAnswer

    @classmethod
    def of(cls, status: Status) -> "StatusAnswer":
        state, installation = status.state, status.state.installation
        accounts = state.tenant.accounts.value if state.tenant else None
        capacity = state.tenant.capacity.value if state.tenant else None
        tenants = state.tenants.value if state.tenants else None
        return cls(
            at=installation.at,
            healthy=not status.problems,
            problems=[ProblemAnswer.of(problem) for problem in status.problems],
            unavailable=dict(status.unavailable),
            accounts=AccountsAnswer.of(accounts) if accounts else None,
            capacity=CapacityNow.of(capacity) if capacity else None,
            rates=_rates(status),
            tenants=TenantsAnswer.of(tenants) if tenants else None,
            queues=[QueueAnswer.of(queue) for queue in installation.queues],
            dead_letters=[DeadLettersAnswer.of(letters) for letters in installation.dead_letters],
            schedules=_schedules(installation, installation.runs.value),
            versions=VersionsAnswer.of(installation.versions, installation.deployed_at.value),
        )


def _rates(status: Status) -> RatesAnswer | None:
    tenant = status.state.tenant
    if tenant is None:
        return None
    accepted, tries = tenant.accepted.value, tenant.rates.value
    return RatesAnswer(
        since=status.state.installation.at - HOUR,
        accepted=ArrivalsAnswer.of(accepted) if accepted else None,
        tries=TriesAnswer.of(tries) if tries else None,
    )


def _schedules(installation: Installation, runs: Mapping[str, Run] | None) -> list[ScheduleAnswer] | None:
    if runs is None:
        return None
    return [ScheduleAnswer.of(schedule, runs.get(schedule.name), installation) for schedule in SCHEDULES]
