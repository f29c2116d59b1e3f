"""What counting costs: writes for each request, at several rates, by one process and by several."""

import pytest

from bench.rates.counting import writes_per_request


@pytest.mark.parametrize(
    ("per_second", "processes", "most"),
    [(0.05, 1, 1.1), (1, 1, 0.6), (1, 3, 1), (10, 1, 0.12), (10, 3, 0.25), (100, 1, 0.05), (100, 8, 0.1)],
)
def test_the_denser_the_requests_the_fewer_the_writes_for_each(per_second: float, processes: int, most: float) -> None:
    assert writes_per_request(per_second, processes) <= most


def test_near_the_limit_it_is_a_write_for_a_request_at_most() -> None:
    # A key at its limit, by eight processes: none takes what another could use.
    assert writes_per_request(11, 8, limit=600) <= 1
