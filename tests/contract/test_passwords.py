"""What every store of passwords must do, the one in memory and Secrets Manager."""

from collections.abc import Callable, Iterator
from unittest.mock import patch

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from moto import mock_aws

from postroom.accounts.passwords import SecretsManagerPasswords
from postroom.accounts.ports import Passwords
from postroom.errors import NotFound, Unavailable
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


def test_a_password_is_read_back_as_it_was(passwords: Passwords) -> None:
    version = passwords.store("ten_a", "acc_1", ODD)

    assert passwords.read("ten_a", "acc_1") == passwords.read("ten_a", "acc_1", version) == ODD


def test_a_new_password_has_a_new_version(passwords: Passwords) -> None:
    first = passwords.store("ten_a", "acc_1", "one")
    second = passwords.store("ten_a", "acc_1", "two")

    assert first != second
    assert passwords.read("ten_a", "acc_1", second) == "two"


def test_a_new_password_is_the_current_one_only_when_it_is_made_so(passwords: Passwords) -> None:
    first = passwords.store("ten_a", "acc_1", "one")
    passwords.store("ten_a", "acc_1", "refused")
    third = passwords.store("ten_a", "acc_1", "three")
    assert passwords.read("ten_a", "acc_1") == "one"

    for _ in range(2):
        passwords.make_current("ten_a", "acc_1", third)

    assert passwords.read("ten_a", "acc_1") == "three"
    assert passwords.read("ten_a", "acc_1", first) == "one"


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


@pytest.mark.parametrize(
    ("operation", "use"),
    [
        ("create_secret", lambda texts: texts.store("ten_a", "acc_1", "one")),
        ("describe_secret", lambda texts: texts.make_current("ten_a", "acc_1", "version")),
        ("get_secret_value", lambda texts: texts.read("ten_a", "acc_1")),
        ("delete_secret", lambda texts: texts.forget("ten_a", "acc_1")),
    ],
)
def test_a_store_that_refuses_or_does_not_answer_is_unavailable(
    operation: str, use: Callable[[SecretTexts], object]
) -> None:
    with patch.dict("os.environ", ENVIRONMENT):
        # Of a session of its own: the default one would keep these credentials for all that follows.
        client = boto3.Session().client("secretsmanager")
    throttled = ClientError({"Error": {"Code": "ThrottlingException"}}, operation)

    for error in (throttled, ConnectTimeoutError(endpoint_url="https://example.com")):
        with patch.object(client, operation, side_effect=error), pytest.raises(Unavailable):
            use(SecretTexts(client, "postroom/test/"))
