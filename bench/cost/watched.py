"""What the template has of things that are paid for by the month, however much is sent."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from tests.fakes.tables import template

MINUTES = 730 * 60
"""Of a month, as AWS counts it."""

_POLLS_A_MINUTE = 15
"""Lambda asks a queue by five connections that wait for twenty seconds each,
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html"""

_ONLY_CLOSELY = "WatchesClosely"


def alarms(*, closely: bool) -> int:
    return len(_alarms(closely=closely))


def alarm_metrics(*, closely: bool) -> int:
    """An alarm over an expression is paid for by each metric in it."""
    stats = (
        [metric for metric in alarm.get("Metrics", [{"MetricStat": alarm}]) if "MetricStat" in metric]
        for alarm in _alarms(closely=closely)
    )
    return sum(len(each) for each in stats)


def polls() -> int:
    """Requests of a month by which queues are asked for work."""
    asked: int = sum(event["Type"] == "SQS" for event in _events())
    return int(asked) * _POLLS_A_MINUTE * MINUTES


def runs() -> Mapping[str, int]:
    """Of a month, by function, as they are scheduled."""
    found: Counter[str] = Counter()
    for name, part in _resources("AWS::Serverless::Function").items():
        for event in part["Properties"].get("Events", {}).values():
            if event["Type"] == "Schedule":
                found[name] += MINUTES // _minutes(event["Properties"]["Schedule"])
    return found


def own_secrets() -> int:
    return len(_resources("AWS::SecretsManager::Secret"))


def _alarms(*, closely: bool) -> list[dict[str, Any]]:
    parts = _resources("AWS::CloudWatch::Alarm").values()
    return [part["Properties"] for part in parts if closely or part.get("Condition") != _ONLY_CLOSELY]


def _events() -> list[dict[str, Any]]:
    functions = _resources("AWS::Serverless::Function").values()
    return [event for part in functions for event in part["Properties"].get("Events", {}).values()]


def _minutes(schedule: str) -> int:
    found = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", schedule)
    if found is None:
        raise ValueError(f"Not a rate: {schedule}")
    return int(found[1]) * {"minute": 1, "hour": 60, "day": 1440}[found[2]]


def _resources(kind: str) -> dict[str, dict[str, Any]]:
    return {name: part for name, part in template()["Resources"].items() if part["Type"] == kind}
