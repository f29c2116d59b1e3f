"""What is sealed in a mail until it is sent, and stays out of all that is recorded of it.

A server that refuses a mail may quote it: a link with a token that is good for another hour would stand in the answer
to whoever may look at messages.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from postroom.delivery.model import Delivery, Verdict
from postroom.delivery.smtp.secrecy import Censor
from postroom.templates.model import Filling

Unseal = Callable[[str], str]

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,}")
"""What nobody guesses. The rest of a link says where it leads, which may be what a server has against it."""


@dataclass(frozen=True, slots=True)
class Secrets:
    texts: tuple[str, ...] = field(default=(), repr=False)

    def hidden_in(self, words: str) -> str:
        return Censor(hidden=self.texts)(words) if self.texts else words

    def hidden_in_delivery(self, delivery: Delivery) -> Delivery:
        if not self.texts:
            return delivery
        censor = Censor(hidden=self.texts)
        return Delivery(
            {address: _censored(verdict, censor) for address, verdict in delivery.verdicts.items()},
            tuple(map(censor, delivery.transcript)),
        )


def opened(filling: Filling, unseal: Unseal) -> tuple[Filling, Secrets]:
    """With all its data in clear, and what of it must not be shown."""
    if filling.sealed is None:
        return filling, Secrets()
    unsealed = json.loads(unseal(filling.sealed))
    return Filling({**filling.data, **unsealed}), Secrets(tuple(_secret_parts(unsealed)))


def _secret_parts(unsealed: dict[str, Any]) -> Iterator[str]:
    for value in map(str, unsealed.values()):
        yield from _TOKEN.findall(value) or [value]


def _censored(verdict: Verdict, censor: Censor) -> Verdict:
    reply = verdict.reply and replace(verdict.reply, text=censor(verdict.reply.text))
    return replace(verdict, words=censor(verdict.words), reply=reply)
