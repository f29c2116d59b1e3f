"""The forecast beside senders by the real policy code, for many kinds of accounts and backlogs."""

from random import Random

import pytest

from tests.experiments.foretold import Both, compare, some_scene
from tests.long.figures import Figures

pytestmark = pytest.mark.long

SCENES = 40
ENOUGH = 0.9
"""Where messages that name an account compete with others for it, three runs do not show all that may happen."""


def test_the_forecast_is_within_a_tenth_of_what_senders_do(seed: int, figures: Figures) -> None:
    random = Random(seed)
    alone, competing = list[Both](), list[Both]()
    for _ in range(SCENES):
        scene = some_scene(random.randrange(10**9))
        (alone if len(scene.waiting) == 1 else competing).append(compare(scene))

    both = alone + competing
    ours, naive = sum(one.ours.holds for one in both), sum(one.naive.holds for one in both)
    figures.tell(
        f"forecasts of {SCENES} random backlogs beside a simulation by the policy code",
        f"{ours} within 10 %",
        f"of the time and of the next hour's number; all but {SCENES - ours} of {len(competing)} that compete for an "
        f"account, and all others; control: by limits alone {naive}",
    )
    assert [one for one in alone if not one.ours.holds] == []
    assert ours >= ENOUGH * len(both)
    assert naive < len(both) / 2
