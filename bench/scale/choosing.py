"""How long it takes to choose accounts for the mails of a batch: computing alone, without any waiting."""

import time
from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING, cast

from bench.scale.queue import Mail
from postroom.clock import system_clock
from postroom.delivery.choose import Choose
from postroom.delivery.eligible import Eligible
from postroom.delivery.rules import Rules
from tests.builders import an_account

if TYPE_CHECKING:
    from postroom.messages.model import Message

_BATCH = 50


def seconds_for_one(accounts: int) -> float:
    """Of a mail in a batch of 50 that may go over any of the accounts."""
    now = system_clock()
    usable = [an_account(id=f"acc_{number}", created_at=now) for number in range(accounts)]
    mails = cast("Sequence[Message]", [Mail("t", number, 0.0) for number in range(_BATCH)])
    choose = Choose(Random(7))  # noqa: S311 - the same choice in every run
    began = time.process_time()
    choose(mails, usable, Eligible(Rules({}), usable, now), now)
    return (time.process_time() - began) / _BATCH
