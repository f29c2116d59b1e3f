"""Whether each account gets its share, beside plain random: what is chosen, without anything being sent."""

from bench.aims import at_most
from bench.fairness.field import (
    off_kept_shares,
    off_limits,
    off_limits_at_random,
    off_shares,
    off_shares_at_random,
)
from bench.figures import Rival, seen
from bench.report import Report
from postroom.pools.model import Strategy

_CHOICES = 100_000
_ACCOUNTS = 20
_SEEDS = (1, 2, 3)
_UNIT = "% off"
_AIM = at_most(5)


def run(report: Report) -> None:
    for senders in (1, 10):
        who = "one sender" if senders == 1 else f"{senders} senders at once"
        runs = [off_limits(_ACCOUNTS, senders, _CHOICES, seed) for seed in _SEEDS]
        report.figure(f"random, {who}", seen(*runs), _UNIT, aim=_AIM, rivals=[_plain_by_limits()], setting=_BY_LIMITS)
        for strategy in (Strategy.ROUND_ROBIN, Strategy.IDLE_LONGEST):
            runs = [off_shares(strategy, _ACCOUNTS, senders, _CHOICES, seed) for seed in _SEEDS]
            report.figure(f"{strategy}, {who}", seen(*runs), _UNIT, aim=_AIM, rivals=[_plain()], setting=_SETTING)
    kept = [off_kept_shares(_ACCOUNTS, _CHOICES, seed) for seed in _SEEDS]
    report.figure("sticky, recipients kept", seen(*kept), _UNIT, aim=_AIM, rivals=[_plain()], setting=_SETTING)


_SETTING = (
    f"{_CHOICES:,} choices of a block among {_ACCOUNTS} accounts with equal limits and room; the account that is "
    "furthest off its share; senders at once see nothing of each other's last choice"
)
_BY_LIMITS = (
    f"{_CHOICES:,} choices of a block among {_ACCOUNTS} accounts whose limits are from one to four times the smallest, "
    "until four fifths of them are used; the account that is furthest off its share, which is by its limit"
)


def _plain() -> Rival:
    return Rival("plain random", seen(*(off_shares_at_random(_ACCOUNTS, _CHOICES, seed) for seed in _SEEDS)))


def _plain_by_limits() -> Rival:
    return Rival("plain random, by limits", seen(*(off_limits_at_random(_ACCOUNTS, _CHOICES, seed) for seed in _SEEDS)))
