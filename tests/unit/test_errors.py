"""The tree in the docstring is the tree of classes."""

import re

import pytest

from postroom import errors
from postroom.errors import PostroomError

LINE = re.compile(r"(?P<indent>[│├└─ ]*)(?P<name>[A-Z]\w+)(?: +(?P<status>\d{3})  \S.*)?")


def _drawn() -> dict[str, tuple[str, str]]:
    """For each name its parent and its status, as drawn."""
    drawn, parents = {}, {}
    for line in (errors.__doc__ or "").splitlines():
        if match := LINE.fullmatch(line.rstrip()):
            depth = len(match["indent"]) // 4
            parents[depth] = match["name"]
            drawn[match["name"]] = (parents.get(depth - 1, ""), match["status"])
    return drawn


def _classes(of: type[PostroomError] = PostroomError) -> list[type[PostroomError]]:
    return [
        each
        for child in of.__subclasses__()
        for each in (child, *_classes(child))
        if each.__module__ == errors.__name__
    ]


def test_every_error_is_drawn_under_its_parent_with_its_status() -> None:
    drawn = {name: place for name, place in _drawn().items() if name != "PostroomError"}

    assert drawn == {each.__name__: (each.__bases__[0].__name__, str(each.status)) for each in _classes()}


def test_no_two_errors_have_the_same_code() -> None:
    codes = [each.code for each in _classes()]

    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("error", _classes(), ids=lambda error: error.__name__)
def test_an_error_says_what_it_is(error: type[PostroomError]) -> None:
    assert error.title
    assert "code" in vars(error) or "status" in vars(error)
