"""Why there was no answer, in words, and what mends it."""

import ssl
from collections.abc import Iterator

import httpx

from postroom_cli.errors import Unreachable, Untrusted
from postroom_cli.settings import Address


def explained(address: Address, error: httpx.TransportError) -> Unreachable:
    host = address.host
    match error:
        case httpx.ConnectTimeout():
            return Unreachable(
                f"{host} could not be connected to in time", "Is the address right? Is there a firewall?"
            )
        case httpx.TimeoutException():
            return Unreachable(f"{host} did not answer in time")
        case httpx.ConnectError():
            return _not_connected(address, error)
        case httpx.ProxyError():
            return Unreachable(f"The proxy refused: {error}", "See HTTPS_PROXY and NO_PROXY.")
        case _:
            return Unreachable(f"The connection to {host} broke: {error}")


def _not_connected(address: Address, error: httpx.ConnectError) -> Unreachable:
    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                return Untrusted(
                    f"{address.host} could not prove who it is: {cause.verify_message}",
                    "Is the address right? An authority of your own goes into SSL_CERT_FILE.",
                )
            case ssl.SSLError():
                return Untrusted(f"TLS with {address.host} failed: {cause.reason}", "Is that a port for https://?")
            case ConnectionRefusedError():
                return Unreachable(f"Nothing listens at {address.url}", "Is the address and its port right?")
    return Unreachable(
        f"{address.host} could not be connected to: {error}", "Is the address right, and the network up?"
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
