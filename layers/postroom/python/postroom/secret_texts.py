"""Texts in Secrets Manager, one secret for each account, in versions."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from postroom.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_CURRENT, _PENDING = "AWSCURRENT", "AWSPENDING"
_RECOVERY_DAYS = 7


class Gone(Unavailable):
    """There is no such secret, or it is on its way out."""


class Taken(Unavailable):
    """There is a secret of this name."""


_MEANT = {"ResourceNotFoundException": Gone, "InvalidRequestException": Gone, "ResourceExistsException": Taken}


@contextmanager
def translated() -> Iterator[None]:
    """Turns what Secrets Manager refuses, or does not answer, into Unavailable; Gone and Taken say what it means."""
    try:
        yield
    except ClientError as error:
        raise _MEANT.get(error.response["Error"]["Code"], Unavailable) from error
    except BotoCoreError as error:
        raise Unavailable from error


class SecretTexts:
    def __init__(self, client: "SecretsManagerClient", prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def store(self, tenant_id: str, account_id: str, text: str) -> str:
        """Names its version. The one before stays the current one until ``make_current``."""
        name = self._name(tenant_id, account_id)
        with suppress(Taken), translated():
            return self._client.create_secret(Name=name, SecretString=text)["VersionId"]
        with translated():
            replaced = self._client.put_secret_value(SecretId=name, SecretString=text, VersionStages=[_PENDING])
            return replaced["VersionId"]

    def make_current(self, tenant_id: str, account_id: str, version: str) -> None:
        name = self._name(tenant_id, account_id)
        with translated():
            stages = self._client.describe_secret(SecretId=name)["VersionIdsToStages"]
            holder = next((other for other, labels in stages.items() if _CURRENT in labels), None)
            if holder is not None and holder != version:
                self._client.update_secret_version_stage(
                    SecretId=name, VersionStage=_CURRENT, MoveToVersionId=version, RemoveFromVersionId=holder
                )

    def read(self, tenant_id: str, account_id: str, version: str | None = None) -> str:
        """The text of this version, or the current one. Raises NotFound, or Unavailable."""
        which = {"VersionId": version} if version else {"VersionStage": _CURRENT}
        try:
            with translated():
                answer = self._client.get_secret_value(SecretId=self._name(tenant_id, account_id), **which)
        except Gone as error:
            raise NotFound("The account has no stored secret") from error
        return answer["SecretString"]

    def holds(self, tenant_id: str, account_id: str, version: str) -> bool:
        """Without reading it. Raises Unavailable."""
        try:
            with translated():
                found: Mapping[str, Any] = self._client.describe_secret(SecretId=self._name(tenant_id, account_id))
        except Gone:
            return False
        return "DeletedDate" not in found and version in found.get("VersionIdsToStages", {})

    def forget(self, tenant_id: str, account_id: str) -> None:
        name = self._name(tenant_id, account_id)
        with suppress(Gone), translated():
            self._client.delete_secret(SecretId=name, RecoveryWindowInDays=_RECOVERY_DAYS)

    def _name(self, tenant_id: str, account_id: str) -> str:
        return f"{self._prefix}{tenant_id}/{account_id}"
