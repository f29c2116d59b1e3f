"""Spreads messages over accounts, at random and weighted by what each has left."""

from collections.abc import Sequence
from datetime import datetime
from random import Random

from postroom.accounts.model import Account
from postroom.accounts.quota import usage_at
from postroom.messages.model import Message

Assignment = dict[str, list[Message]]
"""Messages by the id of the account that is to carry them."""


class Choose:
    def __init__(self, random: Random) -> None:
        self._random = random

    def __call__(self, messages: Sequence[Message], accounts: Sequence[Account], now: datetime) -> Assignment:
        """Gives an account to each message that may use one of these and finds room there."""
        left = {account.id: _room(account, now) for account in accounts}
        assigned: Assignment = {}
        for message in messages:
            account_id = self._pick(message, left)
            if account_id is not None:
                left[account_id] -= 1
                assigned.setdefault(account_id, []).append(message)
        return assigned

    def _pick(self, message: Message, left: dict[str, int]) -> str | None:
        open_to_it = [
            account_id
            for account_id, room in left.items()
            if room > 0 and (message.account_id is None or message.account_id == account_id)
        ]
        if not open_to_it:
            return None
        return self._random.choices(open_to_it, weights=[left[account_id] for account_id in open_to_it])[0]


def _room(account: Account, now: datetime) -> int:
    remaining = usage_at(account, now).remaining
    return min(remaining, 1) if account.is_on_trial else remaining
