"""What a mail costs in write units and requests, counted on a local AWS."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from postroom.settings import read_settings
from tests.experiments.tenancy import a_tenant
from tests.experiments.write_units import look_behind, mails, metered, post, send
from tests.faults.bare_aws import ROWS, BareAws, bare_aws
from tests.faults.smtp_server import SmtpServer

SEED = 20_261_120


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareAws]:
    with bare_aws(tmp_path_factory.mktemp("aws")) as running:
        yield running


@pytest.mark.parametrize(("count", "most_units", "most_requests"), [(1, 9, 1), (100, 5, 0.2)])
def test_a_mail_costs_few_write_units(
    aws: BareAws, tmp_path: Path, count: int, most_units: float, most_requests: float
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

    units = meter.units()
    assert len(server.mails) == 1 + count
    assert units["messages"] / count <= most_units
    assert meter.requests["SendMessageBatch"] / count <= most_requests
