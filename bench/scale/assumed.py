"""What the simulation takes for granted. Times in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Assumed:
    """``smtp_turn`` is one round trip to a mail server; ``smtp_mail`` what each further mail of a window adds.

    Both together are what bench/smtp_rtt sees with a Postfix that is 30 ms away: 20 mails in about 66 ms. ``computing``
    is a sender's part of what bench/cost measures for a mail, stretched to its memory; one mail at a time.
    """

    dynamo: float = 0.005
    smtp_turn: float = 0.030
    smtp_mail: float = 0.0018
    login_turns: int = 6
    computing: float = 0.010
    window: int = 20
    claims_at_once: int = 10
    tenants_at_once: int = 32
    accounts_at_once: int = 16
    page_bytes: int = 1_000_000

    def mails(self, count: int) -> float:
        """A window of mails: claims, the conversation, outcomes."""
        waves = -(-count // self.claims_at_once)
        return 2 * waves * self.dynamo + self.smtp_turn + count * self.smtp_mail
