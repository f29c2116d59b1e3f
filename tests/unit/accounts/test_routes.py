"""What the owner of an account does over HTTP, as far as the routes themselves decide it."""

from typing import Any

import pytest
from aws_lambda_powertools import Logger

from postroom.accounts.manage import AccountRules, ChangeAccount, CreateAccount, DeleteAccount, FindAccounts
from postroom.accounts.model import PipeliningFault
from postroom.accounts.routes import account_routes, health_routes
from postroom.idempotency.run_once import RunOnce
from postroom.tenancy.model import Caller, Role
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.builders import an_account
from tests.fakes.accounts import MemoryAccounts, MemoryPasswords
from tests.fakes.http import authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.time import NOON, FakeClock

ADMIN = Caller("ten_a", "key_a", Role.ADMIN)
ONE = "/v1/accounts/acc_1"


class Owner:
    """Has one account, whose server was seen to pipeline badly."""

    def __init__(self) -> None:
        store, clock, routes = MemoryAccounts(), FakeClock(), Routes()
        store.add(an_account(secret_version="v", pipelining_fault=PipeliningFault(NOON, "503 5.5.1 out of order")))
        needs = (store, MemoryPasswords(), AccountRules(local=False), lambda _, paced=False: None, clock)
        find, change = FindAccounts(store), ChangeAccount(*needs)
        account_routes(routes, find, CreateAccount(*needs), change, DeleteAccount(*needs[:2], needs[3]), clock=clock)
        health_routes(routes, find, change, clock=clock)
        self._api = Api(routes, RunOnce(MemoryRecords(), clock), clock, Logger(service="test"))

    def __call__(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        answer = send(self._api, authorised(request(method, path, body), ADMIN))
        assert answer.status == 200, answer.text
        return answer.json


def test_what_was_read_and_is_sent_back_changes_nothing_that_was_learned() -> None:
    owner = Owner()
    shown = owner("GET", ONE)

    changed = owner("PUT", ONE, shown | {"daily_limit": 7})

    assert changed["daily_limit"] == 7
    assert changed["pipelining"] == shown["pipelining"]
    assert changed["pipelining"]["reason"] == "503 5.5.1 out of order"


@pytest.mark.parametrize(
    ("path", "in_use", "reason"), [(f"{ONE}/resume", True, None), (f"{ONE}/pause", False, "503 5.5.1 out of order")]
)
def test_who_resumes_an_account_lets_its_server_pipeline_again(path: str, *, in_use: bool, reason: str | None) -> None:
    pipelining = Owner()("POST", path)["pipelining"]

    assert (pipelining["in_use"], pipelining["reason"]) == (in_use, reason)
