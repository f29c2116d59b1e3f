from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws

from postroom.errors import Misconfigured, Unsendable
from postroom.sealing import Sealer
from tests.fakes.tables import ENVIRONMENT

SECRET = "postroom-sealing/test"
LINK = "https://app.example.com/reset?token=abc"


class Counting:
    """A client whose readings are counted."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - a boto3 client
        self._client = client
        self.reads = 0

    def get_secret_value(self, **which: str) -> Any:  # noqa: ANN401 - an answer of boto3's
        self.reads += 1
        return self._client.get_secret_value(**which)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever it has
        return getattr(self._client, name)


@pytest.fixture
def client() -> Iterator[Any]:
    with patch.dict("os.environ", ENVIRONMENT), mock_aws():
        client = Counting(boto3.client("secretsmanager"))
        client.create_secret(Name=SECRET, SecretString="first")
        yield client


def test_what_was_sealed_is_opened_and_looks_like_nothing_meanwhile(client: Any) -> None:  # noqa: ANN401
    sealed = Sealer(client, SECRET).seal(LINK)

    assert "example" not in sealed
    assert Sealer(client, SECRET).unseal(sealed) == LINK


def test_the_key_is_read_when_it_is_first_needed_and_then_remembered(client: Any) -> None:  # noqa: ANN401
    sealer = Sealer(client, SECRET)
    assert client.reads == 0

    sealed = sealer.seal(LINK)
    reads = client.reads
    for _ in range(5):
        sealer.unseal(sealed)
        sealer.seal(LINK)

    assert client.reads == reads


def test_a_rotation_leaves_what_was_sealed_before_it_readable_by_new_and_warm_functions(client: Any) -> None:  # noqa: ANN401
    warm = Sealer(client, SECRET)
    before = warm.seal(LINK)
    client.put_secret_value(SecretId=SECRET, SecretString="second")
    fresh = Sealer(client, SECRET)

    assert fresh.unseal(before) == LINK
    assert warm.unseal(fresh.seal(LINK)) == LINK


def test_forged_seals_have_the_key_read_again_once_in_a_while_and_no_more(client: Any) -> None:  # noqa: ANN401
    now = [0.0]
    sealer = Sealer(client, SECRET, rest=10, now=lambda: now[0])
    sealer.seal(LINK)
    now[0] = 10
    for _ in range(20):
        with pytest.raises(Unsendable):
            sealer.unseal("no seal")

    assert client.reads == 4  # the present and the previous key, twice
    client.put_secret_value(SecretId=SECRET, SecretString="second")
    now[0] = 20
    assert sealer.unseal(Sealer(client, SECRET).seal(LINK)) == LINK


def test_what_others_sealed_or_was_changed_is_not_opened(client: Any) -> None:  # noqa: ANN401
    client.create_secret(Name="another", SecretString="another")
    foreign, own = Sealer(client, "another").seal(LINK), Sealer(client, SECRET).seal(LINK)

    for sealed in (foreign, own[:-4] + "AAAA", "", "no seal"):
        with pytest.raises(Unsendable):
            Sealer(client, SECRET).unseal(sealed)


def test_a_secret_that_is_missing_is_named(client: Any) -> None:  # noqa: ANN401
    with pytest.raises(Misconfigured, match="not-there"):
        Sealer(client, "not-there").seal(LINK)
