"""What is measured: one line for each metric, which the alarms, the dashboard and the bill are held to."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

NAMESPACE = "Postroom"
STAGE = "Stage"
"""The dimension that every metric has. A tenant is never one: each new one would be metrics of its own, for money."""

OTHER = "other"
"""What is counted under a name that is not in the table: better told roughly than paid for without a bound."""


class Unit(StrEnum):
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html."""

    COUNT = "Count"
    MILLISECONDS = "Milliseconds"
    PERCENT = "Percent"


@dataclass(frozen=True, slots=True)
class Dimension:
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """``by`` divides it; ``whole``: it is there undivided too. ``meaning`` is for who reads the dashboard."""

    name: str
    unit: Unit
    meaning: str
    by: Dimension | None = None
    whole: bool = True

    @property
    def dimension_sets(self) -> list[list[str]]:
        divided = [[STAGE, self.by.name]] if self.by else []
        return ([[STAGE]] if self.whole else []) + divided

    @property
    def count(self) -> int:
        """How many metrics CloudWatch asks money for, once each value was seen."""
        return self.whole + (len(self.by.values) if self.by else 0)

    def value_of(self, of: str) -> str:
        return of if self.by is None or of in self.by.values else OTHER


_PRIORITY = Dimension("Priority", ("high", "normal", "low"))
_DEFERRED = Dimension("DeferredFor", ("busy", "quota", "rate", "auth", "infrastructure"))
_FAILED = Dimension("FailedFor", ("recipient", "policy", "busy", "unsendable", "expired"))
_ROUTE = Dimension("Route", ("send", "read", "change"))
_WORK = Dimension("Work", ("mails", "import", "job", "event", "digest", "message"))
_WAY = Dimension("Way", ("immediate", "digest", "quiet_hours", "throttled"))

ACCEPTED = Metric("Accepted", Unit.COUNT, "Messages that were taken in")
SENT = Metric("Sent", Unit.COUNT, "Messages that a mail server took")
TIME_TO_SEND = Metric(
    "TimeToSend", Unit.MILLISECONDS, "From acceptance, or the time that was asked for, to sent", _PRIORITY, whole=False
)
DEFERRED = Metric("Deferred", Unit.COUNT, "Tries that a server or its connection did not let succeed now", _DEFERRED)
PUT_OFF = Metric("PutOff", Unit.COUNT, "Times that a message waited for an account, its quota or its pace")
FAILED = Metric("Failed", Unit.COUNT, "Messages that ended without having been sent", _FAILED)
UNCERTAIN = Metric("Uncertain", Unit.COUNT, "Tries after which nobody knows whether the server took the message")
QUOTA_LEFT = Metric("QuotaLeft", Unit.PERCENT, "What an account had left of its limit when it had sent")
LOGINS_REFUSED = Metric("LoginsRefused", Unit.COUNT, "Log-ins that a mail server refused")
ACCOUNTS_STOPPED = Metric("AccountsStopped", Unit.COUNT, "Accounts that were stopped, since their owner has to act")
REQUESTS = Metric("Requests", Unit.COUNT, "Requests to the API", _ROUTE, whole=False)
CLIENT_ERRORS = Metric("ClientErrors", Unit.COUNT, "Requests that were answered with 4xx", _ROUTE, whole=False)
SERVER_ERRORS = Metric("ServerErrors", Unit.COUNT, "Requests that were answered with 5xx", _ROUTE, whole=False)
WORKED_ON = Metric("WorkedOn", Unit.COUNT, "What workers took from their queues", _WORK, whole=False)
EVENTS = Metric("Events", Unit.COUNT, "Events that were taken in")
TOLD = Metric("Told", Unit.COUNT, "Users who are told of an event, by how", _WAY, whole=False)
DIGESTS = Metric("Digests", Unit.COUNT, "Digests that were made")
FOLDED = Metric("Folded", Unit.COUNT, "Events that mails of digests were to tell of")

METRICS = (
    ACCEPTED,
    SENT,
    TIME_TO_SEND,
    DEFERRED,
    PUT_OFF,
    FAILED,
    UNCERTAIN,
    QUOTA_LEFT,
    LOGINS_REFUSED,
    ACCOUNTS_STOPPED,
    REQUESTS,
    CLIENT_ERRORS,
    SERVER_ERRORS,
    WORKED_ON,
    EVENTS,
    TOLD,
    DIGESTS,
    FOLDED,
)

BY_NAME: Mapping[str, Metric] = {metric.name: metric for metric in METRICS}
