from postroom.tenancy.key_text import KeyText, hash_secret, is_secret_of, new_secret
from postroom.tenancy.model import ApiKey, Caller, KeyProblem
from postroom.tenancy.ports import Directory

_SCHEME = "bearer"


class VerifyKey:
    """Tells who an Authorization header speaks for. Raises Unavailable."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._nobodys_hash = hash_secret(new_secret())

    def __call__(self, authorization: str | None) -> Caller | KeyProblem:
        scheme, _, credentials = (authorization or "").strip().partition(" ")
        if not authorization or scheme.lower() != _SCHEME:
            return KeyProblem.MISSING
        text = KeyText.parse(credentials.strip())
        return KeyProblem.INVALID if text is None else self._compare(text)

    def _compare(self, text: KeyText) -> Caller | KeyProblem:
        key = self._directory.key(text.tenant_id, text.key_id)
        # An unknown id is compared as well, so that the time taken does not tell which ids exist.
        proven = is_secret_of(key.secret_hash if key else self._nobodys_hash, text.secret)
        if key is None or not proven:
            return KeyProblem.INVALID
        return _caller(key) if key.revoked_at is None else KeyProblem.REVOKED


def _caller(key: ApiKey) -> Caller:
    return Caller(key.tenant_id, key.id, key.role, key.user_id, key.requests_per_minute, key.highest_priority)
