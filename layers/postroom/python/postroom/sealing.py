"""Seals what nobody may read where it is kept, and what nobody else may make. Fernet, with a key from Secrets Manager.

https://cryptography.io/en/latest/fernet/: AES-128-CBC and HMAC-SHA256. Imported when it is used: most invocations need
neither it nor the key.
"""

import base64
import hashlib
import time
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Literal

from postroom.errors import Misconfigured, Unsendable
from postroom.secret_texts import Gone, translated

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet
    from mypy_boto3_secretsmanager import SecretsManagerClient

_STAGES: tuple[Literal["AWSCURRENT"], Literal["AWSPREVIOUS"]] = ("AWSCURRENT", "AWSPREVIOUS")
"""What was sealed before a rotation can be opened after it, until the next one."""


class Sealer:
    """``secret`` names a secret of any text. It is read when it is first needed, and again when a seal does not fit.

    ``rest``: so many seconds it is not read again. Who opens what strangers send would read it for each forged seal.
    """

    def __init__(
        self,
        client: "SecretsManagerClient",
        secret: str,
        rest: float = 0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._secret = secret
        self._rest = rest
        self._now = now
        self._lock = Lock()
        self._known: MultiFernet | None = None
        self._read_at = now()

    def seal(self, text: str) -> str:
        return self._keys().encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """Raises Unsendable when none of our keys made it, and Unavailable."""
        from cryptography.fernet import InvalidToken

        for keys in (self._keys, self._keys_read_again):
            try:
                return keys().decrypt(sealed).decode()
            except InvalidToken:
                continue
        raise Unsendable("What was sealed cannot be opened any more")

    def _keys(self) -> "MultiFernet":
        with self._lock:
            if self._known is None:
                self._known = self._read()
            return self._known

    def _keys_read_again(self) -> "MultiFernet":
        with self._lock:
            if self._known is None or self._now() - self._read_at >= self._rest:
                self._known = self._read()
            return self._known

    def _read(self) -> "MultiFernet":
        from cryptography.fernet import Fernet, MultiFernet

        texts = [text for stage in _STAGES if (text := self._text(stage)) is not None]
        if not texts:
            raise Misconfigured(f"There is no secret {self._secret}")
        self._read_at = self._now()
        return MultiFernet([Fernet(_key_of(text)) for text in texts])

    def _text(self, stage: Literal["AWSCURRENT", "AWSPREVIOUS"]) -> str | None:
        try:
            with translated():
                return self._client.get_secret_value(SecretId=self._secret, VersionStage=stage)["SecretString"]
        except Gone:
            return None


def _key_of(text: str) -> bytes:
    """The secret is made of random text, which is more than a key's length."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
