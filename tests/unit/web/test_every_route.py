"""Guards over the registry: a new route is held to these without anyone remembering them."""

import pytest

from postroom.audit.acts import ACTS, ELSEWHERE, NoEntry
from postroom.audit.model import Action
from postroom.bootstrap.api import build_api
from postroom.settings import read_settings
from postroom.tenancy.model import Caller, Role
from postroom.web.api import Api
from postroom.web.rate_limits import everybody
from postroom.web.routes import Route
from tests.fakes.http import authorised, request, send
from tests.fakes.settings import UNUSED
from tests.fakes.tables import ENVIRONMENT

FOR_EVERY_KEY = {"/v1/system/status"}
"""Whose answers go by who asks."""

FOR_BOUND_KEYS = {
    "GET /v1/me",
    "GET /v1/notifications/events",
    "GET /v1/preferences",
    "POST /v1/preferences",
    "GET /v1/preferences/mine",
    "PUT /v1/preferences/bulk",
    "GET /v1/preferences/{preference_id}",
    "PUT /v1/preferences/{preference_id}",
    "DELETE /v1/preferences/{preference_id}",
    "POST /v1/preferences/{preference_id}/confirmation",
    "GET /v1/users/{user_id}/notification-settings",
    "PUT /v1/users/{user_id}/notification-settings",
    "POST /v1/users/{user_id}/preference-links/revoke",
    "GET /v1/users/{user_id}/effective-preferences",
}
"""Written out, so that nothing about others is opened to them by the way."""

PUBLIC = {("GET", "/v1/openapi.json"), ("GET", "/v1/docs"), ("GET", "/v1/docs/{file}")}
"""What anybody may read without a key. It is written out, so that nothing becomes public by the way."""


@pytest.fixture(scope="module")
def api() -> Api:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        api = build_api(read_settings(UNUSED))
    api._admit = everybody  # there is no table to count in
    return api


def _path(route: Route) -> str:
    return route.path.replace("{", "").replace("}", "")


def _who_may_not(route: Route) -> list[Caller]:
    callers = [Caller("ten_a", "key_a", role) for role in Role]
    return [caller for caller in callers if not route.is_open_to(caller)]


def _needing_a_key(api: Api) -> list[Route]:
    return [route for route in api.routes if not route.is_public]


def test_exactly_these_routes_are_public(api: Api) -> None:
    assert {(route.method, route.path) for route in api.routes if route.is_public} == PUBLIC


def test_every_other_route_refuses_who_has_no_key(api: Api) -> None:
    for route in _needing_a_key(api):
        assert send(api, request(route.method, _path(route))).status == 401, route


def test_every_route_refuses_every_role_that_is_too_small_whatever_the_body(api: Api) -> None:
    for route in _needing_a_key(api):
        assert _who_may_not(route) or route.path in FOR_EVERY_KEY, route
        for caller in _who_may_not(route):
            event = authorised(request(route.method, _path(route), "{broken"), caller)
            assert send(api, event).status == 403, (route, caller)


def test_a_key_that_is_bound_to_a_user_uses_only_what_is_about_that_user(api: Api) -> None:
    for role in (Role.VIEWER, Role.OPERATOR, Role.ADMIN):
        bound = Caller("ten_a", "key_b", role, user_id="ann")
        shut = [route for route in _needing_a_key(api) if not route.is_open_to(bound)]

        for route in shut:
            assert send(api, authorised(request(route.method, _path(route)), bound)).status == 403, route
        assert {f"{route.method} {route.path}" for route in set(_needing_a_key(api)) - set(shut)} == FOR_BOUND_KEYS


def test_a_platform_key_uses_only_what_belongs_to_the_platform(api: Api) -> None:
    platform = Caller("platform", "key_p", Role.PLATFORM)

    for route in _needing_a_key(api):
        allowed = route.is_open_to(platform)
        assert allowed == route.path.startswith(("/v1/tenants", "/v1/platform", "/v1/system")), route


def test_what_is_open_to_the_platform_and_to_tenants_is_nothing_but_the_state_of_the_system(api: Api) -> None:
    shared = {route.path for route in api.routes if len(route.roles) > 1}

    assert shared <= {"/v1/system/status", "/v1/system/config-check"}


def test_every_post_that_creates_or_sends_takes_an_idempotency_key(api: Api) -> None:
    for route in api.routes:
        if route.method == "POST" and route.status in {201, 202}:
            assert route.idempotent, route


def test_every_route_says_what_it_is_for(api: Api) -> None:
    for route in api.routes:
        assert route.summary.endswith("."), route


def test_no_two_routes_have_the_same_path_and_method(api: Api) -> None:
    places = [(route.method, route.path) for route in api.routes]

    assert len(set(places)) == len(places)


def test_no_two_routes_have_the_same_name(api: Api) -> None:
    names = [route.name for route in api.routes]

    assert len(set(names)) == len(names)


def test_only_what_is_public_may_be_kept_by_others(api: Api) -> None:
    for route in api.routes:
        answer = send(api, request(route.method, _path(route)))
        kept = answer.headers["Cache-Control"] != "no-store"
        assert kept == (route.is_public and answer.status == 200), route


def test_every_route_that_is_not_a_get_is_a_deed_of_the_audit_log_or_says_why_it_is_none(api: Api) -> None:
    changing = {f"{route.method} {route.path}" for route in api.routes if route.method != "GET"}

    assert changing == set(ACTS)


def test_every_action_is_done_somewhere() -> None:
    by_routes = {action for acts in ACTS.values() if not isinstance(acts, NoEntry) for action in acts}

    assert by_routes | set(ELSEWHERE) == set(Action)
    assert by_routes & set(ELSEWHERE) == set()
