"""A hundred thousand users are told of one event, in time and in little memory, and whoever is killed over it."""

from collections import Counter

import pytest

from tests.experiments.events import tell_many, who_hear
from tests.faults.bare_aws import BareAws
from tests.long.figures import Figures

pytestmark = pytest.mark.long

USERS = 100_000
FEWER = 10_000
KILLED = 3_000
KILLS = 4
MOST_SECONDS = 3600
MOST_MEGABYTES = 150
GROWTH = 30


def test_a_hundred_thousand_users_are_told_of_an_event_in_time_and_in_little_memory(
    aws: BareAws, figures: Figures
) -> None:
    small = tell_many(aws, FEWER, tenant_id="ten_fewer")
    large = tell_many(aws, USERS, tenant_id="ten_many")

    for done, count in ((small, FEWER), (large, USERS)):
        assert (done.event.status, done.event.told) == ("done", {"immediate": who_hear(count)})
        assert done.mails == Counter({1: who_hear(count)})
    assert large.seconds < MOST_SECONDS
    megabytes, less = large.peak / 1e6, small.peak / 1e6
    assert megabytes < MOST_MEGABYTES
    assert megabytes - less < GROWTH
    figures.tell(
        "100,000 users, 90,000 of whom are told of an event",
        f"{large.seconds:.0f} s, {megabytes:.0f} MB at most",
        f"of one process on the local AWS; with 10,000 users it has {less:.0f} MB, and {small.seconds:.0f} s",
    )


def test_killed_workers_leave_nobody_out_and_tell_nobody_twice(aws: BareAws, figures: Figures, seed: int) -> None:
    done = tell_many(aws, KILLED, kills=KILLS, workers=2, seed=seed, tenant_id="ten_killed")

    assert (done.event.status, done.event.told) == ("done", {"immediate": who_hear(KILLED)})
    assert done.mails == Counter({1: who_hear(KILLED)})
    figures.tell(f"2,700 users told of an event, {done.kills} kill -9, two at once", "one mail each", "0 left out")
