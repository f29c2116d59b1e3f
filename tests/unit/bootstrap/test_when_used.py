from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from postroom.bootstrap.when_used import when_used


class Greeter:
    made = 0

    def __init__(self) -> None:
        sleep(0.01)
        Greeter.made += 1
        self.word = "Hello"

    def __call__(self, name: str, *, mark: str) -> str:
        return f"{self.word} {name}{mark}"

    def whisper(self, name: str) -> str:
        return f"({name})"


@pytest.fixture(autouse=True)
def _made_anew() -> None:
    Greeter.made = 0


def test_nothing_is_made_before_it_is_used() -> None:
    when_used(Greeter)

    assert Greeter.made == 0


def test_it_is_used_as_what_it_stands_for() -> None:
    greet = when_used(Greeter)

    assert (greet("Ann", mark="!"), greet.whisper("Ann"), greet.word) == ("Hello Ann!", "(Ann)", "Hello")


def test_it_is_made_once_by_whoever_comes_first() -> None:
    greet = when_used(Greeter)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(greet.whisper, "abcdefgh"))

    assert Greeter.made == 1
