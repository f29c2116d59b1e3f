"""A hundred thousand users are notified, in time and in little memory, and whoever is killed over it."""

import pytest

from postroom.jobs.model import Counts
from tests.experiments.jobs import notify_many, strangers
from tests.faults.bare_aws import BareAws
from tests.long.figures import Figures

pytestmark = pytest.mark.long

USERS = 100_000
FEWER = 10_000
KILLED = 6_000
KILLS = 4
MOST_SECONDS = 2400
MOST_MEGABYTES = 150
GROWTH = 30


def test_a_hundred_thousand_users_are_notified_in_time_and_in_little_memory(aws: BareAws, figures: Figures) -> None:
    small = notify_many(aws, FEWER, tenant_id="ten_fewer")
    large = notify_many(aws, USERS, tenant_id="ten_many")

    for done, count in ((small, FEWER), (large, USERS)):
        unknown = strangers(count)
        assert (done.job.status, done.job.counts) == ("done", Counts(count - unknown, {"unknown_user": unknown}))
        assert done.found == done.stored == count - unknown
    assert large.seconds < MOST_SECONDS
    megabytes, less = large.peak / 1e6, small.peak / 1e6
    assert megabytes < MOST_MEGABYTES
    assert megabytes - less < GROWTH
    assert small.units < 2.6
    figures.tell(
        "100,000 users notified, 1,000 of them unknown",
        f"{large.seconds:.0f} s, {megabytes:.0f} MB at most",
        f"of one process on the local AWS; with 10,000 users it has {less:.0f} MB, and {small.seconds:.0f} s",
    )
    figures.tell("writes for a notified user", f"{small.units:.2f} units", "message, pointer, and shares of the rest")
    figures.tell("a first count of 100,000 messages", f"{large.counting:.0f} s", "asked for again and again")


def test_killed_workers_skip_nobody_and_notify_nobody_twice(aws: BareAws, figures: Figures, seed: int) -> None:
    done = notify_many(aws, KILLED, types=3, kills=KILLS, seed=seed, tenant_id="ten_killed")

    assert (done.job.status, done.job.counts) == ("done", Counts(KILLED))
    assert done.found == done.stored == KILLED
    figures.tell(f"6,000 users of 3 types notified, {done.kills} kill -9", "one message each", "0 skipped, 0 doubled")
