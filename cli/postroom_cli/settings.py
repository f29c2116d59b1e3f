"""Which API, with which key. Read once; nothing else of the environment is ours."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from postroom_cli.errors import Usage
from postroom_cli.reading import first_line

API = "POSTROOM_API"
KEY = "POSTROOM_KEY"
KEY_FILE = "POSTROOM_KEY_FILE"

_KEY = re.compile(r"[!-~]{1,500}")
_OUR_KEY = re.compile(r"pr_([0-9a-z]+)_([0-9a-z]+)_[A-Za-z0-9]{43}")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the API is: ``https``, or ``http`` on this machine, with a path perhaps and without a slash at its end."""

    url: str
    scheme: str
    host: str

    @property
    def is_encrypted(self) -> bool:
        return self.scheme == "https"

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Raises Usage, and does not repeat what was given: it may be the key, or hold a password."""
        if _OUR_KEY.search(text):
            raise Usage(f"{API} holds a key", f"The key goes into {KEY}; {API} is such as {_example()}")
        parts = _split(text.strip())
        if parts.username or parts.password or parts.query or parts.fragment:
            raise Usage(f"{API} has more than a host and a path", f"Give it as https://host/path: {_example()}")
        host = (parts.hostname or "").lower()
        if parts.scheme == "http" and not is_loopback(host):
            raise Usage(
                f"{API} is http:// and {host} is not this machine", "The key would travel in clear; use https://"
            )
        return cls(f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", parts.scheme, host)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Whether it is valid is for the API to say. Postroom's own keys name their tenant and themselves."""

    text: str = field(repr=False)

    @classmethod
    def parse(cls, text: str, source: str) -> "ApiKey":
        """Raises Usage, and does not repeat what was given."""
        key = text.strip()
        if not key:
            raise Usage(f"{source} is empty", "Put a key there: pr_…")
        if not _KEY.fullmatch(key):
            raise Usage(f"{source} holds something that cannot be a key", "A key is one word: pr_…")
        return cls(key)

    @property
    def looks_like_ours(self) -> bool:
        return _OUR_KEY.fullmatch(self.text) is not None

    @property
    def tenant_id(self) -> str | None:
        """None when the key does not say; ``platform`` for a platform key."""
        found = _OUR_KEY.fullmatch(self.text)
        if found is None:
            return None
        return found[1] if found[1] == "platform" else f"ten_{found[1]}"

    @property
    def key_id(self) -> str | None:
        found = _OUR_KEY.fullmatch(self.text)
        return f"key_{found[2]}" if found else None


@dataclass(frozen=True, slots=True)
class Settings:
    """What was given, not yet checked, so that each fault can be told by itself."""

    api: str | None
    key: str | None = field(repr=False)
    key_file: Path | None

    @classmethod
    def read(cls, environ: Mapping[str, str], *, api: str | None, key_file: Path | None) -> "Settings":
        """Options win over the environment."""
        named = environ.get(KEY_FILE)
        file = key_file or (Path(named) if named else None)
        return cls(api or environ.get(API), environ.get(KEY), file)

    def address(self) -> Address:
        """Raises Usage."""
        if not self.api:
            raise Usage(f"{API} is not set", f"Say where the API is: export {API}={_example()}")
        return Address.parse(self.api)

    def api_key(self) -> ApiKey:
        """Raises Usage."""
        if self.key_file is not None:
            return ApiKey.parse(first_line(self.key_file, "key"), str(self.key_file))
        if self.key is None:
            raise Usage(f"{KEY} is not set", f"export {KEY}=pr_… or name a file with it: --key-file")
        return ApiKey.parse(self.key, KEY)


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise _no_url() from error
    if parts.scheme not in {"https", "http"} or not parts.hostname or not re.fullmatch(r"[!-~]+", text):
        raise _no_url()
    return parts


def _no_url() -> Usage:
    return Usage(f"{API} is not a URL", f"Such as {_example()}")


def _example() -> str:
    return "https://abc123.execute-api.eu-central-1.amazonaws.com"
