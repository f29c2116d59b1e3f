"""What feeds a session with mails and hears what became of each: of one after the other, in the order it gave them."""

from typing import Protocol

from postroom.delivery.model import Delivery, Mail


class Flow(Protocol):
    def next(self, *, room: int, wait: bool) -> Mail | None:
        """The next mail, or None when there is none now.

        Args:
            room: so many mails, this one among them, will be taken at once if they are there.
            wait: nothing is on its way, so that None means there is none any more.
        """

    def done(self, mail: Mail, delivery: Delivery) -> None:
        """As soon as its fate is known."""

    def back(self, mail: Mail) -> None:
        """The connection was gone before a word of it was heard: it is for the next session."""
