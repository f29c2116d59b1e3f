"""Imports over HTTP, on stores in memory."""

from datetime import timedelta
from typing import Any

import pytest

from postroom.change import Change, Set
from postroom.idempotency.run_once import RunOnce
from postroom.tenancy.model import Caller, Role
from postroom.users.imports.manage import CreateImport, FindImports, RenewUpload, StartImport
from postroom.users.imports.model import ImportStatus
from postroom.users.imports.routes import import_routes
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.fakes.http import Answer, authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.imports import MemoryFiles, MemoryImports
from tests.fakes.leases import MemoryTickets
from tests.fakes.time import FakeClock

OPERATOR = Caller("ten_a", "key_a", Role.OPERATOR)
VIEWER = Caller("ten_a", "key_v", Role.VIEWER)
STRANGER = Caller("ten_b", "key_b", Role.ADMIN)


class Tenant:
    def __init__(self) -> None:
        self.imports, self.files, self.tickets, self.clock = (
            MemoryImports(),
            MemoryFiles(),
            MemoryTickets(),
            FakeClock(),
        )
        routes = Routes()
        import_routes(
            routes,
            CreateImport(self.imports, self.files, self.clock),
            RenewUpload(self.imports, self.files, self.imports.log.write, self.clock),
            StartImport(self.imports, self.files, self.tickets, self.clock),
            FindImports(self.imports, self.files),
        )
        self._api = Api(routes, RunOnce(MemoryRecords(), self.clock), self.clock)

    def __call__(
        self, method: str, path: str, body: object = None, *, caller: Caller = OPERATOR, key: str | None = None
    ) -> Answer:
        headers = {"Idempotency-Key": key} if key else {}
        return send(self._api, authorised(request(method, f"/v1/users/imports{path}", body, headers=headers), caller))

    def made(self) -> dict[str, Any]:
        answer = self("POST", "", {"format": "csv"})
        assert answer.status == 201, answer.text
        made: dict[str, Any] = answer.json
        return made


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


def test_an_import_is_made_with_a_place_for_its_file(tenant: Tenant) -> None:
    made = tenant.made()

    upload = made.pop("upload")
    assert upload["url"].startswith("memory:")
    assert upload["expires_at"] == "2030-01-31T13:00:00Z"
    assert tenant("GET", f"/{made['id']}").json == made


def test_the_place_for_a_file_is_shown_once(tenant: Tenant) -> None:
    first, again = (tenant("POST", "", {"format": "csv"}, key="k1") for _ in range(2))

    assert again.json["id"] == first.json["id"]
    assert again.json["upload"] == first.json["upload"] | {"url": "********"}


@pytest.mark.parametrize("body", [{}, {"format": "xlsx"}, {"format": "csv", "mode": "upsert"}])
def test_an_import_is_asked_for_by_its_format_alone(tenant: Tenant, body: dict[str, object]) -> None:
    assert tenant("POST", "", body).status == 422


def test_while_an_import_waits_there_is_a_new_place_for_its_file(tenant: Tenant) -> None:
    made = tenant.made()
    tenant.clock.advance(timedelta(hours=5))

    answer = tenant("POST", f"/{made['id']}/upload")

    assert (answer.status, answer.json) == (200, made["upload"] | {"expires_at": "2030-01-31T18:00:00Z"})


def test_the_place_for_a_file_is_told_to_operators_of_its_tenant_alone(tenant: Tenant) -> None:
    path = f"/{tenant.made()['id']}/upload"

    assert tenant("POST", path, caller=VIEWER).status == 403
    assert tenant("POST", path, caller=STRANGER).status == 404


@pytest.mark.parametrize(("status", "words"), [("running", "runs already"), ("done", "is done already")])
def test_once_an_import_was_started_there_is_no_place_for_a_file(tenant: Tenant, status: str, words: str) -> None:
    made = tenant.made()
    tenant.imports.change("ten_a", made["id"], Change((Set(("status",), ImportStatus(status)),)))

    answer = tenant("POST", f"/{made['id']}/upload")

    assert answer.status == 409
    assert words in answer.json["detail"]
