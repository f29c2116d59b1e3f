"""What a mail costs in units and requests, counted on a local AWS."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from postroom.settings import read_settings
from tests.experiments.tenancy import a_tenant
from tests.experiments.units import look_behind, mails, metered, post, send
from tests.faults.bare_aws import ROWS, BareAws, bare_aws
from tests.faults.smtp_server import SmtpServer

SEED = 20_261_120


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareAws]:
    with bare_aws(tmp_path_factory.mktemp("aws")) as running:
        yield running


@pytest.mark.parametrize(
    ("count", "most_writes", "most_reads", "most_requests"),
    [
        # The write to the directory counts the request, and the second read sees what was counted before.
        (1, {"messages": 7, "accounts": 5, "directory": 1}, {"messages": 2.5, "accounts": 1, "directory": 2}, 1),
        (
            100,
            {"messages": 4.8, "accounts": 0.1, "directory": 0.01},
            {"messages": 2.2, "accounts": 0.1, "directory": 0.1},
            0.1,
        ),
    ],
    ids=["alone", "among a hundred"],
)
def test_a_mail_costs_few_units(
    aws: BareAws,
    tmp_path: Path,
    *,
    count: int,
    most_writes: Mapping[str, float],
    most_reads: Mapping[str, float],
    most_requests: float,
) -> None:
    settings = aws.settings(aws.queue(visibility_seconds=60))
    with SmtpServer() as server, aws.here(settings):
        tenant = a_tenant()
        tenant.prove(tenant.add_account(server.port))
        with metered(ROWS, aws.client("dynamodb")) as meter:
            # Its clients are made while they are counted.
            counted = type(tenant)(tenant.id, a_tenant().api)
            parcels = post(counted, mails(count, SEED))
            send(counted, parcels)
            look_behind(read_settings(os.environ))

    writes = meter.units()
    assert len(server.mails) == 1 + count
    assert exceeding(writes, most_writes, count) == {}
    assert exceeding(meter.reads(), most_reads, count) == {}
    assert meter.requests["SendMessageBatch"] / count <= most_requests


def exceeding(units: Mapping[str, float], most: Mapping[str, float], count: int) -> Mapping[str, float]:
    """Of each mail. A table that is not expected may cost nothing."""
    return {table: seen / count for table, seen in units.items() if seen / count > most.get(table, 0)}
