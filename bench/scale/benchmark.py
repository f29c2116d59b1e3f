"""Cost, conflicts and waiting as accounts, messages, senders and neighbours grow: seen while small, then simulated."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from bench.aims import at_most
from bench.cost import prices
from bench.cost.peer import mail_server
from bench.figures import Rival, Seen, seen
from bench.report import Report
from bench.scale.choosing import seconds_for_one
from bench.scale.measured import BATCH, MAILS, OnLocalAws, measure
from bench.scale.sender import Policy
from bench.scale.simulation import Outcome, Setting, Tenant, simulate
from tests.fakes.tables import template

_ACCOUNTS = (1, 10, 100, 1_000, 10_000)
_MEASURED_ACCOUNTS = (1, 10, 100)
_MESSAGES = (10**3, 10**4, 10**5, 10**6)
_SENDERS = (1, 10, 100, 1_000)
_MILLION = 1e6
_UNIT = "$ a million mails"
_FLAT_DOLLARS = 0.5
"""What the accounts may add to a million mails and still be called flat: a tenth of what all may cost."""

_ALONE = "alone"
_FORGETFUL = "all accounts read for each batch"
_UNBOUNDED = "as many connections as senders, or 100"
_MOST_CONNECTIONS = 100
_SENDERS_THERE = 20
_READING_ALL = Policy(remembered=0)
_SEEDS = range(10)
_SOME_SEEDS = range(5)
_LARGE = Policy(batch=200)
_NOISY_QUEUED = 10**6
_NOISY_BEHIND = 10**5
"""With the oldest first the quiet tenant's mails come after all of these, so fewer are enough to see it."""


def run(report: Report) -> None:
    _seen(report)
    _choosing(report)
    _accounts(report)
    _messages(report)
    _senders(report)
    _neighbours(report)


def _seen(report: Report) -> None:
    with tempfile.TemporaryDirectory() as directory, mail_server() as peer:
        for accounts in _MEASURED_ACCOUNTS:
            report.progress(f"{accounts} accounts on the local AWS")
            ours = measure(accounts, peer, Path(directory) / str(accounts))
            setting = Setting([Tenant("t", accounts, MAILS)], senders=1, policy=Policy(batch=BATCH))
            simulated = [simulate(replace(setting, seed=seed)) for seed in _SEEDS]
            rival = [Rival("the simulation", seen(*(each.accounts.written / MAILS for each in simulated)))]
            report.figure(
                f"seen, {_of(accounts, 'account')}: write units of accounts",
                ours.written,
                "a mail",
                rivals=rival,
                setting=f"{MAILS} mails, batches of {BATCH}; {_beside(ours, simulated)}",
            )


def _beside(ours: OnLocalAws, simulated: Sequence[Outcome]) -> str:
    read = median(each.accounts.read / MAILS for each in simulated)
    logins = median(each.counted.logins / MAILS for each in simulated)
    return (
        f"{ours.read:.3f} read units and {ours.logins:.3f} log-ins a mail, "
        f"by the simulation {read:.3f} and {logins:.3f}"
    )


def _choosing(report: Report) -> None:
    for accounts in _ACCOUNTS:
        report.figure(f"choosing among {accounts:,}", seconds_for_one(accounts) * 1000, "ms CPU a mail")


def _accounts(report: Report) -> None:
    for accounts in _ACCOUNTS:
        report.progress(f"{accounts} accounts, simulated")
        # With the most accounts a batch computes for long here, and few senders see as much as many.
        many = accounts == _ACCOUNTS[-1]
        senders, messages = (2, 5_000) if many else (20, 5_000)
        now = Setting([Tenant("t", accounts, messages)], senders=senders)
        forgetful = replace(now, policy=_READING_ALL)
        _tell_both(report, _of(accounts, "account"), simulate(now), simulate(forgetful))


def _messages(report: Report) -> None:
    for messages in _MESSAGES:
        report.progress(f"{messages} messages, simulated")
        outcome = simulate(Setting([Tenant("t", 10, messages)], policy=_LARGE))
        name = f"simulated, {messages:,} messages: accounts table"
        report.figure(name, _dollars(outcome), _UNIT, aim=at_most(_FLAT_DOLLARS), setting=_told(outcome))


def _senders(report: Report) -> None:
    for senders in _SENDERS:
        report.progress(f"{senders} senders, simulated")
        messages = 20_000 if senders < _SENDERS[-1] else 5_000
        tenant = Tenant("t", 10, messages)
        now = simulate(Setting([tenant], senders=senders))
        forgetful = simulate(Setting([tenant], senders=senders, policy=_READING_ALL))
        unbounded = simulate(
            Setting([replace(tenant, max_connections=min(senders, _MOST_CONNECTIONS))], senders=senders)
        )
        _tell_both(report, _of(senders, "sender"), now, forgetful, unbounded)
        scarce = replace(tenant, daily_limit=messages // 20, max_connections=min(senders, _MOST_CONNECTIONS))
        outcome = simulate(Setting([scarce], senders=senders, seconds=60))
        refused = outcome.accounts.refused / outcome.accounts.writes
        setting = f"limits of all accounts are half of the mails, and are reached: {_told(outcome)}"
        report.figure(
            f"simulated, {_of(senders, 'sender')}: refused writes", 100 * refused, "% of all", setting=setting
        )


def _tell_both(report: Report, name: str, now: Outcome, forgetful: Outcome, unbounded: Outcome | None = None) -> None:
    others = {_FORGETFUL: forgetful} | ({_UNBOUNDED: unbounded} if unbounded else {})
    rivals = [Rival(other, seen(_dollars(outcome))) for other, outcome in others.items()]
    setting = "; ".join([_told(now), *(f"{other}: {_told(outcome)}" for other, outcome in others.items())])
    aim = at_most(_FLAT_DOLLARS)
    report.figure(f"simulated, {name}: accounts table", _dollars(now), _UNIT, aim=aim, rivals=rivals, setting=setting)


def _neighbours(report: Report) -> None:
    queue = template()["Mappings"]["Queue"]["normal"]
    policy = Policy(queue["BatchSize"], queue["WindowSeconds"])
    report.progress(f"a noisy tenant, batches of {policy.batch}")
    quiet, noisy = Tenant("quiet", 2, each_second=2.0), Tenant("noisy", 10, _NOISY_QUEUED)
    free = [replace(each, max_connections=_SENDERS_THERE) for each in (quiet, noisy)]
    few = [free[0], replace(free[1], queued=_NOISY_BEHIND)]
    crowded = [quiet, replace(noisy, accounts=2, max_connections=3)]
    rivals = [
        Rival(_ALONE, _p99(Setting([quiet], policy=policy, seconds=60))),
        Rival(_UNBOUNDED, _p99(Setting(free, policy=policy, seconds=60))),
        Rival("the other has 2 accounts of 3 connections", _p99(Setting(crowded, policy=policy, seconds=60))),
        Rival(f"oldest first, {_NOISY_BEHIND:,} queued", _p99(Setting(few, fair=False, policy=policy, seconds=150))),
    ]
    name = f"simulated, beside {_NOISY_QUEUED:,} of another, batches of {policy.batch}: p99"
    setting = (
        f"fair queue, a window of {policy.batching_window:g} s, 20 senders, 2 mails a second of the quiet tenant "
        f"over 2 accounts, 10 accounts of the other, {len(_SOME_SEEDS)} runs"
    )
    beside = _p99(Setting([quiet, noisy], policy=policy, seconds=60))
    report.figure(name, beside, "s", aim=at_most(2, times=_ALONE), rivals=rivals, setting=setting)


def _p99(setting: Setting) -> Seen:
    """Of the first tenant."""
    tenant_id = setting.tenants[0].id
    return seen(*(simulate(replace(setting, seed=seed)).waited(tenant_id, 99) for seed in _SOME_SEEDS))


def _dollars(outcome: Outcome) -> float:
    """Of reserving, settling and reading accounts, for a million mails."""
    written, read = prices.WRITE_UNITS.of(outcome.accounts.written), prices.READ_UNITS.of(outcome.accounts.read)
    return (written + read) / outcome.sent * _MILLION


def _told(outcome: Outcome) -> str:
    sent, accounts, counted = outcome.sent, outcome.accounts, outcome.counted
    return (
        f"{outcome.setting.senders} senders: {outcome.rate:,.0f} mails/s, the last after {outcome.ended:,.0f} s, "
        f"{accounts.written / sent:.2f} write and {accounts.read / sent:.2f} read units, "
        f"{counted.logins / sent:.2f} log-ins, {counted.seconds / sent * 1000:.0f} ms of a sender a mail, "
        f"{counted.put_off / sent:.2f} put off a mail, {counted.throttled} writes throttled"
    )


def _of(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
