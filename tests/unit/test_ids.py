from datetime import timedelta

from postroom.ids import Seed, first_id, moment_of, new_id
from tests.fakes.time import NOON

MOMENT = NOON + timedelta(milliseconds=7, microseconds=999)


def test_an_id_tells_when_it_was_made_to_the_millisecond() -> None:
    ids = [new_id("msg", MOMENT), Seed.fresh(MOMENT).id("evt"), first_id("evt", MOMENT)]

    assert {moment_of(each_id) for each_id in ids} == {NOON + timedelta(milliseconds=7)}
