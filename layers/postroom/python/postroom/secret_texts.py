"""Texts in Secrets Manager, one secret for each account, in versions."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from postroom.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_CURRENT, _PENDING = "AWSCURRENT", "AWSPENDING"
_RECOVERY_DAYS = 7
GONE = frozenset({"ResourceNotFoundException", "InvalidRequestException"})
"""The second is said of a secret that is already on its way out."""


class SecretTexts:
    def __init__(self, client: "SecretsManagerClient", prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def store(self, tenant_id: str, account_id: str, text: str) -> str:
        """Names its version. The one before stays the current one until ``make_current``."""
        name = self._name(tenant_id, account_id)
        try:
            return self._client.create_secret(Name=name, SecretString=text)["VersionId"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceExistsException":
                raise Unavailable from error
        except BotoCoreError as error:
            raise Unavailable from error
        return self._replace(name, text)

    def make_current(self, tenant_id: str, account_id: str, version: str) -> None:
        name = self._name(tenant_id, account_id)
        try:
            stages = self._client.describe_secret(SecretId=name)["VersionIdsToStages"]
            holder = next((other for other, labels in stages.items() if _CURRENT in labels), None)
            if holder is not None and holder != version:
                self._client.update_secret_version_stage(
                    SecretId=name, VersionStage=_CURRENT, MoveToVersionId=version, RemoveFromVersionId=holder
                )
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error

    def read(self, tenant_id: str, account_id: str, version: str | None = None) -> tuple[str, str]:
        """The text of this version, or the current one, and its version. Raises NotFound, or Unavailable."""
        name = self._name(tenant_id, account_id)
        which = {"VersionId": version} if version else {"VersionStage": _CURRENT}
        try:
            answer = self._client.get_secret_value(SecretId=name, **which)
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                raise NotFound("The account has no stored secret") from error
            raise Unavailable from error
        except BotoCoreError as error:
            raise Unavailable from error
        return answer["SecretString"], answer["VersionId"]

    def forget(self, tenant_id: str, account_id: str) -> None:
        try:
            self._client.delete_secret(SecretId=self._name(tenant_id, account_id), RecoveryWindowInDays=_RECOVERY_DAYS)
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                raise Unavailable from error
        except BotoCoreError as error:
            raise Unavailable from error

    def _replace(self, name: str, text: str) -> str:
        try:
            answer = self._client.put_secret_value(SecretId=name, SecretString=text, VersionStages=[_PENDING])
            return answer["VersionId"]
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error

    def _name(self, tenant_id: str, account_id: str) -> str:
        return f"{self._prefix}{tenant_id}/{account_id}"
