"""What every store of OAuth2 must do, those in memory and those in DynamoDB and Secrets Manager."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws

from postroom.errors import Misconfigured, NotFound
from postroom.oauth2.model import Consent, Grant, ProviderName, TokenKey, TokenState
from postroom.oauth2.ports import Consents, Grants, Tokens
from postroom.oauth2.store import ACCOUNTS_ROWS, DIRECTORY_ROWS, ConsentRow, DynamoConsents, DynamoTokens, TokenRow
from postroom.oauth2.vault import ClientSecrets, SecretsManagerGrants
from postroom.secret_texts import SecretTexts
from tests.fakes.oauth2 import MemoryConsents, MemoryGrants, MemoryTokens
from tests.fakes.tables import ENVIRONMENT, name_table, tables
from tests.fakes.time import NOON

KEY = TokenKey("ten_a", "acc_1", "v1")
GRANT = Grant(ProviderName.GOOGLE, "1//refresh", "the-data-key")
FIRST = TokenState(1, "sealed", NOON + timedelta(hours=1))
LEASED = replace(FIRST, number=2, lease="mine", leased_until=NOON + timedelta(minutes=1))
RENEWED = TokenState(3, "sealed anew", NOON + timedelta(hours=2), refresh="sealed refresh")


@pytest.fixture(params=["memory", "dynamodb"])
def consents(request: pytest.FixtureRequest) -> Iterator[Consents]:
    if request.param == "memory":
        yield MemoryConsents()
        return
    with tables("directory"):
        name_table(DIRECTORY_ROWS, "directory")
        yield DynamoConsents()


@pytest.fixture(params=["memory", "dynamodb"])
def tokens(request: pytest.FixtureRequest) -> Iterator[Tokens]:
    if request.param == "memory":
        yield MemoryTokens()
        return
    with tables("accounts"):
        name_table(ACCOUNTS_ROWS, "accounts")
        yield DynamoTokens()


@pytest.fixture(params=["memory", "secretsmanager"])
def grants(request: pytest.FixtureRequest) -> Iterator[Grants]:
    if request.param == "memory":
        yield MemoryGrants()
        return
    with patch.dict("os.environ", ENVIRONMENT), mock_aws():
        yield SecretsManagerGrants(SecretTexts(boto3.client("secretsmanager"), "postroom/test/"))


def a_consent(tenant_id: str = "ten_a") -> Consent:
    return Consent(tenant_id, "acc_1", ProviderName.GOOGLE, "ann@example.com", "verifier", NOON)


def test_a_consent_is_redeemed_as_it_was_and_once(consents: Consents) -> None:
    consents.add("hash", a_consent())

    redeemed = [consents.redeem("ten_a", "hash") for _ in range(3)]

    assert redeemed == [a_consent(), None, None]


def test_a_consent_is_not_found_under_another_tenant_and_stays(consents: Consents) -> None:
    consents.add("hash", a_consent())

    assert consents.redeem("ten_b", "hash") is None
    assert consents.redeem("ten_a", "another") is None
    assert consents.redeem("ten_a", "hash") == a_consent()


def test_consents_of_two_tenants_with_one_hash_are_two(consents: Consents) -> None:
    consents.add("hash", a_consent())
    consents.add("hash", a_consent("ten_b"))

    assert consents.redeem("ten_b", "hash") == a_consent("ten_b")
    assert consents.redeem("ten_a", "hash") == a_consent()


def test_a_consent_that_never_comes_back_goes_by_itself_as_soon_as_it_is_of_no_use() -> None:
    with tables("directory"):
        name_table(DIRECTORY_ROWS, "directory")
        DynamoConsents().add("hash", a_consent())
        [row] = ConsentRow.scan()

    assert row.ttl == a_consent().ends.timestamp()


def test_a_token_is_read_back_as_it_was_written(tokens: Tokens) -> None:
    states = [FIRST, LEASED, RENEWED, replace(RENEWED, number=4, refused="invalid_grant", access=None)]

    for state in states:
        assert tokens.write(KEY, state)
        assert tokens.get(KEY) == state


def test_a_write_takes_the_place_of_the_state_that_was_seen_and_of_no_other(tokens: Tokens) -> None:
    tokens.write(KEY, FIRST)
    tokens.write(KEY, LEASED)

    assert not tokens.write(KEY, replace(LEASED, lease="another's"))
    assert not tokens.write(KEY, replace(FIRST, access="another"))
    assert not tokens.write(KEY, replace(RENEWED, number=4))
    assert tokens.get(KEY) == LEASED


def test_a_write_whose_answer_was_lost_is_seen_to_have_been_made(tokens: Tokens) -> None:
    tokens.write(KEY, FIRST)

    assert tokens.write(KEY, FIRST)
    assert tokens.write(KEY, LEASED)
    assert tokens.write(KEY, LEASED)


def test_nothing_is_written_where_the_state_before_is_gone(tokens: Tokens) -> None:
    assert not tokens.write(KEY, LEASED)
    assert tokens.get(KEY) is None


@pytest.mark.parametrize(
    "other", [replace(KEY, tenant_id="ten_b"), replace(KEY, account_id="acc_2"), replace(KEY, secret_version="v2")]
)
def test_a_token_is_found_for_its_own_consent_alone(tokens: Tokens, other: TokenKey) -> None:
    tokens.write(KEY, FIRST)

    assert tokens.get(other) is None
    assert tokens.write(other, FIRST)
    assert tokens.write(KEY, LEASED)


def test_a_token_ends_by_itself_and_a_rotated_refresh_token_long_after() -> None:
    with tables("accounts"):
        name_table(ACCOUNTS_ROWS, "accounts")
        tokens = DynamoTokens()
        ends = []
        for state in (FIRST, LEASED, RENEWED):
            tokens.write(KEY, state)
            [row] = TokenRow.scan()
            ends.append(row.ttl - NOON.timestamp())

    day = 86_400
    assert ends[:2] == [day + 3600, day + 3600]
    assert ends[2] > 90 * day


def test_a_grant_is_read_back_by_its_version(grants: Grants) -> None:
    first = grants.store("ten_a", "acc_1", GRANT)
    second = grants.store("ten_a", "acc_1", Grant(ProviderName.GOOGLE, "1//another", "another-key"))

    assert first != second
    assert grants.read(replace(KEY, secret_version=first)) == GRANT
    assert grants.read(replace(KEY, secret_version=second)) == Grant(ProviderName.GOOGLE, "1//another", "another-key")


def test_a_grant_is_not_found_under_another_tenant_nor_when_it_was_forgotten(grants: Grants) -> None:
    version = grants.store("ten_a", "acc_1", GRANT)
    key = replace(KEY, secret_version=version)
    grants.make_current("ten_a", "acc_1", version)

    with pytest.raises(NotFound):
        grants.read(replace(key, tenant_id="ten_b"))
    grants.forget("ten_a", "acc_1")
    grants.forget("ten_a", "acc_1")
    with pytest.raises(NotFound):
        grants.read(key)


def test_the_secret_of_this_installation_is_read_once_until_it_was_refused() -> None:
    with patch.dict("os.environ", ENVIRONMENT), mock_aws():
        client = boto3.client("secretsmanager")
        own = ClientSecrets(client, "postroom-oauth2/test/")
        with pytest.raises(Misconfigured, match="postroom-oauth2/test/google"):
            own(ProviderName.GOOGLE)
        client.create_secret(Name="postroom-oauth2/test/google", SecretString="first\n")
        read = [own(ProviderName.GOOGLE)]
        client.put_secret_value(SecretId="postroom-oauth2/test/google", SecretString="second")
        read.append(own(ProviderName.GOOGLE))
        own.forget()
        read.append(own(ProviderName.GOOGLE))

    assert read == ["first", "first", "second"]
