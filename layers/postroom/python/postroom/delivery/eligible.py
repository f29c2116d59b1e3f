"""Which of a tenant's accounts may carry a message now, by the tenant's rules."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime, timedelta

from postroom.accounts.limits import Demand
from postroom.accounts.model import Account, AccountStatus
from postroom.accounts.usage_now import usage_at
from postroom.delivery.demand import demand_of
from postroom.delivery.model import ReplyClass
from postroom.delivery.rules import Rules
from postroom.delivery.strategies import kept_by
from postroom.messages.model import Message
from postroom.pools.model import Strategy

KEPT_FOR = timedelta(hours=1)
"""So long a sticky message waits for the account that keeps its recipient. A mailbox that has reached its limit in the
morning, or was stopped, must not hold a mail up until tomorrow: the recipient's next account carries it."""


class Eligible:
    """``accounts`` are all of the tenant's: who keeps a recipient must not depend on who has room at this moment."""

    def __init__(self, rules: Rules, accounts: Iterable[Account], now: datetime) -> None:
        self._rules = rules
        self._accounts = accounts
        self._now = now
        self._members: dict[Hashable, list[Account]] = {}
        self._keeping: dict[Hashable, list[Account]] = {}
        self._found: dict[str, Sequence[Account]] = {}

    def of(self, message: Message) -> Sequence[Account]:
        if self.strategy_of(message) is not Strategy.STICKY:
            return self._members_for(message)
        if message.id not in self._found:
            self._found[message.id] = self._keeper_for(message)
        return self._found[message.id]

    def strategy_of(self, message: Message) -> Strategy:
        return self._rules.strategy_of(message)

    def kind_of(self, message: Message) -> Hashable:
        """The same for messages that may go by the same accounts and are spread in the same way."""
        strategy = self.strategy_of(message)
        alone = message.id if strategy is Strategy.STICKY else None
        return message.account_id, message.pool_id, strategy, alone

    def _members_for(self, message: Message) -> list[Account]:
        key = message.account_id, message.pool_id
        if key not in self._members:
            self._members[key] = self._rules.candidates(message, self._accounts)
        return self._members[key]

    def _keeper_for(self, message: Message) -> Sequence[Account]:
        members, demand = self._members_for(message), demand_of(message)
        key = message.account_id, message.pool_id, demand
        if key not in self._keeping:
            self._keeping[key] = [account for account in members if self._can_keep(account, demand)]
        keeping = self._keeping[key]
        return [kept_by(message.recipients, keeping)] if keeping else members

    def _can_keep(self, account: Account, demand: Demand) -> bool:
        soon = self._now + KEPT_FOR
        if account.config.status is not AccountStatus.ACTIVE:
            return False
        if account.rests_at(self._now) and (account.rests_at(soon) or _asks_for_patience(account)):
            return False
        usage = usage_at(account, self._now)
        return usage.has_room_for(demand) or (usage.limits.takes(demand) and usage.resets_at <= soon)


def _asks_for_patience(account: Account) -> bool:
    """Whose provider says that its limit is reached is looked at again in an hour, and then perhaps in the next."""
    return account.last_error is not None and account.last_error.reply_class == ReplyClass.QUOTA
