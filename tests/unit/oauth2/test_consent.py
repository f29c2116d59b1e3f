"""From the link to the connected account, against a real authorization server on this machine."""

import logging
import threading
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from postroom.accounts.model import AccountStatus, ConnectionType, CredentialKind, EventKind
from postroom.change import Change, Set
from postroom.delivery.deadline import Deadline
from postroom.errors import Conflict, NotFound, Unavailable
from postroom.oauth2.clients import Clients
from postroom.oauth2.connect import Connected, Outcome
from postroom.oauth2.model import ProviderName
from postroom.oauth2.page import page_of
from postroom.oauth2.providers import PROVIDERS
from postroom.oauth2.states import StateText
from postroom.paging import PageRequest
from tests.fakes.oauth2 import ANN, TENANT, MemoryGrants, OAuth2World
from tests.faults.authorization_server import CLIENT_ID, Answer, AuthorizationServer, Slow

OTHER_TENANT = "ten_01hq3k5v8r0000000000000001"
UNKNOWN = Connected(Outcome.UNKNOWN)


def the_query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


@pytest.mark.parametrize(
    ("connection_type", "host", "expected"),
    [
        (
            ConnectionType.GMAIL,
            "smtp.gmail.com",
            {
                "url": "https://accounts.google.com/o/oauth2/v2/auth",
                "scope": ["https://mail.google.com/"],
                "access_type": ["offline"],
                "prompt": ["consent"],
            },
        ),
        (
            ConnectionType.OUTLOOK,
            "smtp.office365.com",
            {
                "url": "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
                "scope": ["https://outlook.office.com/SMTP.Send offline_access"],
            },
        ),
    ],
)
def test_the_link_asks_the_provider_for_a_code_with_pkce(
    world: OAuth2World, connection_type: ConnectionType, host: str, expected: dict[str, object]
) -> None:
    world.clients = Clients(PROVIDERS, dict.fromkeys(ProviderName, "our-id"), "https://mail.example.org")
    world.add(connection_type=connection_type, smtp_host=host)

    asked = world.ask()

    query = the_query(asked.url)
    assert {"url": asked.url.partition("?")[0], **{name: query.get(name) for name in expected if name != "url"}} == (
        expected
    )
    assert query["response_type"] == ["code"]
    assert query["client_id"] == ["our-id"]
    assert query["redirect_uri"] == ["https://mail.example.org/v1/oauth2/callback"]
    assert query["login_hint"] == [ANN]
    assert query["code_challenge_method"] == ["S256"]
    assert len(query["code_challenge"][0]) == 43
    assert asked.ends == world.clock() + timedelta(minutes=10)


def test_neither_the_state_nor_the_verifier_can_be_had_from_what_the_other_side_sees(world: OAuth2World) -> None:
    world.add()

    url = world.ask().url

    [((tenant_id, state_hash), consent)] = world.consents.kept.items()
    state = the_query(url)["state"][0]
    assert tenant_id == TENANT
    assert state not in repr(world.consents.kept)
    assert state_hash not in url
    assert consent.verifier not in url
    assert consent.verifier not in repr(consent)
    assert len(state.partition(".")[2]) >= 43


def test_no_two_links_are_alike(world: OAuth2World) -> None:
    world.add()

    assert len({(the_query(url)["state"][0], the_query(url)["code_challenge"][0]) for url in links(world, 20)}) == 20


def links(world: OAuth2World, count: int) -> list[str]:
    return [world.ask().url for _ in range(count)]


def test_a_consent_connects_the_account(world: OAuth2World, server: AuthorizationServer) -> None:
    world.add()

    connected = world.connect(server.consent(world.ask().url))

    account = world.account()
    assert connected == Connected(Outcome.CONNECTED, ANN)
    assert account.config.credential is CredentialKind.OAUTH2
    assert account.config.status is AccountStatus.PENDING  # Its test is still to come.
    assert account.revision == 2
    assert account.is_on_trial
    assert account.authorization is not None
    assert account.authorization.authorized_at == world.clock()
    [grant] = world.grants.all
    assert grant.refresh_token in server.issued
    assert world.grants.current[TENANT, "acc_1"] == account.secret_version
    assert world.woken == [TENANT]
    events = world.accounts.events(TENANT, "acc_1", PageRequest()).items
    assert [event.kind for event in events] == [EventKind.AUTHORIZED]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (AccountStatus.ERROR, AccountStatus.ACTIVE),
        (AccountStatus.INACTIVE, AccountStatus.INACTIVE),
        (AccountStatus.ACTIVE, AccountStatus.ACTIVE),
        (AccountStatus.PENDING, AccountStatus.PENDING),
    ],
)
def test_a_new_consent_mends_what_was_refused_and_wakes_nothing_else(
    world: OAuth2World, server: AuthorizationServer, before: AccountStatus, after: AccountStatus
) -> None:
    world.add(status=before)

    world.connect(server.consent(world.ask().url))

    assert world.account().config.status is after


def test_an_account_with_a_password_goes_on_with_it_until_its_owner_has_consented(
    world: OAuth2World, server: AuthorizationServer
) -> None:
    world.add(credential=CredentialKind.PASSWORD, status=AccountStatus.ACTIVE, secret_version="v1")

    url = world.ask().url
    asked = world.account()
    world.connect(server.consent(url))

    assert asked.config.credential is CredentialKind.PASSWORD
    assert asked.secret_version == "v1"
    assert world.account().config.credential is CredentialKind.OAUTH2
    assert world.account().secret_version != "v1"


def test_what_changed_meanwhile_of_the_account_is_kept(world: OAuth2World, server: AuthorizationServer) -> None:
    world.add()
    returned = server.consent(world.ask().url)
    world.accounts.change(TENANT, "acc_1", Change((Set(("daily_limit",), 7), Set(("revision",), 5))))

    connected = world.connect(returned)

    assert connected.outcome is Outcome.CONNECTED
    assert world.account().config.daily_limit == 7
    assert world.account().revision == 6


@pytest.mark.parametrize(
    ("before", "meanwhile", "after"),
    [
        (AccountStatus.ACTIVE, AccountStatus.ERROR, AccountStatus.ACTIVE),  # A sender was refused.
        (AccountStatus.ERROR, AccountStatus.ACTIVE, AccountStatus.ACTIVE),  # A test passed.
        (AccountStatus.PENDING, AccountStatus.ACTIVE, AccountStatus.ACTIVE),
    ],
)
def test_a_status_that_changes_during_the_exchange_is_mended_as_it_then_is(
    world: OAuth2World,
    server: AuthorizationServer,
    before: AccountStatus,
    meanwhile: AccountStatus,
    after: AccountStatus,
) -> None:
    world.add(status=before)
    returned = server.consent(world.ask().url)

    def change(*_: object) -> None:
        world.accounts.change(TENANT, "acc_1", Change((Set(("status",), str(meanwhile)),)))

    server.watch(change)

    connected = world.connect(returned)

    assert connected.outcome is Outcome.CONNECTED
    assert world.account().config.status is after
    assert world.account().last_error is None


def test_an_account_is_connected_also_when_its_secret_cannot_be_made_the_current_one(
    world: OAuth2World, server: AuthorizationServer
) -> None:
    class Stubborn(MemoryGrants):
        def make_current(self, tenant_id: str, account_id: str, version: str) -> None:
            raise Unavailable

    world.grants = Stubborn()
    world.add()

    connected = world.connect(server.consent(world.ask().url))

    assert connected == Connected(Outcome.CONNECTED, ANN)
    assert world.woken == [TENANT]
    events = world.accounts.events(TENANT, "acc_1", PageRequest()).items
    assert [event.kind for event in events] == [EventKind.AUTHORIZED]
    world.pass_time(hours=2)
    token = world.another_process().read(world.account(), Deadline.after(20))
    assert token.text in server.valid_tokens(ANN)


# What is no consent


def test_a_state_is_good_once(world: OAuth2World, server: AuthorizationServer) -> None:
    world.add()
    returned = server.consent(world.ask().url)

    answers = [world.connect(returned) for _ in range(3)]

    assert [answer.outcome for answer in answers] == [Outcome.CONNECTED, Outcome.UNKNOWN, Outcome.UNKNOWN]
    assert world.account().revision == 2


def test_of_many_that_come_with_one_state_at_once_one_is_taken(world: OAuth2World, server: AuthorizationServer) -> None:
    world.add()
    returned = server.consent(world.ask().url)
    outcomes: list[Outcome] = []
    start = threading.Barrier(8)

    def come_back() -> None:
        start.wait()
        outcomes.append(world.connect(returned).outcome)

    threads = [threading.Thread(target=come_back) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcome.name for outcome in outcomes) == ["CONNECTED"] + ["UNKNOWN"] * 7


def test_a_state_is_good_for_ten_minutes(world: OAuth2World, server: AuthorizationServer) -> None:
    world.add()
    first, second = (server.consent(world.ask().url) for _ in range(2))

    world.pass_time(minutes=9, seconds=59)
    in_time = world.connect(first)
    world.pass_time(seconds=1)
    late = world.connect(second)

    assert in_time.outcome is Outcome.CONNECTED
    assert late == UNKNOWN


def test_unknown_expired_used_and_foreign_states_are_told_apart_by_nobody(
    world: OAuth2World, server: AuthorizationServer
) -> None:
    world.add()
    used, expired, gone = (server.consent(world.ask().url) for _ in range(3))
    world.connect(used)
    foreign = used | {"state": used["state"].replace(TENANT, OTHER_TENANT)}
    made_up = used | {"state": str(StateText.fresh(TENANT))}
    world.accounts.remove(TENANT, "acc_1")
    deleted = gone
    cases = [used, foreign, made_up, deleted, {}, {"state": "x"}, {"state": "…"}, {"state": "a" * 10_000}]
    answers = [world.connect(case) for case in cases]
    world.pass_time(hours=1)
    answers.append(world.connect(expired))

    assert answers == [UNKNOWN] * 9
    assert len({str(page_of(answer)) for answer in answers}) == 1


def test_the_state_of_one_tenant_connects_nothing_of_another(world: OAuth2World, server: AuthorizationServer) -> None:
    mine = world.add()
    theirs = world.accounts.add(replace(mine, tenant_id=OTHER_TENANT))
    returned = server.consent(world.ask().url)

    foreign = world.connect({"state": returned["state"].replace(TENANT, OTHER_TENANT), "code": returned["code"]})
    own = world.connect(returned)

    assert foreign == UNKNOWN
    assert own.outcome is Outcome.CONNECTED
    assert world.accounts.get(OTHER_TENANT, "acc_1") == theirs


def test_another_tenants_account_is_not_found(world: OAuth2World) -> None:
    world.add()

    with pytest.raises(NotFound):
        world.ask(OTHER_TENANT)
    with pytest.raises(NotFound):
        world.ask(account_id="acc_2")
    assert world.consents.kept == {}


def test_a_consent_for_one_mailbox_is_none_for_another(world: OAuth2World, server: AuthorizationServer) -> None:
    world.add()
    returned = server.consent(world.ask().url)
    world.accounts.change(TENANT, "acc_1", Change((Set(("email",), "bob@example.com"), Set(("revision",), 2))))

    connected = world.connect(returned)

    assert connected == UNKNOWN
    assert world.account().authorization is None
    assert world.grants.all == []


def test_a_consent_for_one_provider_is_none_for_another(world: OAuth2World, server: AuthorizationServer) -> None:
    world.add()
    returned = server.consent(world.ask().url)
    world.accounts.change(TENANT, "acc_1", Change((Set(("connection_type",), "outlook"),)))

    assert world.connect(returned).outcome is Outcome.UNKNOWN
    assert world.grants.all == []


def test_a_person_who_says_no_uses_the_state_up(world: OAuth2World, server: AuthorizationServer) -> None:
    world.add()
    url = world.ask().url

    denied = world.connect(server.consent(url, denied=True))
    afterwards = world.connect(server.consent(url))

    assert denied == Connected(Outcome.DENIED, ANN)
    assert afterwards == UNKNOWN
    assert world.account().authorization is None


@pytest.mark.parametrize("fault", [Answer(500), Answer(503, "temporarily_unavailable"), Answer(401, "invalid_client")])
def test_a_provider_that_does_not_confirm_connects_nothing(
    world: OAuth2World, server: AuthorizationServer, fault: Answer
) -> None:
    account = world.add()
    returned = server.consent(world.ask().url)
    server.on_token(fault)

    connected = world.connect(returned)

    assert connected == Connected(Outcome.FAILED, ANN)
    assert world.account() == account
    assert world.grants.all == []


def test_a_code_with_another_verifier_is_not_taken(world: OAuth2World, server: AuthorizationServer) -> None:
    # The control of the provider's own check: without it, the tests above would pass without PKCE.
    world.add()
    first, second = world.ask(), world.ask()
    stolen = server.consent(first.url)["code"]

    connected = world.connect({"state": the_query(second.url)["state"][0], "code": stolen})

    assert connected.outcome is Outcome.FAILED


def test_a_consent_without_the_permission_to_send_or_to_stay_is_unfit(
    world: OAuth2World, server: AuthorizationServer
) -> None:
    world.add()
    server.scope = "openid email"
    without_permission = world.connect(server.consent(world.ask().url))
    server.scope, server.gives_refresh_token = "https://MAIL.google.com/ openid", False
    without_refresh = world.connect(server.consent(world.ask().url))
    server.gives_refresh_token = True
    whole = world.connect(server.consent(world.ask().url))

    outcomes = [connected.outcome for connected in (without_permission, without_refresh, whole)]
    assert outcomes == [Outcome.UNFIT, Outcome.UNFIT, Outcome.CONNECTED]


def test_an_account_that_is_deleted_during_the_exchange_leaves_no_secret(
    world: OAuth2World, server: AuthorizationServer
) -> None:
    world.add()
    returned = server.consent(world.ask().url)

    def deleted_meanwhile(*_: object) -> None:
        world.accounts.remove(TENANT, "acc_1")

    server.watch(deleted_meanwhile)

    connected = world.connect(returned)

    assert connected.outcome is Outcome.UNKNOWN
    assert world.grants.all == []


# What stands in the way of asking


@pytest.mark.parametrize(
    ("changes", "ids", "public_url", "named"),
    [
        ({"connection_type": ConnectionType.SMTP}, CLIENT_ID, "https://x.example", "connection_type"),
        ({"smtp_host": "evil.example"}, CLIENT_ID, "https://x.example", "smtp_host"),
        ({"smtp_host": "smtp.gmail.com.evil.example"}, CLIENT_ID, "https://x.example", "smtp_host"),
        ({"smtp_host": "smtp.gmail.com"}, "", "https://x.example", "GoogleClientId"),
        (
            {"smtp_host": "smtp.office365.com", "connection_type": ConnectionType.OUTLOOK},
            "",
            "https://x.example",
            "MicrosoftClientId",
        ),
        ({"smtp_host": "smtp.gmail.com"}, CLIENT_ID, "", "PublicUrl"),
    ],
)
def test_what_is_missing_is_named(
    world: OAuth2World, changes: dict[str, object], ids: str, public_url: str, named: str
) -> None:
    world.clients = Clients(PROVIDERS, dict.fromkeys(ProviderName, ids), public_url)
    world.add(**changes)

    with pytest.raises(Conflict) as conflict:
        world.ask()

    assert named in conflict.value.detail
    assert world.consents.kept == {}


# What is never shown


def test_nothing_secret_is_logged_or_shown_on_the_way(
    world: OAuth2World, server: AuthorizationServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world.add()
    shown: list[str] = []
    for fault in (Answer(401, "invalid_client"), Answer(400, "invalid_grant"), Answer(500), Slow(0), Answer(200)):
        server.on_token(fault)
        returned = server.consent(world.ask().url)
        connected = world.connect(returned)
        shown += [repr(connected), str(page_of(connected))]
    shown += [record.getMessage() + repr(record.__dict__) for record in caplog.records]
    shown += [repr(grant) for grant in world.grants.all] + [repr(world.state()), repr(world.account())]

    assert server.issued
    assert not [secret for secret in server.issued for text in shown if secret in text]
