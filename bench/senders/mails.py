"""What is in the mails: the files of ``mail/``, filled in. ``node/sender.js`` does the same in its own language."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.senders.job import Kind

SENDER_NAME, SENDER = "Example Shop", "orders@example.test"
FILE_NAME, FILE_TYPE = "invoice.pdf", "application/pdf"
_FILE_BYTES = 200_000
_HERE = Path(__file__).parent / "mail"


@dataclass(frozen=True)
class Sources:
    """Templates of Jinja2."""

    subject: str
    text: str
    html: str


def sources(kind: Kind) -> Sources:
    subject = "subject_not_ascii.txt" if kind is Kind.NON_ASCII else "subject.txt"
    return Sources(*((_HERE / name).read_text() for name in (subject, "body.txt", "body.html")))


def values(number: int) -> Mapping[str, str]:
    order = f"A-{number:07}"
    return {"name": f"Customer {number}", "order": order, "link": f"https://shop.example.test/orders/{order}"}


def recipient(number: int) -> str:
    return f"customer{number}@example.test"


def file(kind: Kind) -> bytes | None:
    return bytes(place * 7919 % 251 for place in range(_FILE_BYTES)) if kind is Kind.ATTACHMENT else None
