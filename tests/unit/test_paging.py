from collections.abc import Callable
from itertools import pairwise

from postroom.paging import Page, PageRequest, filled, page_of

PLACES = [f"{number:03}" for number in range(1000)]


class Shelf:
    """Has a thousand things, and counts how often it is read."""

    def __init__(self) -> None:
        self.reads = 0

    def __call__(self, request: PageRequest) -> Page[str]:
        self.reads += 1
        behind = [place for place in PLACES if request.after is None or place > request.after]
        return page_of(behind, request.limit, str)


def every(step: int) -> Callable[[str], bool]:
    return lambda place: int(place) % step == 0


def test_a_page_is_filled_up_with_what_matches() -> None:
    page = filled(Shelf(), every(3), PageRequest(10), str)

    assert page == Page(tuple(PLACES[:30:3]), "029")


def test_where_everything_matches_a_page_takes_one_read() -> None:
    shelf = Shelf()

    page = filled(shelf, every(1), PageRequest(10, after="499"), str)

    assert (page, shelf.reads) == (Page(tuple(PLACES[500:510]), "509"), 1)


def test_where_little_matches_a_page_ends_short_with_a_place_to_go_on() -> None:
    shelf = Shelf()

    page = filled(shelf, every(500), PageRequest(10), str)

    assert (page, shelf.reads) == (Page(("000",), "099"), 10)


def test_page_by_page_each_thing_that_matches_comes_once() -> None:
    pages = [filled(Shelf(), every(7), PageRequest(4), str)]
    while (last := pages[-1].last) is not None:
        pages.append(filled(Shelf(), every(7), PageRequest(4, last), str))

    assert [place for page in pages for place in page.items] == PLACES[::7]
    assert all(before.last != after.last for before, after in pairwise(pages))
