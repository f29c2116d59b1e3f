"""Accounts by OAuth2 on the deployed template, whose policies are enforced; and their races on an exact engine."""

import contextlib
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import patch

import httpx
import pytest

from postroom.accounts.sessions import NoRoom
from postroom.delivery.deadline import Deadline
from postroom.ids import new_id
from postroom.oauth2.access import AccessTokens
from postroom.oauth2.model import TokenKey, TokenState
from postroom.oauth2.store import ACCOUNTS_ROWS, DIRECTORY_ROWS, DynamoConsents, DynamoTokens
from tests.e2e.conftest import LiveStack
from tests.e2e.test_the_way_of_a_mail import _all_logs, finished, send, until
from tests.fakes.oauth2 import ANN, OAuth2World
from tests.faults.authorization_server import AuthorizationServer
from tests.faults.smtp_server import SmtpServer

STORM = 50


@pytest.fixture(scope="module")
def provider(stack: LiveStack) -> Iterator[AuthorizationServer]:
    """In the place of Google and Microsoft."""
    assert stack.place.authorization_port is not None
    with AuthorizationServer(stack.place.authorization_port, rotates=True, reuse_revokes=True) as running:
        yield running


@pytest.fixture
def smtp(provider: AuthorizationServer) -> Iterator[SmtpServer]:
    with SmtpServer(users={ANN: "nothing"}, mechanisms="XOAUTH2", pipelining=True) as running:
        provider.watch(lambda mailbox, tokens: running.change_password(mailbox, *tokens))
        yield running
        provider._watchers.clear()


def new_account(tenant: httpx.Client, smtp: SmtpServer) -> str:
    account = {
        "email": ANN,
        "connection_type": "outlook",
        "credential": "oauth2",
        "smtp_host": "127.0.0.1",
        "smtp_port": smtp.port,
        "daily_limit": 1000,
        "min_wait_time": 0,
    }
    answer = tenant.post("/v1/accounts", json=account)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def come_back(stack: LiveStack, tenant: httpx.Client, account_id: str) -> httpx.Response:
    """The owner's browser, from the link to the page at the end: it has no key."""
    asked = tenant.post(f"/v1/accounts/{account_id}/oauth2/authorize")
    assert asked.status_code == 200, asked.text
    with httpx.Client(follow_redirects=True, timeout=30) as browser:
        return browser.get(asked.json()["authorization_url"])


def test_from_a_consent_to_a_mail_and_to_the_next_token(
    stack: LiveStack, tenant: httpx.Client, provider: AuthorizationServer, smtp: SmtpServer
) -> None:
    account_id = new_account(tenant, smtp)
    assert tenant.get(f"/v1/accounts/{account_id}").json()["status"] == "pending"

    page = come_back(stack, tenant, account_id)
    again = httpx.get(page.url, timeout=30)
    shown = tenant.get(f"/v1/accounts/{account_id}").json()
    tenant.post(f"/v1/accounts/{account_id}/resume")
    before = finished(tenant, send(tenant))
    provider.expire(ANN)
    after = finished(tenant, send(tenant, account_id=account_id))

    assert (page.status_code, again.status_code) == (200, 400)
    assert str(page.url).startswith(f"{stack.place.api_url}/v1/oauth2/callback?")
    assert f"{ANN} is connected" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert shown["oauth2"]["connected"]
    assert (before["status"], after["status"]) == ("sent", "sent")
    assert {mail.username for mail in smtp.mails} == {ANN}
    entries = tenant.get("/v1/audit", params={"target": f"account/{account_id}", "order": "created_at"}).json()["items"]
    done = [entry["action"] for entry in entries]
    assert done == ["account.created", "account.consent_asked", "account.connected", "account.resumed"]
    assert len({entry["actor"]["key_id"] for entry in entries}) == 1
    log, told = _all_logs(stack), str((shown, before, after, entries))
    assert provider.issued
    assert not [secret for secret in provider.issued if secret in log or secret in told]


def test_a_consent_that_was_taken_back_stops_the_account_until_the_next_one(
    stack: LiveStack, tenant: httpx.Client, provider: AuthorizationServer, smtp: SmtpServer
) -> None:
    account_id = new_account(tenant, smtp)
    come_back(stack, tenant, account_id)
    tenant.post(f"/v1/accounts/{account_id}/resume")
    provider.revoke(ANN)

    waiting = finished(tenant, send(tenant))
    stopped = tenant.get(f"/v1/accounts/{account_id}").json()
    events = tenant.get(f"/v1/accounts/{account_id}/events").json()["items"]
    come_back(stack, tenant, account_id)

    assert (waiting["status"], waiting["reason"]) == ("deferred", "account")
    assert stopped["status"] == "error"
    assert "Authorize the account again" in events[0]["detail"]
    # Woken by the callback.
    until(lambda found: found["status"] == "sent", lambda: tenant.get(f"/v1/messages/{waiting['id']}"))


def test_what_comes_back_without_a_state_of_ours_is_told_nothing(stack: LiveStack) -> None:
    with stack.caller(None) as stranger:
        answers = [stranger.get("/v1/oauth2/callback", params=query) for query in ({}, {"state": "x", "code": "y"})]
        others = [stranger.post("/v1/oauth2/callback"), stranger.get("/v1/oauth2/callback/more")]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].text == answers[1].text
    assert {answer.status_code for answer in others} <= {401, 404, 405}


# Races


@pytest.fixture
def real_tables(stack: LiveStack) -> Iterator[None]:
    with (
        stack.tables_here(AccountsTable=ACCOUNTS_ROWS, DirectoryTable=DIRECTORY_ROWS),
        patch.dict(os.environ, {"OAUTHLIB_INSECURE_TRANSPORT": "1"}),
    ):
        yield


class NaiveTokens(DynamoTokens):
    """Looks and then writes."""

    def write(self, key: TokenKey, state: TokenState) -> bool:
        seen = self.get(key)
        number = seen.number if seen else 0
        return super().write(key, replace(state, number=number + 1)) or self.write(key, state)


def storm(world: OAuth2World, processes: list[AccessTokens]) -> list[str]:
    account, start, got = world.account(), threading.Barrier(len(processes)), list[str]()

    def run(process: AccessTokens) -> None:
        start.wait()
        with contextlib.suppress(NoRoom):
            got.append(process.read(account, Deadline.after(30)).text)

    threads = [threading.Thread(target=run, args=(process,)) for process in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def a_world(provider: AuthorizationServer) -> OAuth2World:
    world = OAuth2World(provider)
    world.tokens = DynamoTokens()
    # Each consent has a row of its own, and the rows of other tests are in the same table.
    world.grants.run = new_id("run", world.clock())
    world.authorized()
    world.pass_time(hours=2)
    return world


@pytest.mark.usefixtures("real_tables")
def test_of_fifty_senders_one_renews_a_token_on_a_real_engine(provider: AuthorizationServer) -> None:
    world = a_world(provider)
    before = provider.refreshes

    got = storm(world, [world.another_process() for _ in range(STORM)])

    assert provider.refreshes - before == 1
    assert set(got) <= set(provider.valid_tokens(ANN))
    assert got


@pytest.mark.usefixtures("real_tables")
def test_the_naive_way_renews_it_many_times_on_the_same_engine(provider: AuthorizationServer) -> None:
    provider.reuse_revokes = False
    world = a_world(provider)
    before = provider.refreshes

    storm(world, [world.another_process(tokens=NaiveTokens()) for _ in range(STORM)])
    provider.reuse_revokes = True

    assert provider.refreshes - before > 1


@pytest.mark.usefixtures("real_tables")
def test_a_state_is_redeemed_by_one_of_many_on_a_real_engine(provider: AuthorizationServer) -> None:
    world = OAuth2World(provider)
    world.add()
    world.ask()
    [((tenant_id, _), consent)] = world.consents.kept.items()
    consents, state_hash = DynamoConsents(), new_id("key", world.clock())
    consents.add(state_hash, consent)
    start, got = threading.Barrier(20), list[object]()

    def run() -> None:
        start.wait()
        got.append(consents.redeem(tenant_id, state_hash))

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [one for one in got if one is not None] == [consent]
    assert len(got) == 20
