"""What a message asks of the account that carries it."""

from postroom.accounts.limits import Demand
from postroom.messages.model import Message, Priority


def demand_of(message: Message) -> Demand:
    return Demand(len(message.pending), high=message.priority is Priority.HIGH)
