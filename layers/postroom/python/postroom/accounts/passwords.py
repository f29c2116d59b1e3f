"""Passwords in Secrets Manager, one secret per account."""

import json

from postroom.secret_texts import SecretTexts


class SecretsManagerPasswords:
    def __init__(self, texts: SecretTexts) -> None:
        self._texts = texts

    def store(self, tenant_id: str, account_id: str, password: str) -> str:
        return self._texts.store(tenant_id, account_id, json.dumps({"password": password}))

    def make_current(self, tenant_id: str, account_id: str, version: str) -> None:
        self._texts.make_current(tenant_id, account_id, version)

    def read(self, tenant_id: str, account_id: str, version: str | None = None) -> tuple[str, str]:
        text, found = self._texts.read(tenant_id, account_id, version)
        return json.loads(text)["password"], found

    def forget(self, tenant_id: str, account_id: str) -> None:
        self._texts.forget(tenant_id, account_id)
