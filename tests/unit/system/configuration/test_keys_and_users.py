from datetime import timedelta
from typing import Any

from postroom.system.configuration import keys, users
from postroom.system.configuration.keys import OLD, Keys
from postroom.system.configuration.users import Users
from postroom.tenancy.model import PLATFORM_TENANT, ApiKey, Role
from tests.builders import a_user
from tests.fakes.checks import wrong
from tests.fakes.time import NOON


def key(number: int = 1, **changes: Any) -> ApiKey:  # noqa: ANN401 - any field of it
    values: dict[str, Any] = {
        "tenant_id": "ten_a",
        "id": f"key_{number}",
        "name": f"key {number}",
        "role": Role.ADMIN,
        "secret_hash": "…",
        "created_at": NOON,
    }
    return ApiKey(**values | changes)


def checked(*some: ApiKey) -> list[str]:
    return list(wrong(keys.CHECKS, Keys(some, NOON)))


def test_two_working_keys_that_can_make_others_are_enough() -> None:
    assert checked(key(1), key(2)) == []
    assert checked(key(1), key(2, revoked_at=NOON), key(3, role=Role.OPERATOR)) == ["keys_second"]


def test_of_the_platform_it_is_the_platforms_role_that_counts() -> None:
    platform = {"tenant_id": PLATFORM_TENANT, "role": Role.PLATFORM}

    assert checked(key(1, **platform)) == ["keys_second"]
    assert checked(key(1, **platform), key(2, **platform)) == []


def test_a_key_that_was_never_replaced_is_told_and_a_revoked_one_is_not() -> None:
    before = NOON - OLD - timedelta(seconds=1)

    assert checked(key(1), key(2), key(3, role=Role.VIEWER, created_at=before)) == ["keys_old"]
    assert checked(key(1), key(2), key(3, created_at=before, revoked_at=NOON)) == []


def test_more_keys_than_anybody_knows_are_told() -> None:
    assert checked(*(key(number) for number in range(50))) == []
    assert checked(*(key(number) for number in range(51))) == ["keys_many"]


def test_users_whom_no_mail_reaches_are_counted() -> None:
    some = (a_user(email="ann@acme.com"), a_user(id="bob", email="bob@mail.Example.org"), a_user(email="x@contest"))

    found = wrong(users.CHECKS, Users(some, local=False))

    [(level, words)] = found["users_addresses"]
    assert (level, words.startswith("users 1 have an address")) == ("warning", True)
    assert wrong(users.CHECKS, Users(some, local=True)) == {}
