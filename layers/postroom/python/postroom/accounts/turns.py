"""Whose turn it is: senders that know nothing of each other serve accounts by what stands in the accounts themselves.

``turns`` is a virtual time, counted in mails. It belongs to no window: the account with the lowest is next.
"""

from postroom.accounts.model import Account
from postroom.change import Add, Change, Set, as_seen


def take_turn(account: Account, count: int, start: int) -> Change:
    """Part of the reservation's own write.

    ``start`` is where the account stands at least: one that rested, or is new, takes its place among the others and
    does not catch up on what it missed (start-time fair queueing: Goyal, Vin and Cheng, SIGCOMM 1996).
    """
    seen = account.counter.turns
    if seen is not None and seen >= start:
        return Change((Add(("turns",), count),))
    return Change((Set(("turns",), start + count),), (as_seen(("turns",), seen),))


def last_given_ms(account: Account, spacing_ms: int) -> int:
    """When it was last given a mail; 0 if never."""
    return max(0, account.counter.next_send_ms - spacing_ms)
