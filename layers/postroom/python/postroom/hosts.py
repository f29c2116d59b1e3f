"""Which hosts are on the public internet, where a tenant's server must be, and which lie inside or are this one."""

import ipaddress
from ipaddress import IPv4Address, IPv6Address

_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # IETF protocol assignments: Python 3.11 and 3.13 disagree about parts of it
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "::/96",  # IPv4-compatible, RFC 4291
        "64:ff9b:1::/48",  # NAT64 into networks of one's own, RFC 8215
        "2001::/23",  # IETF protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation, RFC 3849
        "3fff::/20",  # documentation, RFC 9637: unknown to Python 3.11
        "5f00::/16",  # segment routing, RFC 9602: unknown to Python 3.11
        "fec0::/10",  # site-local, RFC 3879
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """False as well for every form in which a private IPv4 address can be carried inside an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if any(parsed in network for network in _NEVER):
        return False
    embedded = _embedded(parsed)
    if embedded is not None:
        return is_public(str(embedded))
    return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved or parsed.is_unspecified)


def is_local_host(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _embedded(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
