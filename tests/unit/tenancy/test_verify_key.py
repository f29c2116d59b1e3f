import pytest

from postroom.ids import Seed
from postroom.tenancy.issue_key import IssuedKey, IssueKey, KeyRequest
from postroom.tenancy.key_text import new_secret
from postroom.tenancy.model import Caller, KeyProblem, Role
from postroom.tenancy.revoke_key import RevokeKey
from postroom.tenancy.verify_key import VerifyKey
from tests.fakes.directory import MemoryDirectory
from tests.fakes.time import NOON, FakeClock

TENANT = Seed.fresh(NOON).id("ten")


@pytest.fixture
def directory() -> MemoryDirectory:
    return MemoryDirectory()


@pytest.fixture
def verify(directory: MemoryDirectory) -> VerifyKey:
    return VerifyKey(directory)


@pytest.fixture
def issued(directory: MemoryDirectory) -> IssuedKey:
    return IssueKey(directory)(TENANT, KeyRequest("ci", Role.VIEWER, "user-1"), Seed.fresh(NOON))


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", " Bearer "])
def test_a_key_speaks_for_its_tenant_in_its_role(verify: VerifyKey, issued: IssuedKey, scheme: str) -> None:
    found = verify(f"{scheme} {issued.text}")

    assert found == Caller(TENANT, issued.key.id, Role.VIEWER, "user-1")


@pytest.mark.parametrize("header", [None, "", " ", "Basic YTpi", "pr_platform", "Bearer"])
def test_without_a_bearer_key_the_key_is_missing(verify: VerifyKey, header: str | None) -> None:
    problem = KeyProblem.INVALID if header == "Bearer" else KeyProblem.MISSING

    assert verify(header) is problem


def test_a_forged_secret_is_invalid(verify: VerifyKey, issued: IssuedKey) -> None:
    forged = issued.text.rpartition("_")[0] + "_" + new_secret()

    assert verify(f"Bearer {forged}") is KeyProblem.INVALID


def test_a_key_moved_to_another_tenant_is_invalid(verify: VerifyKey, issued: IssuedKey) -> None:
    mark, _, key_id, secret = issued.text.split("_")
    stranger = Seed.fresh(NOON).id("ten").partition("_")[2]

    assert verify(f"Bearer {mark}_{stranger}_{key_id}_{secret}") is KeyProblem.INVALID


def test_a_revoked_key_is_told_so_at_the_next_request(
    verify: VerifyKey, issued: IssuedKey, directory: MemoryDirectory
) -> None:
    verify(f"Bearer {issued.text}")

    RevokeKey(directory, FakeClock())(TENANT, issued.key.id)

    assert verify(f"Bearer {issued.text}") is KeyProblem.REVOKED


def test_who_does_not_know_the_secret_does_not_learn_that_the_key_was_revoked(
    verify: VerifyKey, issued: IssuedKey, directory: MemoryDirectory
) -> None:
    RevokeKey(directory, FakeClock())(TENANT, issued.key.id)

    forged = issued.text.rpartition("_")[0] + "_" + new_secret()

    assert verify(f"Bearer {forged}") is KeyProblem.INVALID


def test_an_unknown_key_is_compared_like_a_known_one(
    verify: VerifyKey, issued: IssuedKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []

    def note(secret_hash: str, secret: str) -> bool:
        compared.append(secret_hash)
        return True

    monkeypatch.setattr("postroom.tenancy.verify_key.is_secret_of", note)
    mark, tenant, _, secret = issued.text.split("_")

    found = verify(f"Bearer {mark}_{tenant}_{Seed.fresh(NOON).id('key')[4:]}_{secret}")

    assert found is KeyProblem.INVALID
    assert len(compared) == 1
