"""Whether each account gets its share, beside plain random: what is chosen, without anything being sent."""

from bench.aims import at_most
from bench.fairness.field import off_kept_shares, off_shares, off_shares_at_random
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
        for strategy in (Strategy.RANDOM, Strategy.ROUND_ROBIN, Strategy.IDLE_LONGEST):
            runs = [off_shares(strategy, _ACCOUNTS, senders, _CHOICES, seed) for seed in _SEEDS]
            who = "one sender" if senders == 1 else f"{senders} senders at once"
            report.figure(f"{strategy}, {who}", seen(*runs), _UNIT, aim=_AIM, rivals=[_plain()], setting=_SETTING)
    kept = [off_kept_shares(_ACCOUNTS, _CHOICES, seed) for seed in _SEEDS]
    report.figure("sticky, recipients kept", seen(*kept), _UNIT, aim=_AIM, rivals=[_plain()], setting=_SETTING)


_SETTING = (
    f"{_CHOICES:,} choices of a block among {_ACCOUNTS} accounts with equal limits and room; the account that is "
    "furthest off its share; senders at once see nothing of each other's last choice"
)


def _plain() -> Rival:
    runs = [off_shares_at_random(_ACCOUNTS, _CHOICES, seed) for seed in _SEEDS]
    return Rival("plain random", seen(*runs))
