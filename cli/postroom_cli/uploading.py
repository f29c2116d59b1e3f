"""A file put to the address that the API gave for it. The key does not go there."""

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from postroom_cli.broken import explained
from postroom_cli.errors import Unreachable, Usage
from postroom_cli.settings import Address, is_loopback

_SECONDS = 60.0
"""Of silence."""

_TRIES = 3


def upload(file: Path, url: str, headers: Mapping[str, str]) -> None:
    """Raises Usage for a file that cannot be read, and Unreachable."""
    address = _address(url)
    for left in reversed(range(_TRIES)):
        try:
            answer = _put(file, url, headers, trust_env=address.is_encrypted)
        except httpx.TransportError as error:
            if not left:
                raise explained(address, error) from error
            continue
        if answer < HTTPStatus.INTERNAL_SERVER_ERROR or not left:
            break
    if not HTTPStatus.OK <= answer < HTTPStatus.MULTIPLE_CHOICES:
        raise Unreachable(f"{address.host} did not take the file: {answer}", "Begin once more.")


def _put(file: Path, url: str, headers: Mapping[str, str], *, trust_env: bool) -> int:
    try:
        with file.open("rb") as content:
            return httpx.put(
                url,
                content=content,
                headers={**headers, "Content-Length": str(file.stat().st_size)},
                timeout=_SECONDS,
                trust_env=trust_env,
            ).status_code
    except OSError as error:
        raise Usage(f"{file} cannot be read: {error.strerror or 'unknown'}") from error


def _address(url: str) -> Address:
    """Raises Unreachable for one that what is in the file must not be sent to."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise Unreachable("The API names no https:// address for the file", "See POSTROOM_API.")
    return Address(f"{parts.scheme}://{parts.netloc}", parts.scheme, host)
