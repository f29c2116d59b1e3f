"""What a mail and an idle minute were counted to use, by ``make bench BENCH=cost``: the runs are in ``RESULTS.md``.

A bill for a month is reckoned from these, so that it needs no AWS, not even a local one.
"""

from bench.cost import prices
from bench.cost.bill import Use

ONE_BY_ONE = Use(
    {
        prices.WRITE_UNITS: 10.0,
        prices.READ_UNITS: 3.5,
        prices.SQS: 3.0,
        prices.FAIR_QUEUES: 3.0,
        prices.HTTP_API: 1.0,
        prices.LAMBDA_TIME: 0.0681,
        prices.LAMBDA_REQUESTS: 3.0,
        prices.LOGS: 1980,
        prices.TRACES: 0.1,
        prices.BYTES_OUT: 4080,
    }
)
"""A mail of 3 kB that is posted alone and sent alone."""

IN_BATCHES = Use(
    {
        prices.WRITE_UNITS: 5.09,
        prices.READ_UNITS: 1.15,
        prices.SQS: 0.3,
        prices.FAIR_QUEUES: 0.3,
        prices.HTTP_API: 0.008,
        prices.LAMBDA_TIME: 0.0153,
        prices.LAMBDA_REQUESTS: 0.024,
        prices.LOGS: 377,
        prices.TRACES: 0.0011,
        prices.BYTES_OUT: 4070,
    }
)
"""The same, posted by 500 and sent by 50."""

KEPT_ONE_BY_ONE, KEPT_IN_BATCHES = 7.93e-6, 5.75e-6
"""GB-months that such a mail takes in DynamoDB over its 93 days."""

PUT_OFF = Use({prices.WRITE_UNITS: 8.0, prices.READ_UNITS: 2.3, prices.SQS: 3.0, prices.LOGS: 350})
"""Each time that a mail has to wait: at most, see docs/performance.md."""

EVENT = Use({prices.WRITE_UNITS: 3.0, prices.SQS: 1.0, prices.FAIR_QUEUES: 1.0, prices.HTTP_API: 1.0})
"""Posting it alone."""

TOLD_AT_ONCE = Use(
    {prices.WRITE_UNITS: 15.3, prices.READ_UNITS: 5.1, prices.SQS: 0.12, prices.FAIR_QUEUES: 0.12},
)
TOLD_IN_A_DIGEST = Use(
    {prices.WRITE_UNITS: 16.1, prices.READ_UNITS: 4.1, prices.SQS: 0.02, prices.FAIR_QUEUES: 0.02},
)
"""Of an event, by each user, up to the accepted mail or the place in a digest: see docs/performance.md."""

NOTED = Use({prices.WRITE_UNITS: 16.0, prices.READ_UNITS: 1.0})
"""What became of the mail, in the notification log, for each event that it tells of."""

LOOKED_UP_AGAIN = Use({prices.READ_UNITS: 5.4})
"""What its user wishes, right before a mail about an event is sent."""

WAITING = Use({prices.LAMBDA_TIME: 0.0333 * 0.5})
"""For a mail server 30 ms away that knows PIPELINING alone."""

_NOTED = 1.0
"""Write units: every run leaves how it went, a row of under a kilobyte in no index."""

IDLE_RUN_OF_DUE = Use(
    {
        prices.WRITE_UNITS: _NOTED,
        prices.READ_UNITS: 23.0,
        prices.SQS: 3.0,
        prices.LAMBDA_TIME: 0.517 * 0.5,
        prices.LAMBDA_REQUESTS: 1.0,
        prices.LOGS: 142,
    }
)
IDLE_RUN = Use(
    {
        prices.WRITE_UNITS: _NOTED,
        prices.READ_UNITS: 5.0,
        prices.LAMBDA_TIME: 0.2 * 0.5,
        prices.LAMBDA_REQUESTS: 1.0,
        prices.LOGS: 142,
    }
)
"""Of another schedule: some queries that find nothing. Reckoned, not counted."""
