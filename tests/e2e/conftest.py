"""One stack for the whole session, with ports and a directory of its own: two sessions side by side never meet."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any
from unittest.mock import patch

import httpx
import pytest
from pynamodb.models import Model

from local.catcher.mailbox import Mailbox
from local.demo import make_account, make_tenant
from local.deployment import client
from local.place import Place, aws_environment, place_of_own
from local.platform_key import make_platform_key
from local.stack import Stack, running_stack
from tests.fakes.tables import name_table
from tests.faults.authorization_server import CLIENT_SECRET

_TIMEOUT_SECONDS = 90


@dataclass(frozen=True, slots=True)
class LiveStack:
    """The deployed stack. Its AWS enforces the template's policies on every function."""

    place: Place
    outputs: dict[str, str]
    """As the template names them: ``MessagesTable``, ``HighQueueUrl``, ``SenderFunction`` …"""
    mailbox: Mailbox
    """What the mail catcher has, in this process; over HTTP it is at ``place.inbox_url``."""
    platform_key: str

    def caller(self, key: str | None) -> httpx.Client:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        return httpx.Client(base_url=self.place.api_url, headers=headers, timeout=_TIMEOUT_SECONDS)

    def aws(self, service: str) -> Any:  # noqa: ANN401 - a boto3 client of any service, with all rights
        return client(service, self.place)

    def new_tenant(self, name: str) -> str:
        """The admin key of a tenant that no other test knows."""
        return make_tenant(self.place, self.platform_key, name)

    def new_account(self, key: str, email: str, sender_name: str = "Sender", **changes: object) -> dict[str, Any]:
        """An active account on the mail catcher, with STARTTLS and a login; ``changes`` are fields of the request."""
        return make_account(self.place, key, email, sender_name, **changes)

    @contextmanager
    def tables_here(self, **rows: Sequence[type[Model]]) -> Iterator[None]:
        """In this process rows are those of the stack: ``NotificationsTable=ROWS``, as the outputs name it."""

        def forget_connections() -> None:
            for row in chain(*rows.values()):
                row._connection = None

        with patch.dict(os.environ, aws_environment(self.place)):
            for output, named in rows.items():
                name_table(named, self.outputs[output])
            forget_connections()
            yield
            forget_connections()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStack]:
    place = place_of_own(tmp_path_factory.mktemp("stack"))
    with running_stack(place, _say_nothing) as running:
        yield _with_platform_key(running)


@pytest.fixture
def tenant(stack: LiveStack, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """An admin of a new tenant."""
    with stack.caller(stack.new_tenant(request.node.name[:60])) as caller:
        yield caller


def _with_platform_key(running: Stack) -> LiveStack:
    place = running.place
    for name in ("google", "microsoft"):  # the template of tests has client ids of both
        client("secretsmanager", place).create_secret(Name=f"postroom-oauth2/local/{name}", SecretString=CLIENT_SECRET)
    key = make_platform_key(client("lambda", place), running.outputs["ApiFunction"], aws_environment(place))
    return LiveStack(place, dict(running.outputs), running.mailbox, key)


def _say_nothing(_: str) -> None:
    """A test session prints its own lines."""
