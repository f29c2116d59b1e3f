import pytest

from postroom.ids import Seed
from postroom.tenancy.key_text import KeyText, hash_secret, is_secret_of, new_secret
from postroom.tenancy.model import PLATFORM_TENANT
from tests.fakes.time import NOON

SEED = Seed.fresh(NOON)


@pytest.mark.parametrize("tenant_id", [SEED.id("ten"), PLATFORM_TENANT])
def test_the_text_of_a_key_leads_back_to_its_row(tenant_id: str) -> None:
    text = KeyText(tenant_id, SEED.id("key"), new_secret())

    assert KeyText.parse(str(text)) == text


def test_the_text_can_be_recognised_by_its_beginning() -> None:
    assert str(KeyText(PLATFORM_TENANT, SEED.id("key"), new_secret())).startswith("pr_platform_")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pr",
        "pr_platform_key_secret",
        "pr_a_b_c_d",
        f"xx_platform_{SEED.id('key')[4:]}_{'a' * 43}",
        f"pr_platform_{SEED.id('key')[4:]}_{'a' * 42}",
        f"pr_platform_{SEED.id('key')[4:]}_{'ä' * 43}",
        f"pr_platform_{SEED.id('key')[4:].upper()}_{'a' * 43}",
        f"pr_PLATFORM_{SEED.id('key')[4:]}_{'a' * 43}",
        f"pr_#_{SEED.id('key')[4:]}_{'a' * 43}",
    ],
)
def test_a_text_that_no_key_can_have_leads_nowhere(text: str) -> None:
    assert KeyText.parse(text) is None


def test_a_secret_is_long_and_never_the_same() -> None:
    secrets = {new_secret() for _ in range(1000)}

    assert len(secrets) == 1000
    assert {len(secret) for secret in secrets} == {43}


def test_only_the_secret_itself_matches_its_hash() -> None:
    secret = new_secret()

    assert is_secret_of(hash_secret(secret), secret)
    assert not is_secret_of(hash_secret(secret), new_secret())


def test_a_secret_does_not_show_when_its_key_is_printed() -> None:
    text = KeyText(PLATFORM_TENANT, SEED.id("key"), new_secret())

    assert text.secret not in repr(text)
