"""How urgent a message is. Keys have a right to it, and messages and their queues go by it."""

from enum import StrEnum


class Priority(StrEnum):
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 is the most urgent."""
        return list(Priority).index(self)

    def allows(self, wanted: "Priority") -> bool:
        """Whether who may go as far as this may ask for ``wanted``."""
        return wanted.rank >= self.rank

    @property
    def usual(self) -> "Priority":
        """Of what does not say how urgent it is, from somebody who may go as far as this."""
        return max(self, Priority.NORMAL, key=lambda one: one.rank)


def refusal(highest: Priority) -> str:
    """What is said of a priority above ``highest``."""
    return f"this key may send {' and '.join(one for one in Priority if highest.allows(one))}"
