"""What must not or cannot be said to a server: found before the first command, and a verdict at once."""

import re
from collections.abc import Mapping

from postroom.delivery.mime.wire import needs_smtputf8
from postroom.delivery.model import Mail, Phase, ReplyClass, Verdict

# What a path has not: a class that ends with the last of all characters takes milliseconds to compile.
_PATH = re.compile(r"[^\x00- <>\x7f-\xa0]+")

_NOT_INTERNATIONAL = "An address has letters outside ASCII, and the server does not take them (SMTPUTF8)"


def unsayable(mail: Mail, features: Mapping[str, str]) -> dict[str, Verdict]:
    """A verdict for each recipient whose mail cannot be put into commands for a server with these features.

    What only this server does not take is not final: another try may go by another account.
    """
    beyond = _beyond_the_server(mail, features)
    return {
        address: verdict
        for address in mail.envelope.recipients
        if (verdict := _fault_of_path(mail, address) or beyond or _beyond_for(address, features))
    }


def _fault_of_path(mail: Mail, recipient: str) -> Verdict | None:
    if not _is_path(mail.envelope.sender):
        return Verdict(ReplyClass.POLICY, Phase.MAIL, "The sender's address cannot be put into a command")
    if not _is_path(recipient):
        return Verdict(ReplyClass.POLICY, Phase.MAIL, "The recipient's address cannot be put into a command")
    return None


def _is_path(address: str) -> bool:
    return _PATH.fullmatch(address) is not None and address.isprintable()


def _beyond_the_server(mail: Mail, features: Mapping[str, str]) -> Verdict | None:
    size = features.get("size", "")
    if size.isdigit() and 0 < int(size) < len(mail.content):
        words = f"The message has {len(mail.content)} bytes, and the server takes {size} at most"
        return Verdict(ReplyClass.BUSY, Phase.MAIL, words)
    return _beyond_for(mail.envelope.sender, features, mail.content)


def _beyond_for(address: str, features: Mapping[str, str], content: bytes = b"") -> Verdict | None:
    if needs_smtputf8(content, address) and not {"smtputf8", "8bitmime"} <= features.keys():
        return Verdict(ReplyClass.BUSY, Phase.MAIL, _NOT_INTERNATIONAL)
    return None
