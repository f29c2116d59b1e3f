"""What counting requests costs, at several rates, by one process and by several."""

from bench.figures import seen
from bench.rates.counting import writes_per_request
from bench.report import Report

_RATES = ((0.05, (1,)), (1, (1, 3)), (10, (1, 3)), (100, (1, 8)))
_SETTING = "requests of one key at random moments over five minutes; its limit is not reached"


def run(report: Report) -> None:
    for per_second, processes in _RATES:
        for number in processes:
            name = f"{per_second} a second, processes: {number}"
            report.figure(name, seen(writes_per_request(per_second, number)), "writes a request", setting=_SETTING)
