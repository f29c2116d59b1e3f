"""What watches the deployed system: nothing may be added to it that nobody looks at."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from local.place import ROOT
from postroom.metrics.model import BY_NAME, NAMESPACE, STAGE
from tests.fakes.tables import template

OPERATIONS = ROOT / "docs/operations.md"
FUNCTION_ALARMS = ("Errors", "Throttles", "Duration")
Stat = tuple[str, str, dict[str, Any]]
"""Namespace, name and dimensions of a metric."""


def resources(kind: str) -> dict[str, dict[str, Any]]:
    return {name: part for name, part in template()["Resources"].items() if part["Type"] == kind}


QUEUES = {name: part["Properties"] for name, part in resources("AWS::SQS::Queue").items()}
FUNCTIONS = {name: part["Properties"] for name, part in resources("AWS::Serverless::Function").items()}
ALARMS = {name: part["Properties"] for name, part in resources("AWS::CloudWatch::Alarm").items()}
DEAD_LETTERS = {
    queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
    for queue in QUEUES.values()
    if "RedrivePolicy" in queue
} | {
    event["Properties"]["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
    for part in FUNCTIONS.values()
    for event in part.get("Events", {}).values()
    if "DestinationConfig" in event["Properties"]
}
WORKING = sorted(QUEUES.keys() - DEAD_LETTERS)
SCHEDULED = sorted(
    name
    for name, part in FUNCTIONS.items()
    if any(event["Type"] == "Schedule" for event in part.get("Events", {}).values())
)


def stats(alarm: dict[str, Any]) -> Iterator[Stat]:
    if "MetricName" in alarm:
        yield alarm["Namespace"], alarm["MetricName"], dimensions(alarm["Dimensions"])
    for metric in alarm.get("Metrics", ()):
        if "MetricStat" in metric:
            stat = metric["MetricStat"]["Metric"]
            yield stat["Namespace"], stat["MetricName"], dimensions(stat["Dimensions"])


def dimensions(listed: list[dict[str, Any]]) -> dict[str, Any]:
    return {each["Name"]: each["Value"] for each in listed}


def alarms_on(namespace: str, metric: str, name: str, value: object) -> list[dict[str, Any]]:
    return [
        alarm
        for alarm in ALARMS.values()
        for space, called, where in stats(alarm)
        if (space, called) == (namespace, metric) and where.get(name) == value
    ]


def widgets() -> list[dict[str, Any]]:
    [dashboard] = resources("AWS::CloudWatch::Dashboard").values()
    body = re.sub(r"\$\{([\w:.]+)\}", r"\1", dashboard["Properties"]["DashboardBody"]["Fn::Sub"])
    shown: list[dict[str, Any]] = json.loads(body)["widgets"]
    return shown


def shown_metrics() -> Iterator[tuple[str, str, dict[str, str]]]:
    for widget in widgets():
        for line in widget["properties"].get("metrics", ()):
            namespace, name, *rest = [part for part in line if isinstance(part, str)]
            yield namespace, name, dict(zip(rest[::2], rest[1::2], strict=True))


@pytest.mark.parametrize("queue", WORKING)
def test_every_queue_has_dead_letters_and_an_alarm_for_what_waits_too_long(queue: str) -> None:
    assert "RedrivePolicy" in QUEUES[queue]

    [alarm] = alarms_on("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", {"Fn::GetAtt": [queue, "QueueName"]})

    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"


@pytest.mark.parametrize("queue", sorted(QUEUES))
def test_a_queue_keeps_what_it_has_for_as_long_as_any_can(queue: str) -> None:
    assert QUEUES[queue]["MessageRetentionPeriod"] == 14 * 24 * 60 * 60


@pytest.mark.parametrize("queue", sorted(DEAD_LETTERS))
def test_every_dead_letter_is_told_of(queue: str) -> None:
    where = {"Fn::GetAtt": [queue, "QueueName"]}

    [alarm] = alarms_on("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", where)

    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("metric", FUNCTION_ALARMS)
def test_every_function_is_watched(function: str, metric: str) -> None:
    assert len(alarms_on("AWS/Lambda", metric, "FunctionName", {"Ref": function})) == 1


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_told_of_before_its_timeout_ends_it(function: str) -> None:
    timeout = FUNCTIONS[function].get("Timeout") or template()["Globals"]["Function"]["Timeout"]

    [alarm] = alarms_on("AWS/Lambda", "Duration", "FunctionName", {"Ref": function})

    assert alarm["Threshold"] == timeout * 1000 * 0.95


@pytest.mark.parametrize("function", SCHEDULED)
def test_a_schedule_that_does_not_run_is_told_of_although_there_is_no_figure_then(function: str) -> None:
    [event] = FUNCTIONS[function]["Events"].values()
    every = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", event["Properties"]["Schedule"])
    assert every
    seconds = int(every[1]) * {"minute": 60, "hour": 3600, "day": 86400}[every[2]]

    [alarm] = alarms_on("AWS/Lambda", "Invocations", "FunctionName", {"Ref": function})

    assert alarm["TreatMissingData"] == "breaching"
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert 2 * seconds <= alarm["Period"] * alarm["EvaluationPeriods"] <= max(300, 3 * seconds)


@pytest.mark.parametrize("function", SCHEDULED)
def test_a_schedule_that_fails_is_told_of_however_little_is_watched(function: str) -> None:
    always = [ALARMS[name] for name, part in resources("AWS::CloudWatch::Alarm").items() if not _is_only_close(part)]

    [alarm] = alarms_on("AWS/Lambda", "Errors", "FunctionName", {"Ref": function})

    assert alarm in always


@pytest.mark.parametrize(
    "function",
    [
        name
        for name, part in FUNCTIONS.items()
        if any(event["Type"] == "DynamoDB" for event in part.get("Events", {}).values())
    ],
)
def test_who_follows_a_table_is_told_of_when_it_falls_behind(function: str) -> None:
    [event] = FUNCTIONS[function]["Events"].values()

    [alarm] = alarms_on("AWS/Lambda", "IteratorAge", "FunctionName", {"Ref": function})

    # Long before what it has to follow is given up.
    assert alarm["Threshold"] * 10 < event["Properties"]["MaximumRecordAgeInSeconds"] * 1000


def _is_only_close(alarm: dict[str, Any]) -> bool:
    return alarm.get("Condition") == "WatchesClosely"


@pytest.mark.parametrize("table", resources("AWS::DynamoDB::Table"))
def test_every_table_is_watched_for_refusals(table: str) -> None:
    for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
        assert len(_refusals(metric, {"TableName": {"Ref": table}})) == 1


@pytest.mark.parametrize("table", ["MessagesTable", "NotificationsTable"])
@pytest.mark.parametrize("metric", ["ReadThrottleEvents", "WriteThrottleEvents"])
def test_the_index_that_finds_what_is_due_is_watched_for_refusals_of_its_own(metric: str, table: str) -> None:
    index = {"TableName": {"Ref": table}, "GlobalSecondaryIndexName": "due"}

    [(alarm, metric_id)] = _refusals(metric, index)

    [expression] = [one["Expression"] for one in alarm["Metrics"] if "Expression" in one]
    assert f"FILL({metric_id}, 0)" in expression


def _refusals(metric: str, where: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    return [
        (alarm, each["Id"])
        for alarm in ALARMS.values()
        for each in alarm.get("Metrics", ())
        if "MetricStat" in each
        for one in [each["MetricStat"]["Metric"]]
        if (one["Namespace"], one["MetricName"], dimensions(one["Dimensions"])) == ("AWS/DynamoDB", metric, where)
    ]


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_is_heard_and_says_in_one_sentence_where_it_is_written_what_to_do(name: str) -> None:
    alarm = ALARMS[name]

    assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlarmTopic"}]
    sentence = re.fullmatch(r"([A-Z][^.:]+): docs/operations\.md#([a-z0-9-]+)", alarm["AlarmDescription"])
    assert sentence, alarm["AlarmDescription"]
    assert sentence[2] in anchors(), f"docs/operations.md has no section #{sentence[2]}"


def anchors() -> set[str]:
    headings = re.findall(r"^#{2,4} (.+)$", OPERATIONS.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_what_alarms_and_the_dashboard_name_of_ours_is_counted_by_somebody() -> None:
    named = [*(stat for alarm in ALARMS.values() for stat in stats(alarm)), *shown_metrics()]
    ours = [(name, where) for namespace, name, where in named if namespace == NAMESPACE]

    assert len(ours) > 20
    for name, where in ours:
        metric = BY_NAME[name]
        assert sorted(where) in [sorted(dimensions) for dimensions in metric.dimension_sets]
        values = {value for dimension, value in where.items() if dimension != STAGE}
        assert values <= set(metric.by.values if metric.by else ())


def test_the_dashboard_begins_with_the_alarms_that_are_always_there() -> None:
    conditional = {name for name, part in resources("AWS::CloudWatch::Alarm").items() if _is_only_close(part)}

    listed = {arn.removesuffix(".Arn") for arn in widgets()[0]["properties"]["alarms"]}

    assert listed == ALARMS.keys() - conditional
    assert {
        name for name in conditional if not name.endswith(tuple(f"{kind}Alarm" for kind in FUNCTION_ALARMS))
    } == set()


def test_every_queue_and_every_function_is_on_the_dashboard() -> None:
    shown = {value for _, _, where in shown_metrics() for value in where.values()}

    assert {f"{queue}.QueueName" for queue in QUEUES} - shown == set()
    assert FUNCTIONS.keys() - shown == set()


def test_the_dashboard_names_nothing_that_is_not_there() -> None:
    body = str(resources("AWS::CloudWatch::Dashboard"))
    named = {each.partition(".")[0] for each in re.findall(r"\$\{(\w+[\w.]*)\}", body)}

    assert named <= template()["Resources"].keys() | template()["Parameters"].keys()


def test_no_two_widgets_lie_on_each_other() -> None:
    places = [
        (one["x"] + x, one["y"] + y) for one in widgets() for x in range(one["width"]) for y in range(one["height"])
    ]

    assert len(places) == len(set(places))
    assert max(x for x, _ in places) < 24
