"""How long Lambda would bill a handler for, from what it did here.

A handler computes, waits for AWS, and waits for mail servers. The computing is measured here and stretched to the share
of a processor that its memory buys; for AWS it waits as often as requests of it follow each other, each for an assumed
time; for mail servers it waits as measured through a proxy that is as far away as they are.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bench.cost.bill import MEMORY_GB

AWS_SECONDS = 0.005
"""Assumed of a request within a region: single-digit milliseconds is what DynamoDB promises."""

_FULL_PROCESSOR_GB = 1769 / 1024
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""

STRETCH = _FULL_PROCESSOR_GB / MEMORY_GB


@dataclass(frozen=True)
class Spent:
    """Seconds; ``chain``: how many requests to AWS had to wait for the one before."""

    wall: float
    computing: float
    chain: int

    @property
    def on_lambda(self) -> float:
        """Without mail servers."""
        return self.computing * STRETCH + self.chain * AWS_SECONDS


def chain(requests: Iterable[tuple[float, float]]) -> int:
    """The longest row of requests, each begun when the one before had ended."""
    length, end = 0, float("-inf")
    for began, ended in sorted(requests, key=lambda each: each[1]):
        if began >= end:
            length, end = length + 1, ended
    return length
