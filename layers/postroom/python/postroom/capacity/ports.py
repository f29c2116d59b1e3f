"""What the use cases of capacity need from other features."""

from collections.abc import Callable, Sequence

from postroom.accounts.model import Account
from postroom.delivery.rules import Rules
from postroom.messages.model import Message

RulesFor = Callable[[str, Sequence[Message]], Rules]
"""The rules for these messages of a tenant, as they are now."""

AccountsOf = Callable[[str], Sequence[Account]]
"""All accounts of a tenant."""
