from collections.abc import Iterator

import pytest

from tests.fakes.oauth2 import OAuth2World
from tests.faults.authorization_server import AuthorizationServer


@pytest.fixture(autouse=True)
def _the_test_servers_speak_http(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def server() -> Iterator[AuthorizationServer]:
    with AuthorizationServer() as running:
        yield running


@pytest.fixture
def world(server: AuthorizationServer) -> OAuth2World:
    return OAuth2World(server)
