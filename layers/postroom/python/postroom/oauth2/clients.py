"""Which provider an account's mailbox is with, and how this deployment is known there."""

from collections.abc import Mapping

from postroom.accounts.model import Account
from postroom.errors import Conflict
from postroom.oauth2.model import Client, Provider, ProviderName
from postroom.oauth2.providers import PROVIDER_OF
from postroom.oauth2.refusals import not_for_tokens

CALLBACK_PATH = "/v1/oauth2/callback"


class Clients:
    """``client_ids`` of the providers that this deployment is registered with; ``public_url`` is where it answers."""

    def __init__(
        self, providers: Mapping[ProviderName, Provider], client_ids: Mapping[ProviderName, str], public_url: str
    ) -> None:
        self._providers = providers
        self._client_ids = client_ids
        self._public_url = public_url.rstrip("/")

    def of(self, account: Account) -> Client:
        """For the account's session. Raises SessionFailed: a token never goes to another host than its provider's."""
        client = self._client(account)
        if client is None:
            raise not_for_tokens("The account's connection_type does not go by OAuth2 here")
        if not _is_at(client.provider, account):
            raise not_for_tokens(_wrong_host(client.provider))
        return client

    def to_authorize(self, account: Account) -> Client:
        """Raises Conflict with what stands in the way."""
        name = PROVIDER_OF.get(account.config.connection_type)
        if name is None:
            raise Conflict("Only accounts with the connection_type gmail or outlook are authorized by OAuth2")
        provider = self._providers[name]
        if not self._client_ids.get(name):
            raise Conflict(
                f"This deployment is not registered with {provider.title}: its parameter {provider.title}ClientId is "
                "not set"
            )
        if not self._public_url:
            raise Conflict("This deployment does not know its own address: its parameter PublicUrl is not set")
        if not _is_at(provider, account):
            raise Conflict(_wrong_host(provider))
        return self.named(name)

    def named(self, name: ProviderName) -> Client:
        return Client(self._providers[name], self._client_ids.get(name, ""), self._public_url + CALLBACK_PATH)

    def _client(self, account: Account) -> Client | None:
        name = PROVIDER_OF.get(account.config.connection_type)
        return None if name is None else self.named(name)


def _is_at(provider: Provider, account: Account) -> bool:
    return account.config.smtp_host.lower().rstrip(".") in provider.smtp_hosts


def _wrong_host(provider: Provider) -> str:
    hosts = ", ".join(sorted(provider.smtp_hosts))
    return f"smtp_host must be one of {provider.title}'s: {hosts}"
