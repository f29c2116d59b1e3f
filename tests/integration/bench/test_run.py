import smtplib
import subprocess
import sys
from pathlib import Path

import pytest

from bench.lines import from_json
from bench.servers.postfix import running_postfix, why_no_postfix
from local.place import ROOT


@pytest.mark.parametrize(("name", "lines"), [("smtp_rtt", 2), ("cpu", 4)])
def test_without_postfix_a_benchmark_says_so_and_succeeds(name: str, lines: int) -> None:
    script = f"import bench.servers.which as which; which.places = str; from bench.one import main; main({name!r})"

    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    figures = [from_json(line).figure for line in ended.stdout.splitlines()]
    assert [figure.seen.absence for figure in figures] == ["no Postfix here"] * lines


@pytest.mark.skipif(why_no_postfix() is not None, reason=str(why_no_postfix()))
def test_a_postfix_of_our_own_offers_chunking_at_one_port_and_not_at_the_other(tmp_path: Path) -> None:
    with running_postfix() as postfix:
        offers = [_offer(port) for port in (postfix.with_chunking, postfix.without_chunking)]

    assert ["chunking" in offer for offer in offers] == [True, False]
    assert all("pipelining" in offer for offer in offers)


def _offer(port: int) -> dict[str, str]:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.example.test") as connection:
        connection.ehlo()
        return connection.esmtp_features
