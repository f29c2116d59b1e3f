import pytest

from postroom.errors import Unauthenticated
from postroom.priorities import Priority
from postroom.tenancy.model import Caller, Role
from postroom.web.identity import caller_of
from tests.fakes.http import authorised, request


@pytest.mark.parametrize(
    "caller",
    [
        Caller("ten_a", "key_a", Role.ADMIN),
        Caller("ten_a", "key_a", Role.OPERATOR, "user-1", 600, Priority.LOW),
    ],
)
def test_the_api_reads_what_the_authorizer_wrote(caller: Caller) -> None:
    assert caller_of(authorised(request("GET", "/v1/me"), caller)) == caller


def test_what_the_authorizer_of_a_version_before_did_not_say_is_as_it_was_then() -> None:
    event = request("GET", "/v1/me")
    context = {"tenant_id": "ten_a", "key_id": "key_a", "role": "viewer"}
    event["requestContext"]["authorizer"] = {"lambda": context}

    assert caller_of(event) == Caller("ten_a", "key_a", Role.VIEWER, None, None, Priority.HIGH)


@pytest.mark.parametrize("wrong", [{"role": "king"}, {"highest_priority": "urgent"}, {"requests_per_minute": "many"}])
def test_what_nobody_wrote_is_nobodys(wrong: dict[str, str]) -> None:
    event = request("GET", "/v1/me")
    context = {"tenant_id": "ten_a", "key_id": "key_a", "role": "viewer"} | wrong
    event["requestContext"]["authorizer"] = {"lambda": context}

    with pytest.raises(Unauthenticated):
        caller_of(event)
