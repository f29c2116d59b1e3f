"""Passwords in Secrets Manager, one secret per account."""

import json

from postroom.errors import NotFound
from postroom.secret_texts import SecretTexts


class SecretsManagerPasswords:
    def __init__(self, texts: SecretTexts) -> None:
        self._texts = texts

    def store(self, tenant_id: str, account_id: str, password: str) -> str:
        return self._texts.store(tenant_id, account_id, json.dumps({"password": password}))

    def make_current(self, tenant_id: str, account_id: str, version: str) -> None:
        self._texts.make_current(tenant_id, account_id, version)

    def read(self, tenant_id: str, account_id: str, version: str | None = None) -> str:
        held: dict[str, str] = json.loads(self._texts.read(tenant_id, account_id, version))
        if "password" not in held:
            raise NotFound("The account's secret is the consent of its owner by now")
        return held["password"]

    def forget(self, tenant_id: str, account_id: str) -> None:
        self._texts.forget(tenant_id, account_id)
