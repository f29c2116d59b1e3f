"""Links as the tenant's own people ask for them and end them, over HTTP."""

import pytest

from postroom.idempotency.run_once import RunOnce
from postroom.pages.links import IssueLink
from postroom.pages.revoke import RevokeLinks
from postroom.pages.routes import link_routes
from postroom.tenancy.model import Caller, Role
from postroom.users.manage import FindUsers
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.fakes.http import Answer, authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.unit.pages.conftest import World

PATH = "/v1/users/ann/preference-links"
OPERATOR = Caller("ten_a", "key_o", Role.OPERATOR)


def asked(world: World, body: object = None) -> Answer:
    routes = Routes()
    users = FindUsers(world.users)
    link_routes(routes, IssueLink(users, world.links), RevokeLinks(world.revocations, world.clock))
    api = Api(routes, RunOnce(MemoryRecords(), world.clock), world.clock)
    return send(api, authorised(request("POST", PATH, body), OPERATOR))


@pytest.mark.parametrize("body", [None, {}])
def test_a_link_leads_to_the_users_page(world: World, body: object) -> None:
    answer = asked(world, body)

    assert answer.status == 200
    assert world.get(token=answer.json["preferences_url"].partition("?token=")[2]).status == 200


def test_what_a_link_cannot_have_is_refused_by_name(world: World) -> None:
    answer = asked(world, {"event_type": "job_failed", "expires_in": 60})

    assert answer.status == 422
    assert {error["field"] for error in answer.json["errors"]} == {"event_type", "expires_in"}
