"""Accounts that are used by consent: asking for it, taking what comes of it, and access tokens."""

from postroom.audit import entry_rows
from postroom.bootstrap import aws
from postroom.bootstrap.accounts import build_accounts, build_secret_texts
from postroom.bootstrap.messages import build_wake
from postroom.clock import system_clock
from postroom.oauth2.access import AccessTokens
from postroom.oauth2.clients import Clients
from postroom.oauth2.connect import ConnectAccount
from postroom.oauth2.endpoint import HttpTokenEndpoint
from postroom.oauth2.model import ProviderName
from postroom.oauth2.providers import PROVIDERS, local_providers
from postroom.oauth2.renew import RenewToken
from postroom.oauth2.sealing import Fernets
from postroom.oauth2.store import ACCOUNTS_ROWS, DIRECTORY_ROWS, DynamoConsents, DynamoTokens
from postroom.oauth2.vault import ClientSecrets, SecretsManagerGrants
from postroom.settings import Settings


def build_oauth2_callback(settings: Settings) -> ConnectAccount:
    return ConnectAccount(
        accounts=build_accounts(settings),
        consents=build_consents(settings),
        grants=_grants(settings),
        tokens=_tokens(settings),
        endpoint=_token_endpoint(settings),
        seal=Fernets(),
        clients=build_clients(settings),
        accounts_changed=build_wake(settings),
        clock=system_clock,
        audit_kept=settings.audit_retention,
    )


def build_access_tokens(settings: Settings) -> AccessTokens:
    tokens, seal = _tokens(settings), Fernets()
    return AccessTokens(
        tokens=tokens,
        grants=_grants(settings),
        seal=seal,
        clients=build_clients(settings),
        renew=RenewToken(tokens, _token_endpoint(settings), seal, build_accounts(settings), system_clock),
        clock=system_clock,
    )


def build_clients(settings: Settings) -> Clients:
    known = settings.oauth2
    providers = local_providers(known.local_server) if known.local_server else PROVIDERS
    ids = {ProviderName.GOOGLE: known.google_client_id, ProviderName.MICROSOFT: known.microsoft_client_id}
    return Clients(providers, ids, known.public_url)


def build_consents(settings: Settings) -> DynamoConsents:
    aws.name((*DIRECTORY_ROWS, *entry_rows.ROWS), settings.directory_table)
    return DynamoConsents()


def _tokens(settings: Settings) -> DynamoTokens:
    aws.name(ACCOUNTS_ROWS, settings.accounts_table)
    return DynamoTokens()


def _grants(settings: Settings) -> SecretsManagerGrants:
    return SecretsManagerGrants(build_secret_texts(settings))


def _token_endpoint(settings: Settings) -> HttpTokenEndpoint:
    own = ClientSecrets(aws.secrets_manager(), settings.oauth2.secret_prefix)
    return HttpTokenEndpoint(own, own.forget)
