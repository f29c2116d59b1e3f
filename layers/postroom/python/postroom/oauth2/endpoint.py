"""The token endpoint of a provider, over HTTPS."""

from collections.abc import Callable
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING

from postroom.delivery.deadline import Deadline
from postroom.oauth2 import protocol
from postroom.oauth2.model import Client, ClientRefused, Granted, ProviderName, TokenServiceFailed

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

ClientSecret = Callable[[ProviderName], str]
"""Raises Misconfigured when there is none, and Unavailable."""

_CONNECT_SECONDS = 3.0
_READ_SECONDS = 7.0
_ALL_SECONDS = 15.0
_LARGEST_ANSWER = 100_000
_HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


class HttpTokenEndpoint:
    """One try: an answer that was lost may have used up a refresh token, and whoever comes next tries again."""

    def __init__(self, client_secret: ClientSecret, forget_secrets: Callable[[], None]) -> None:
        self._client_secret = client_secret
        self._forget_secrets = forget_secrets

    def get_ready(self, client: Client) -> None:
        self._client_secret(client.provider.name)

    def exchange(self, client: Client, code: str, verifier: str, deadline: Deadline) -> Granted:
        secret = self._client_secret(client.provider.name)
        return self._ask(client, protocol.exchange_body(client, secret, code, verifier), deadline)

    def refresh(self, client: Client, refresh_token: str, deadline: Deadline) -> Granted:
        secret = self._client_secret(client.provider.name)
        return self._ask(client, protocol.refresh_body(client, secret, refresh_token), deadline)

    def _ask(self, client: Client, body: str, deadline: Deadline) -> Granted:
        try:
            return protocol.granted(self._post(client.provider.token_url, body, deadline.within(_ALL_SECONDS)))
        except ClientRefused:
            # It may have been replaced; the next one reads it again.
            self._forget_secrets()
            raise

    def _post(self, url: str, body: str, deadline: Deadline) -> str:
        from urllib3 import Timeout
        from urllib3.exceptions import HTTPError

        try:
            left = deadline.left()
            answer = self._http.request(
                "POST",
                url,
                body=body,
                headers=_HEADERS,
                timeout=Timeout(connect=min(_CONNECT_SECONDS, left), read=min(_READ_SECONDS, left)),
                redirect=False,
                retries=False,
                preload_content=False,
            )
            text = _text(answer, deadline)
        except (HTTPError, TimeoutError) as error:
            # Its text may hold the address alone, and is not needed to know what happened.
            raise TokenServiceFailed(_named(error)) from None
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise TokenServiceFailed(f"http_{answer.status}")
        return text

    @cached_property
    def _http(self) -> "PoolManager":
        from urllib3 import PoolManager

        return PoolManager(maxsize=10)


def _text(answer: "BaseHTTPResponse", deadline: Deadline) -> str:
    """All of it, unless it comes drop by drop or never ends."""
    text = b""
    while part := answer.read1(_LARGEST_ANSWER):
        text += part
        if deadline.remaining() <= 0 or len(text) > _LARGEST_ANSWER:
            answer.close()
            raise TimeoutError
    answer.release_conn()
    return text.decode("utf-8", "replace")


def _named(error: Exception) -> str:
    return "timeout" if "Timeout" in type(error).__name__ else "unreachable"
