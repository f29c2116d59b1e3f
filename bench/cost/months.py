"""The bill of a month for three sizes of user: ``python -m bench.cost.months`` writes its tables into the documents.

From what was counted of a mail (``counted``), what the template has (``watched``) and the list prices (``prices``).
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from bench.cost import counted, prices, watched
from bench.cost.bill import Use
from bench.cost.prices import Price
from local.place import ROOT
from postroom.metrics.model import METRICS

DOCUMENTS = {"operations.md": "months", "deploy.md": "idle"}
"""Each with the table that it has."""

Row = tuple[str, list[float]]


@dataclass(frozen=True)
class Size:
    """``metrics``: how many are seen in every hour; ``put_off``: how often a mail waits, on the average."""

    name: str
    one_by_one: int
    in_batches: int
    accounts: int
    put_off: float
    metrics: int

    @property
    def mails(self) -> int:
        return self.one_by_one + self.in_batches


_ALL_METRICS = sum(metric.count for metric in METRICS)
_TOLD = 0.1
"""Of the mails tell a user of an event, and as many users find an event in a digest."""

_HEAR_OF_IT = 100
"""Users, of an event."""

_USUAL_METRICS = 8
"""Accepted, sent, two priorities' time to send, quota left, requests that send and that read, requests for mails."""

SIZES = (
    Size("an application", 10_000, 0, 1, 0, _USUAL_METRICS),
    Size("a platform", 60_000, 240_000, 5, 0.1, _ALL_METRICS),
    Size("a team", 0, 1_000_000, 100, 1, _ALL_METRICS),
)


def rows_of_a_month() -> Iterator[Row]:
    uses = [_sent(size) for size in SIZES]
    for label, some in _LINES:
        yield label, [sum(price.of(use.of(price)) for price in some) for use in uses]
    yield "events, and users who are told of them", [_told(size) for size in SIZES]
    kept = [_kept(size) for size in SIZES]
    yield "DynamoDB: kept for 90 days", [prices.STORAGE.of(amount) for amount in kept]
    yield "DynamoDB: backups of it (`prod`)", [prices.BACKUP.of(amount) for amount in kept]
    yield (
        "Secrets Manager: passwords, what seals links",
        [prices.SECRETS_KEPT.of(size.accounts + watched.own_secrets()) for size in SIZES],
    )
    yield "CloudWatch: metrics that are seen in every hour", [prices.METRICS.of(size.metrics) for size in SIZES]
    yield from ((label, [dollars] * len(SIZES)) for label, dollars in _whatever_is_sent())


def rows_of_nothing() -> Iterator[Row]:
    """What an installation costs that sends nothing: watched closely, and leanly."""
    for label, dollars in _without_watching():
        yield label, [dollars, dollars]
    both = [prices.ALARM_METRICS.of(watched.alarm_metrics(closely=closely)) for closely in (True, False)]
    counts = [watched.alarms(closely=closely) for closely in (True, False)]
    yield f"{counts[0]} alarms, or {counts[1]}", both
    yield "a dashboard", [prices.DASHBOARDS.of(1), 0.0]
    yield "what seals links with tokens, in Secrets Manager", [prices.SECRETS_KEPT.of(watched.own_secrets())] * 2


_LINES: tuple[tuple[str, tuple[Price, ...]], ...] = (
    ("DynamoDB: requests", (prices.WRITE_UNITS, prices.READ_UNITS)),
    ("Lambda", (prices.LAMBDA_TIME, prices.LAMBDA_REQUESTS)),
    ("API Gateway", (prices.HTTP_API,)),
    ("SQS: what is sent", (prices.SQS, prices.FAIR_QUEUES)),
    ("CloudWatch: logs", (prices.LOGS,)),
    ("X-Ray", (prices.TRACES,)),
    ("bytes to mail servers and clients", (prices.BYTES_OUT,)),
)


def _sent(size: Size) -> Use:
    total = Use()
    parts = (
        (counted.ONE_BY_ONE, size.one_by_one),
        (counted.IN_BATCHES, size.in_batches),
        (counted.WAITING, size.mails),
        (counted.PUT_OFF, size.mails * size.put_off),
    )
    for use, times in parts:
        for price, amount in use.amounts.items():
            total.add(price, amount * times)
    return total


def _told(size: Size) -> float:
    """On top of what the mails themselves cost."""
    users = size.mails * _TOLD
    by_mail, in_digests = counted.TOLD_AT_ONCE.dollars * users, counted.TOLD_IN_A_DIGEST.dollars * users
    noted = counted.NOTED.dollars * 2 * users + counted.LOOKED_UP_AGAIN.dollars * users
    return by_mail + in_digests + noted + counted.EVENT.dollars * 2 * users / _HEAR_OF_IT


def _kept(size: Size) -> float:
    return size.one_by_one * counted.KEPT_ONE_BY_ONE + size.in_batches * counted.KEPT_IN_BATCHES


def _without_watching() -> Iterator[tuple[str, float]]:
    yield (
        f"SQS: asking the queues for work, {watched.polls() / 1e6:.1f} million requests",
        prices.SQS.of(watched.polls()),
    )
    runs = watched.runs()
    idle = sum(
        (counted.IDLE_RUN_OF_DUE if name == "DueFunction" else counted.IDLE_RUN).dollars * times
        for name, times in runs.items()
    )
    yield f"schedules: {sum(runs.values()):,} short runs and what they ask", idle


def _whatever_is_sent() -> Iterator[tuple[str, float]]:
    yield from _without_watching()
    yield (
        f"CloudWatch: {watched.alarms(closely=True)} alarms",
        prices.ALARM_METRICS.of(watched.alarm_metrics(closely=True)),
    )
    yield "CloudWatch: a dashboard", prices.DASHBOARDS.of(1)


def table_of_a_month() -> str:
    heads = [f"{size.name}, {size.mails:,} mails" for size in SIZES]
    rows = list(rows_of_a_month())
    shared = [
        "**a mail, in cents**",
        *(f"**{100 * sum(values[index] for _, values in rows) / size.mails:.3f}**" for index, size in enumerate(SIZES)),
    ]
    return "\n".join([*_table(heads, rows), f"| {' | '.join(shared)} |"])


def table_of_nothing() -> str:
    return "\n".join(_table(["`Watching=full`", "`lean`"], list(rows_of_nothing())))


def _table(heads: list[str], rows: list[Row]) -> Iterator[str]:
    yield f"| dollars a month | {' | '.join(heads)} |"
    yield "|---" * (len(heads) + 1) + "|"
    for label, values in rows:
        yield f"| {label} | {' | '.join(f'{value:.2f}' for value in values)} |"
    sums = [sum(column) for column in zip(*(values for _, values in rows), strict=True)]
    yield f"| **all** | {' | '.join(f'**{total:.2f}**' for total in sums)} |"


def tables() -> dict[str, str]:
    return {"months": table_of_a_month(), "idle": table_of_nothing()}


def with_table(text: str, name: str) -> str:
    """The document with the table between its marks."""
    begin, end = f"<!-- {name}: python -m bench.cost.months -->", f"<!-- end of {name} -->"
    whole = re.compile(f"{re.escape(begin)}.*{re.escape(end)}", re.DOTALL)
    if not whole.search(text):
        raise ValueError(f"There is no place for the table {name}")
    return whole.sub(lambda _: f"{begin}\n{tables()[name]}\n{end}", text)


def main() -> None:
    for document, name in DOCUMENTS.items():
        path = ROOT / "docs" / document
        path.write_text(with_table(path.read_text(), name))
        print(f"docs/{document}\n{tables()[name]}\n", file=sys.stdout)


if __name__ == "__main__":
    main()
