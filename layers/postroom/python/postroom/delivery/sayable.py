"""What must not or cannot be said to a server: found before the first command, and a verdict at once."""

import re
from collections.abc import Mapping

from postroom.delivery.model import Mail, Phase, ReplyClass, Verdict
from postroom.delivery.wire import needs_smtputf8

_PATH = re.compile(r"[!-;=?-~\u00a1-\U0010ffff]+")

_NOT_INTERNATIONAL = "An address has letters outside ASCII, and the server does not take them (SMTPUTF8)"


def unsayable(mail: Mail, features: Mapping[str, str]) -> dict[str, Verdict]:
    """A verdict for each recipient whose mail cannot be put into commands for a server with these features."""
    fault = _fault_of_all(mail, features)
    return {
        address: Verdict(ReplyClass.POLICY, Phase.MAIL, words)
        for address in mail.envelope.recipients
        if (words := fault or _fault_of(address, features))
    }


def _fault_of_all(mail: Mail, features: Mapping[str, str]) -> str | None:
    if not _is_path(mail.envelope.sender):
        return "The sender's address cannot be put into a command"
    return _beyond_the_server(mail, features)


def _fault_of(address: str, features: Mapping[str, str]) -> str | None:
    if not _is_path(address):
        return "The recipient's address cannot be put into a command"
    return None if address.isascii() or _takes_smtputf8(features) else _NOT_INTERNATIONAL


def _is_path(address: str) -> bool:
    return _PATH.fullmatch(address) is not None and address.isprintable()


def _beyond_the_server(mail: Mail, features: Mapping[str, str]) -> str | None:
    size = features.get("size", "")
    if size.isdigit() and 0 < int(size) < len(mail.content):
        return f"The message has {len(mail.content)} bytes, and the server takes {size} at most"
    if needs_smtputf8(mail.content, mail.envelope.sender) and not _takes_smtputf8(features):
        return _NOT_INTERNATIONAL
    return None


def _takes_smtputf8(features: Mapping[str, str]) -> bool:
    return {"smtputf8", "8bitmime"} <= features.keys()
