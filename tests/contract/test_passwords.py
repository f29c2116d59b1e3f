"""What every store of passwords must do, the one in memory and Secrets Manager."""

from collections.abc import Iterator
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws

from postroom.accounts.passwords import SecretsManagerPasswords
from postroom.accounts.ports import Passwords
from postroom.errors import NotFound
from postroom.oauth2.model import Grant, ProviderName
from postroom.oauth2.vault import SecretsManagerGrants
from postroom.secret_texts import SecretTexts
from tests.fakes.accounts import MemoryPasswords
from tests.fakes.tables import ENVIRONMENT

ODD = 'pässwörd "quoted" \\ and more'


@pytest.fixture(params=["memory", "secretsmanager"])
def passwords(request: pytest.FixtureRequest) -> Iterator[Passwords]:
    if request.param == "memory":
        yield MemoryPasswords()
        return
    with patch.dict("os.environ", ENVIRONMENT), mock_aws():
        yield SecretsManagerPasswords(SecretTexts(boto3.client("secretsmanager"), "postroom/test/"))


def test_a_password_is_read_back_with_its_version(passwords: Passwords) -> None:
    version = passwords.store("ten_a", "acc_1", ODD)

    assert passwords.read("ten_a", "acc_1") == (ODD, version)


def test_a_new_password_has_a_new_version(passwords: Passwords) -> None:
    first = passwords.store("ten_a", "acc_1", "one")
    second = passwords.store("ten_a", "acc_1", "two")

    assert first != second
    assert passwords.read("ten_a", "acc_1", second) == ("two", second)


def test_a_new_password_is_the_current_one_only_when_it_is_made_so(passwords: Passwords) -> None:
    first = passwords.store("ten_a", "acc_1", "one")
    passwords.store("ten_a", "acc_1", "refused")
    third = passwords.store("ten_a", "acc_1", "three")
    assert passwords.read("ten_a", "acc_1") == ("one", first)

    for _ in range(2):
        passwords.make_current("ten_a", "acc_1", third)

    assert passwords.read("ten_a", "acc_1") == ("three", third)
    assert passwords.read("ten_a", "acc_1", first) == ("one", first)


def test_a_password_is_not_found_under_another_tenant(passwords: Passwords) -> None:
    passwords.store("ten_a", "acc_1", "one")

    with pytest.raises(NotFound):
        passwords.read("ten_b", "acc_1")


def test_what_is_forgotten_is_gone_and_forgetting_again_is_no_error(passwords: Passwords) -> None:
    passwords.store("ten_a", "acc_1", "one")

    passwords.forget("ten_a", "acc_1")
    passwords.forget("ten_a", "acc_1")
    passwords.forget("ten_a", "acc_2")

    with pytest.raises(NotFound):
        passwords.read("ten_a", "acc_1")


def test_a_consent_that_came_in_the_place_of_a_password_is_none() -> None:
    with patch.dict("os.environ", ENVIRONMENT), mock_aws():
        texts = SecretTexts(boto3.client("secretsmanager"), "postroom/test/")
        SecretsManagerGrants(texts).store("ten_a", "acc_1", Grant(ProviderName.GOOGLE, "a refresh token", "a key"))

        with pytest.raises(NotFound):
            SecretsManagerPasswords(texts).read("ten_a", "acc_1")
