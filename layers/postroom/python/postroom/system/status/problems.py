"""What is not well, and what to do about it: a table of rules, each of which looks at one thing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from postroom.accounts.model import AccountStatus
from postroom.capacity.tell import Capacity
from postroom.system.asked import Asked
from postroom.system.model import SCHEDULES, Guide, Run, Schedule
from postroom.system.status.installation import OVERDUE_AFTER, Installation
from postroom.system.status.model import Counted, Problem
from postroom.system.status.tenant import TenantState

FAILURES_ARE_MANY = 0.05
"""As the alarm has it. Providers suspend mailboxes for such a list of addresses: it is old or bought."""

_TOO_FEW_TO_JUDGE = 20
_TIME = "%Y-%m-%d %H:%M UTC"


@dataclass(frozen=True, slots=True)
class State:
    """All that is told to one key. ``tenant`` is None for the platform's, ``tenants`` for a tenant's."""

    installation: Installation
    tenant: TenantState | None = None
    tenants: Asked[Counted] | None = None


Rule = Callable[[State], Iterator[Problem]]


def unanswered(state: State) -> Iterator[Problem]:
    for part, fault in faults_of(state).items():
        yield Problem(
            "part_unavailable",
            f"{part} could not be asked ({fault})",
            "Ask again in a minute; if it stays so, look whether AWS reports trouble, and at the api function's logs",
            Guide.UNAVAILABLE,
        )


def dead_letters(state: State) -> Iterator[Problem]:
    for letters in state.installation.dead_letters:
        if letters.depth.value:
            yield Problem(
                "dead_letters",
                f"{letters.depth.value} put aside of {_and(letters.names)}: they could not be handled, time and again",
                "Find the cause in the logs, then put them back",
                letters.queues[0].if_dead,
            )


def old_messages(state: State) -> Iterator[Problem]:
    for one in state.installation.queues:
        if one.age.oldest is not None and one.age.oldest > one.queue.too_old:
            yield Problem(
                "queue_too_old",
                f"The oldest on the queue {one.queue.name} has waited for {_told(one.age.oldest)}, which is more than "
                f"{_told(one.queue.too_old)}",
                f"Look whether the {one.queue.worker} function runs, is throttled or fails",
                one.queue.if_old,
                state.installation.at - one.age.oldest,
            )


def late_schedules(state: State) -> Iterator[Problem]:
    runs = state.installation.runs.value
    for schedule in SCHEDULES if runs is not None else ():
        last = (runs or {}).get(schedule.name)
        if is_late(schedule, last, state.installation):
            since = last.ended_at if last else None
            yield Problem(
                "schedule_late",
                f"{schedule.name} {_last_ran(last)}; it runs every {_told(schedule.every)}",
                "Look whether its schedule is switched on and its function is killed or throttled",
                Guide.LATE,
                since,
            )


def overdue_work(state: State) -> Iterator[Problem]:
    for kind, overdue in state.installation.overdue.items():
        if overdue.value and overdue.value.count:
            count = f"{'at least ' if overdue.value.at_least else ''}{overdue.value.count}"
            yield Problem(
                "overdue",
                f"{count} of the {kind} were due more than {_told(OVERDUE_AFTER)} ago, and nobody has seen to them",
                "Look whether the digests function runs and what its log says; it sees to them every minute",
                Guide.LATE,
            )


def failing_schedules(state: State) -> Iterator[Problem]:
    for run in (state.installation.runs.value or {}).values():
        if run.fault is not None:
            yield Problem(
                "schedule_failing",
                f"The last run of {run.schedule} ended in a fault ({run.fault})",
                "Look at its function's logs; the next run tries again",
                Guide.FAILING,
                run.failing_since,
            )


def no_active_account(state: State) -> Iterator[Problem]:
    accounts = state.tenant.accounts.value if state.tenant else None
    if accounts is not None and not accounts.by_status.get(AccountStatus.ACTIVE):
        yield Problem(
            "no_active_account",
            "No account is active: nothing can be sent",
            "Add an account, or test, resume or authorize one",
            Guide.NOBODY,
        )


def stopped_accounts(state: State) -> Iterator[Problem]:
    accounts = state.tenant.accounts.value if state.tenant else None
    stopped = accounts.by_status.get(AccountStatus.ERROR, 0) if accounts else 0
    if accounts is not None and stopped:
        yield Problem(
            "accounts_stopped",
            f"{stopped} of {accounts.total} accounts were stopped: their servers refused the log-in",
            "Give each a new password or have its owner agree again; GET /v1/system/config-check names them",
            Guide.ACCOUNTS,
            accounts.stopped_since,
        )


def nobody_can_send_now(state: State) -> Iterator[Problem]:
    accounts = state.tenant.accounts.value if state.tenant else None
    active = accounts.by_status.get(AccountStatus.ACTIVE, 0) if accounts else 0
    if accounts is None or not active:
        return
    if accounts.exhausted == active:
        yield Problem(
            "all_accounts_exhausted",
            f"All active accounts have used their limit; the first has room again at {_at(accounts.exhausted_until)}",
            "What waits goes by itself then. For more, add accounts, or raise limits that are below the provider's",
            Guide.NOBODY,
        )
    elif accounts.resting == active:
        yield Problem(
            "all_accounts_rest",
            f"All active accounts rest after faults; the first tries again at {_at(accounts.rest_until)}",
            "Look at the last error of each: GET /v1/accounts/{id}/health",
            Guide.NOBODY,
        )


def blocked_messages(state: State) -> Iterator[Problem]:
    capacity: Capacity | None = state.tenant.capacity.value if state.tenant else None
    for blocked in capacity.blocked if capacity else ():
        yield Problem(
            "messages_blocked",
            f"{blocked.count} messages wait and nothing foretells when they go: {blocked.because}",
            "GET /v1/capacity says more; mend the account or the pool that they name, or cancel them",
            Guide.BLOCKED,
        )


def many_failures(state: State) -> Iterator[Problem]:
    rates = state.tenant.rates.value if state.tenant else None
    if rates is None or rates.sent + sum(rates.failed.values()) < _TOO_FEW_TO_JUDGE:
        return
    if rates.failure_rate > FAILURES_ARE_MANY:
        classes = ", ".join(f"{count} {name}" for name, count in sorted(rates.failed.items()))
        yield Problem(
            "many_failures",
            f"{rates.failure_rate:.0%} of the last hour's mails were refused for good ({classes})",
            "Stop the list that they come from and look at the replies: providers suspend mailboxes for this",
            Guide.FAILURES,
        )


RULES: tuple[Rule, ...] = (
    unanswered,
    dead_letters,
    old_messages,
    late_schedules,
    overdue_work,
    failing_schedules,
    no_active_account,
    stopped_accounts,
    nobody_can_send_now,
    blocked_messages,
    many_failures,
)


def problems_of(state: State) -> tuple[Problem, ...]:
    return tuple(problem for rule in RULES for problem in rule(state))


def faults_of(state: State) -> dict[str, str]:
    """The parts that did not answer, and the kinds of the faults. Why an age is not known is told beside it."""
    installation, tenant = state.installation, state.tenant
    parts = {f"queues.{one.queue.name}": one.gauge.fault for one in installation.queues}
    parts |= {f"dead_letters.{'+'.join(one.names)}": one.depth.fault for one in installation.dead_letters}
    parts |= {f"overdue.{kind}": one.fault for kind, one in installation.overdue.items()}
    parts |= {"schedules": installation.runs.fault, "versions.deployed_at": installation.deployed_at.fault}
    if tenant is not None:
        asked: dict[str, Asked[Any]] = {
            "accounts": tenant.accounts,
            "capacity": tenant.capacity,
            "rates": tenant.rates,
        }
        parts |= {name: part.fault for name, part in asked.items()} | {"rates.accepted": tenant.accepted.fault}
    if state.tenants is not None:
        parts |= {"tenants": state.tenants.fault}
    return {part: fault for part, fault in parts.items() if fault is not None}


def is_late(schedule: Schedule, last: Run | None, installation: Installation) -> bool:
    """One that never ran is late when it had the time to."""
    since = last.ended_at if last else installation.deployed_at.value
    return since is None or installation.at - since > schedule.late_after


def _last_ran(last: Run | None) -> str:
    return f"last ended at {_at(last.ended_at)}" if last else "has not run yet"


def _at(moment: datetime | None) -> str:
    return f"{moment:{_TIME}}" if moment else "an unknown time"


def _told(duration: timedelta) -> str:
    seconds = int(duration.total_seconds())
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {word}{'s' if count > 1 else ''}"
    return f"{seconds} seconds"


def _and(names: tuple[str, ...]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
