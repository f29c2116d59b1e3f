from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from postroom.bootstrap import aws
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
def made_anew() -> Iterator[None]:
    Greeter.made = 0
    aws.forget_clients()
    yield
    aws.forget_clients()


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


def test_all_who_use_a_service_have_one_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")

    assert aws.sqs() is aws.sqs()
    assert aws.secrets_manager() is aws.secrets_manager()


def test_a_process_can_turn_to_another_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    before = aws.sqs()

    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    aws.forget_clients()

    assert (before.meta.region_name, aws.sqs().meta.region_name) == ("eu-central-1", "us-east-1")
