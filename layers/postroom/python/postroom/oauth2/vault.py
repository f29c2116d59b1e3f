"""Grants and this deployment's own secrets in Secrets Manager."""

import json
from typing import TYPE_CHECKING

from postroom.errors import Misconfigured
from postroom.oauth2.model import Grant, ProviderName, TokenKey
from postroom.secret_texts import Gone, SecretTexts, translated

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class SecretsManagerGrants:
    """In the account's one secret, where its password would be."""

    def __init__(self, texts: SecretTexts) -> None:
        self._texts = texts

    def store(self, tenant_id: str, account_id: str, grant: Grant) -> str:
        text = json.dumps(
            {"provider": grant.provider, "refresh_token": grant.refresh_token, "data_key": grant.data_key}
        )
        return self._texts.store(tenant_id, account_id, text)

    def make_current(self, tenant_id: str, account_id: str, version: str) -> None:
        self._texts.make_current(tenant_id, account_id, version)

    def read(self, key: TokenKey) -> Grant:
        held = json.loads(self._texts.read(key.tenant_id, key.account_id, key.secret_version))
        return Grant(ProviderName(held["provider"]), held["refresh_token"], held["data_key"])

    def forget(self, tenant_id: str, account_id: str) -> None:
        self._texts.forget(tenant_id, account_id)


class ClientSecrets:
    """By ``prefix`` and provider; remembered until ``forget``."""

    def __init__(self, client: "SecretsManagerClient", prefix: str) -> None:
        self._client = client
        self._prefix = prefix
        self._known: dict[ProviderName, str] = {}

    def __call__(self, provider: ProviderName) -> str:
        """Raises Misconfigured when there is none, and Unavailable."""
        if provider not in self._known:
            self._known[provider] = self._read(f"{self._prefix}{provider}")
        return self._known[provider]

    def forget(self) -> None:
        self._known.clear()

    def _read(self, name: str) -> str:
        try:
            with translated():
                return self._client.get_secret_value(SecretId=name)["SecretString"].strip()
        except Gone as error:
            raise Misconfigured(f"There is no secret {name}") from error
