"""A hundred thousand users from one file, in time and in little memory, and whoever is killed over it."""

import pytest

from postroom.users.imports.model import Counts
from tests.experiments.imports import expected_refusals, import_users
from tests.faults.bare_aws import BareAws
from tests.long.figures import Figures

pytestmark = pytest.mark.long

LINES = 100_001
KILLED_LINES = 10_001
KILLS = 6
MOST_SECONDS = 720
MOST_MEGABYTES = 250
GROWTH = 60


def test_a_hundred_thousand_users_are_imported_in_time_and_in_little_memory(aws: BareAws, figures: Figures) -> None:
    small = import_users(aws, 2_001, tenant_id="ten_small")
    large = import_users(aws, LINES, tenant_id="ten_large")

    refused = expected_refusals(LINES)
    made = LINES - 1 - len(refused)
    assert (large.found.status, large.found.counts) == ("done", Counts(created=made, refused=len(refused)))
    assert large.refused == refused
    assert large.stored == made
    assert large.seconds < MOST_SECONDS
    megabytes, less = large.peak / 1e6, small.peak / 1e6
    assert megabytes < MOST_MEGABYTES
    assert megabytes - less < GROWTH
    figures.tell(
        "100,000 users imported from a CSV, 1,000 of them without an address",
        f"{large.seconds:.0f} s, {megabytes:.0f} MB at most",
        f"of one process on the local AWS; with 2,000 users it has {less:.0f} MB; each bad line is told, in order",
    )


def test_killed_importers_skip_nobody_and_count_nobody_twice(aws: BareAws, figures: Figures, seed: int) -> None:
    done = import_users(aws, KILLED_LINES, kills=KILLS, seed=seed, tenant_id="ten_killed")

    refused = expected_refusals(KILLED_LINES)
    made = KILLED_LINES - 1 - len(refused)
    assert (done.found.status, done.found.counts) == ("done", Counts(created=made, refused=len(refused)))
    assert done.refused == refused
    assert done.stored == made
    figures.tell(
        f"10,000 users imported, {done.kills} kill -9", "all counted once", "0 skipped, each bad line told once"
    )
