"""Accounts and pools, where they are kept."""

from postroom.accounts import store as accounts_store
from postroom.accounts.passwords import SecretsManagerPasswords
from postroom.accounts.store import DynamoAccounts
from postroom.bootstrap import aws
from postroom.pools import store as pools_store
from postroom.pools.store import DynamoPools
from postroom.secret_texts import SecretTexts
from postroom.settings import Settings


def build_accounts(settings: Settings) -> DynamoAccounts:
    aws.name(accounts_store.ROWS, settings.accounts_table)
    return DynamoAccounts(settings.retention)


def build_pools(settings: Settings) -> DynamoPools:
    aws.name(pools_store.ROWS, settings.directory_table)
    return DynamoPools()


def build_secret_texts(settings: Settings) -> SecretTexts:
    return SecretTexts(aws.secrets_manager(), settings.secret_prefix)


def build_passwords(settings: Settings) -> SecretsManagerPasswords:
    return SecretsManagerPasswords(build_secret_texts(settings))
