"""An account under a provider that throttles: few refusals, and little is lost. The control does not learn."""

from datetime import timedelta

from postroom.accounts.model import QuotaWindow
from tests.builders import an_account
from tests.experiments.throttling import Provider, Run

FEW = 15
"""Refusals of a thousand mails."""

MOST = 0.8
"""Of what the provider would take."""


def paced_run(*, learns: bool) -> Run:
    account = an_account(daily_limit=1_000_000, min_wait_time=1.0)
    return Run(account, Provider(per_minute=30), learns)(senders=5, lasting=timedelta(hours=2))


def daily_run(*, learns: bool) -> Run:
    account = an_account(daily_limit=2_000, min_wait_time=2.0, quota_window=QuotaWindow.ROLLING_24H)
    return Run(account, Provider(per_minute=30, daily=500), learns)(senders=5, lasting=timedelta(days=5))


def test_a_provider_that_takes_thirty_a_minute_seldom_has_to_refuse() -> None:
    learned, control = paced_run(learns=True).provider, paced_run(learns=False).provider

    assert learned.refused_of_a_thousand < FEW < control.refused_of_a_thousand
    assert learned.accepted >= MOST * 30 * 60 * 2


def test_a_provider_that_takes_five_hundred_a_day_seldom_has_to_refuse() -> None:
    learned, control = daily_run(learns=True).provider, daily_run(learns=False).provider

    assert learned.refused_of_a_thousand < FEW < control.refused_of_a_thousand
    assert learned.accepted >= MOST * 500 * 5
