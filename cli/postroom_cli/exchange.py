"""One request and its answer, over HTTP. Nothing is followed and nothing repeated here."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

import httpx

from postroom_cli.broken import explained
from postroom_cli.errors import Unreachable, Usage
from postroom_cli.settings import Address, ApiKey

SECONDS = 35.0
"""API Gateway answers within 30."""

_LARGEST = 32_000_000
_CONNECT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    query: Mapping[str, str | int] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
    idempotency_key: str | None = None
    harmless_twice: bool = False

    @property
    def may_be_repeated(self) -> bool:
        return self.method != "POST" or self.harmless_twice or self.idempotency_key is not None


@dataclass(frozen=True, slots=True)
class Encryption:
    protocol: str
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: httpx.Headers
    content: bytes
    encryption: Encryption | None


class Lost(Exception):
    """There is no answer. ``may_have_arrived``: the request may have been carried out all the same."""

    def __init__(self, error: Unreachable, *, may_have_arrived: bool) -> None:
        super().__init__(error.message)
        self.error = error
        self.may_have_arrived = may_have_arrived


class Exchange:
    def __init__(self, address: Address, key: ApiKey | None, *, seconds: float = SECONDS) -> None:
        headers = {"User-Agent": "postroom-cli", "Accept": "application/json"}
        if key is not None:
            headers["Authorization"] = f"Bearer {key.text}"
        self._address = address
        self._seconds = seconds
        self._http = httpx.Client(
            headers=headers,
            timeout=httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS)),
            follow_redirects=False,
            # A proxy would read what goes to it in clear, the key too; what is encrypted it only passes on.
            trust_env=address.is_encrypted,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def __call__(self, call: Call) -> Answer:
        """Raises Lost."""
        headers = {} if call.idempotency_key is None else {"Idempotency-Key": call.idempotency_key}
        request: dict[str, Any] = {"params": call.query, "headers": headers}
        if call.body is not None:
            request["json"] = call.body
        try:
            with self._http.stream(call.method, self._address.url + call.path, **request) as response:
                return Answer(response.status_code, response.headers, self._content(response), _encryption(response))
        except httpx.InvalidURL as error:
            raise Usage(f"This is not a URL: {self._address.url}{call.path}") from error
        except httpx.TransportError as error:
            raise self._lost(error) from error
        except httpx.DecodingError as error:
            raise Lost(Unreachable(f"{self._address.host} sent something garbled"), may_have_arrived=True) from error

    def _content(self, response: httpx.Response) -> bytes:
        content, latest = bytearray(), time.monotonic() + self._seconds
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > _LARGEST:
                raise Lost(Unreachable(f"{self._address.host} sends more than an answer"), may_have_arrived=True)
            if time.monotonic() > latest:
                raise httpx.ReadTimeout("its answer never ended")
        return bytes(content)

    def _lost(self, error: httpx.TransportError) -> Lost:
        arrived = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
        return Lost(explained(self._address, error), may_have_arrived=arrived)


def _encryption(response: httpx.Response) -> Encryption | None:
    stream = response.extensions.get("network_stream")
    secured = stream.get_extra_info("ssl_object") if stream is not None else None
    if secured is None:
        return None
    certificate = secured.getpeercert() or {}
    ends = certificate.get("notAfter")
    return Encryption(secured.version() or "TLS", parsedate_of(str(ends)) if ends else None)


def parsedate_of(text: str) -> datetime | None:
    """RFC 5322 as in HTTP's ``Date``, or as certificates are told in Python: ``Jun  1 12:00:00 2030 GMT``."""
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None
