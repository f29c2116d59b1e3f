"""Units, requests and Lambda's time for each mail that is accepted and sent, and the dollars that follow."""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.aims import at_most
from bench.cost import prices
from bench.cost.bill import Use, use_of
from bench.cost.events import measure as measure_events
from bench.cost.installation import Installation, installation
from bench.cost.meter import Call
from bench.cost.peer import Peer, mail_server
from bench.cost.prices import Price
from bench.cost.texts import an_order, at_random
from bench.cost.units import stored_bytes
from bench.cost.workload import Sender, a_sender
from bench.figures import Rival, seen
from bench.report import Report
from tests.fakes.tables import template

_SEED = 7
_BATCH = 500
_SINGLES = 20
_MILLION = 1e6
_RIVALS_SEND = "a vendor's price is for sending; what a tenant's own mailbox costs is not in ours"
_MONTHS_KEPT = 93 / 30.4
"""RetentionDays after the 72 hours in which a message may be sent."""


@dataclass(frozen=True)
class Scenario:
    name: str
    mails: int
    accept: Callable[[Sender], None]
    records: int
    """In an event of the sender."""


def scenarios() -> tuple[Scenario, ...]:
    configured = template()["Mappings"]["Queue"]["normal"]["BatchSize"]
    sizes = dict.fromkeys((configured, 200))
    return (
        Scenario("one by one", 1, lambda sender: sender.accept_one(), 1),
        Scenario("one by one, orders", 1, lambda sender: sender.accept_one(an_order), 1),
        *(Scenario(f"{_BATCH} texts, senders of {size}", _BATCH, _distinct, size) for size in sizes),
        Scenario(f"{_BATCH} orders, senders of {configured}", _BATCH, _orders, configured),
        Scenario(f"one text to {_BATCH}, senders of {configured}", _BATCH, _one_text, configured),
    )


def _distinct(sender: Sender) -> None:
    sender.accept_batch(_BATCH, at_random)


def _orders(sender: Sender) -> None:
    sender.accept_batch(_BATCH, an_order)


def _one_text(sender: Sender) -> None:
    sender.accept_batch(_BATCH, at_random, one_text=True)


def run(report: Report) -> None:
    with tempfile.TemporaryDirectory() as directory, mail_server() as peer:
        for number, scenario in enumerate(scenarios()):
            report.progress(scenario.name)
            _tell(report, scenario, _measure(scenario, peer, Path(directory) / str(number)))
        measure_events(report, Path(directory), peer)
    for price in (*prices.OURS, *prices.RIVALS):
        report.figure(f"price: {price.what}", price.dollars, f"$ per {price.per:,.0f}", setting=_source(price))


@dataclass(frozen=True)
class Measured:
    """Of one mail. ``use`` is without ``storage``, in GB-months."""

    use: Use
    storage: float
    seconds: float
    writes: str
    """Write units by what they are spent on."""


def _measure(scenario: Scenario, peer: Peer, directory: Path) -> Measured:
    times = 1 if scenario.mails > 1 else _SINGLES
    mails = scenario.mails * times
    with installation(directory / "timed", units=False) as timed:
        _run(scenario, timed, peer, times)
        seconds = [invocation.seconds for invocation in timed.invocations]
    with installation(directory / "counted", units=True) as counted:
        sent_bytes = _run(scenario, counted, peer, times)
        calls, shown = list(counted.meter.calls), counted.invocations
        invocations = [replace(each, seconds=timed) for each, timed in zip(shown, seconds, strict=True)]
        use = use_of(calls, invocations, sent_bytes=sent_bytes).per(mails)
        # The first mail, before those that are counted, is stored as well.
        stored = _stored(counted) / (mails + 1)
    return Measured(use, stored / 1e9 * _MONTHS_KEPT, sum(seconds) / mails, _spending(calls, mails))


def _run(scenario: Scenario, here: Installation, peer: Peer, times: int) -> int:
    sender = a_sender(here, peer.port, _SEED)
    before = peer.received()
    for _ in range(times):
        scenario.accept(sender)
        if here.send_queued(scenario.records):
            raise RuntimeError("Not all was sent")
    after = peer.received()
    if after.mails - before.mails != scenario.mails * times:
        raise RuntimeError(f"{after.mails - before.mails} mails arrived")
    return after.content_bytes - before.content_bytes


def _stored(here: Installation) -> int:
    return stored_bytes(here.meter.shapes["messages"], here.messages())


def _spending(calls: Sequence[Call], mails: int) -> str:
    spent: defaultdict[str, float] = defaultdict(float)
    for call in calls:
        spent[f"{call.operation} {', '.join(call.tables)}"] += call.units.written
    return "; ".join(
        f"{what} {units / mails:.2f}" for what, units in sorted(spent.items(), key=lambda each: -each[1]) if units
    )


def _tell(report: Report, scenario: Scenario, measured: Measured) -> None:
    use, name = measured.use, scenario.name
    in_batches = scenario.mails > 1
    storage = prices.STORAGE.of(measured.storage)
    report.figure(f"{name}: write units", use.of(prices.WRITE_UNITS), "a mail", aim=at_most(5), setting=measured.writes)
    report.figure(f"{name}: read units", use.of(prices.READ_UNITS), "a mail")
    report.figure(f"{name}: SQS requests", use.sqs_requests, "a mail", aim=at_most(1) if in_batches else None)
    report.figure(f"{name}: Lambda, without waiting for mail servers", measured.seconds * 1000, "ms a mail")
    report.figure(f"{name}: requests and computing", use.dollars * _MILLION, "$ a million", setting=_parts(use))
    report.figure(f"{name}: kept for 90 days", storage * _MILLION, "$ a million")
    total = (use.dollars + storage) * _MILLION
    rivals = [Rival(price.what, seen(price.of(_MILLION))) for price in prices.RIVALS]
    report.figure(f"{name}: all in", total, "$ a million", aim=at_most(5), rivals=rivals, setting=_RIVALS_SEND)


def _parts(use: Use) -> str:
    by_cost = sorted(use.amounts.items(), key=lambda each: -each[0].of(each[1]))
    return "; ".join(f"{price.what} {amount:.3g}: ${price.of(amount) * _MILLION:.2f}" for price, amount in by_cost)


def _source(price: Price) -> str:
    return f"{price.date}, {price.source}, {price.checked}"
