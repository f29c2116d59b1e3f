"""Where a link may lead: URLs, read strictly, and origins.

A reader that is more generous than a browser, or generous in another way, would let a link to somebody else through. So
only what RFC 3986 writes in one way is taken, and a link is built anew from its parts.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import parse_qsl

import idna

from postroom.hosts import is_local_host

LONGEST = 2000
TOKEN = "token"  # noqa: S105 - the name of a parameter

_PCHAR = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})"
_HOST = r"[A-Za-z0-9.-]{1,253}"
_PORT = r"(?::([1-9][0-9]{0,4}))?"
_URL = re.compile(rf"([Hh][Tt][Tt][Pp][Ss]?)://({_HOST}){_PORT}(/{_PCHAR}*)?(?:\?((?:{_PCHAR}|\?)*))?")
_ORIGIN = re.compile(rf"([Hh][Tt][Tt][Pp][Ss]?)://([^\s/?#@:\[\]%\\]{{1,253}}){_PORT}/?")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_ENCODED_CONTROL = re.compile(r"%(?:[01][0-9A-Fa-f]|7[Ff])")
URL_PATTERN = f"^(?!.*{_ENCODED_CONTROL.pattern}){_URL.pattern}$"
ORIGIN_PATTERN = f"^{_ORIGIN.pattern}$"
"""The form of both, as JSON Schema has it; what a name may be is beyond it."""

_DEFAULT_PORTS = {"https": 443, "http": 80}
_LAST_PORT = 65535


class BadUrl(ValueError):
    """Says what a URL or an origin must be."""


@dataclass(frozen=True, slots=True)
class Url:
    """``origin``: scheme and host in lower case, IDN as punycode, and a port that is not the scheme's own."""

    origin: str
    path: str
    query: str

    @classmethod
    def parse(cls, text: str) -> "Url":
        """Raises BadUrl."""
        found = _URL.fullmatch(text) if len(text) <= LONGEST else None
        if found is None or _ENCODED_CONTROL.search(text):
            raise BadUrl(
                "must be a URL such as https://app.example.com/reset: in ASCII as RFC 3986 has it, without a user "
                f"name, a fragment or control characters, of at most {LONGEST} characters"
            )
        scheme, host, port, path, query = found.groups(default="")
        if TOKEN in {name for name, _ in parse_qsl(query, keep_blank_values=True)}:
            raise BadUrl("must not have a parameter token of its own")
        return cls(_origin(scheme, host, port), path, query)

    def __str__(self) -> str:
        return f"{self.origin}{self.path}{'?' if self.query else ''}{self.query}"

    def with_path(self, path: str) -> "Url":
        """With this one, when it has none of its own."""
        return Url(self.origin, path or self.path, self.query) if self.path in {"", "/"} else self

    def with_token(self, token: str) -> "Url":
        return Url(self.origin, self.path, f"{self.query}{'&' if self.query else ''}{TOKEN}={token}")


def leads_to_any(text: str, origins: Collection[str]) -> bool:
    """Raises BadUrl."""
    return Url.parse(text).origin in origins


def parse_origin(text: str, *, local: bool) -> str:
    """Raises BadUrl. ``local``: this machine may be an origin as well, also by plain http."""
    found = _ORIGIN.fullmatch(text)
    if found is None:
        raise BadUrl("must be an origin such as https://app.example.com, without a path")
    scheme, host, port = found.groups(default="")
    origin = _origin(scheme, host if host.isascii() else _punycode(host), port, local=local)
    if origin.startswith("http://") and not is_local_host(host):
        raise BadUrl("must be https" + (", or http on localhost" if local else ""))
    return origin


def _origin(scheme: str, host: str, port: str, *, local: bool = True) -> str:
    scheme, host, number = scheme.lower(), host.lower(), int(port or 0)
    if number > _LAST_PORT:
        raise BadUrl(f"must have a port of at most {_LAST_PORT}")
    if is_local_host(host):
        if not local:
            raise BadUrl("must have the name of a host that others can reach, not this machine")
    elif problem := _problem_of(host):
        raise BadUrl(problem)
    return f"{scheme}://{host}" if number in {0, _DEFAULT_PORTS[scheme]} else f"{scheme}://{host}:{number}"


def _problem_of(host: str) -> str | None:
    """A last label that is a number makes browsers read the whole as an IPv4 address, in one of many forms."""
    labels = host.split(".")
    if not all(map(_LABEL.fullmatch, labels)):
        return "must have the name of one host: letters, digits and hyphens between dots, and no dot at the end"
    return "must have the name of a host, not an address" if _NUMBER.fullmatch(labels[-1]) else None


def _punycode(host: str) -> str:
    try:
        return idna.encode(host, uts46=True, std3_rules=True).decode("ascii")
    except idna.IDNAError as error:
        raise BadUrl("must have the name of a host; this one cannot be an international domain") from error
