"""What is read for a page of the log of notices over a million of them."""

from itertools import product

import pytest

from postroom.notices.ports import Filter
from tests.experiments.notice_lists import NoticeLists
from tests.experiments.notice_units import listed, mixed
from tests.long.figures import Figures
from tests.unit.notices.test_read_units import ANY, SINGLE

pytestmark = pytest.mark.long

ROWS = 1_000_000


def test_a_million_notices_are_listed_for_what_a_page_has(figures: Figures, seed: int) -> None:
    lists = NoticeLists()
    lists.fill(mixed(ROWS, seed))

    single, together = 0.0, 0.0
    for given, by_sending in product(SINGLE, (False, True)):
        found, consumed = listed(lists, Filter(**given, by_sending=by_sending))
        assert consumed.units <= 1.2 * found + 4, (given, found, consumed)
        single = max(single, consumed.units)
    for given, by_sending in product(ANY, (False, True)):
        found, consumed = listed(lists, Filter(**given, by_sending=by_sending))
        assert consumed.units <= 1.2 * found + 250, (given, found, consumed)
        together = max(together, consumed.units)

    figures.tell(f"a page of 50 of {ROWS:,} notices, any one filter", f"{single:g} read units", "at most")
    figures.tell(f"{2 * len(ANY):,} combinations of filters and orders", f"{together:g} read units", "at most")
