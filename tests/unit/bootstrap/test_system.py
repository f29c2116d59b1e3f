"""What is watched, held against what the template has."""

import tomllib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from local.place import ROOT
from postroom.bootstrap import aws
from postroom.bootstrap.configuration import build_check
from postroom.bootstrap.system import versions_of, watched_queues
from postroom.settings import Settings, read_settings
from postroom.system.model import WatchedQueue
from postroom.version import VERSION
from tests.fakes.settings import UNUSED
from tests.fakes.tables import ENVIRONMENT, template

RESOURCES: dict[str, dict[str, Any]] = template()["Resources"]
FUNCTIONS = [each["Properties"] for each in RESOURCES.values() if each["Type"] == "AWS::Serverless::Function"]


def settings() -> Settings:
    """Where a variable names a resource, its logical name."""
    variables = template()["Globals"]["Function"]["Environment"]["Variables"]
    return read_settings(UNUSED | {name: value["Ref"] for name, value in variables.items() if _names_a_resource(value)})


def _names_a_resource(value: object) -> bool:
    return isinstance(value, dict) and value.get("Ref") in RESOURCES


QUEUES = watched_queues(settings())


def test_every_queue_with_a_worker_is_watched() -> None:
    taken_from = {
        event["Properties"]["Queue"]["Fn::GetAtt"][0]
        for function in FUNCTIONS
        for event in function.get("Events", {}).values()
        if event["Type"] == "SQS"
    }

    assert {queue.url for queue in QUEUES} == taken_from


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: queue.name)
def test_a_worker_is_a_function_whose_time_fits_its_queue(queue: WatchedQueue) -> None:
    name = {"Fn::Sub": f"${{AWS::StackName}}-{queue.worker}"}
    [worker] = [function for function in FUNCTIONS if function["FunctionName"] == name]
    timeout = worker.get("Timeout", template()["Globals"]["Function"]["Timeout"])

    assert RESOURCES[queue.url]["Properties"]["VisibilityTimeout"] >= queue.at_least * timeout


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: queue.name)
def test_a_message_is_too_old_and_has_the_same_guide_as_the_alarm_says(queue: WatchedQueue) -> None:
    alarm = _alarm_on(queue.url, "ApproximateAgeOfOldestMessage")
    [_, name, field] = alarm["Threshold"]["Fn::FindInMap"]

    assert timedelta(seconds=template()["Mappings"]["Queue"][name][field]) == queue.too_old
    assert alarm["AlarmDescription"].endswith(f": docs/{queue.if_old}")


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: queue.name)
def test_a_dead_letter_has_the_same_guide_as_the_alarm_says(queue: WatchedQueue) -> None:
    put_aside_on = RESOURCES[queue.url]["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]

    alarm = _alarm_on(put_aside_on, "ApproximateNumberOfMessagesVisible")

    assert alarm["AlarmDescription"].endswith(f": docs/{queue.if_dead}")


def _alarm_on(queue: str, metric: str) -> dict[str, Any]:
    dimensions = [{"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}]
    alarms: list[dict[str, Any]] = [
        each["Properties"] for each in RESOURCES.values() if each["Type"] == "AWS::CloudWatch::Alarm"
    ]
    [alarm] = [each for each in alarms if (each.get("MetricName"), each.get("Dimensions")) == (metric, dimensions)]
    return alarm


def test_the_versions_are_told_of_all_libraries_that_are_named() -> None:
    versions = versions_of("dev")()

    assert (versions.postroom, versions.stage) == (VERSION, "dev")
    pinned = (ROOT / "layers/dependencies/requirements.txt").read_text()
    assert all(f"{name}==" in pinned for name in versions.libraries)
    assert {"boto3", "pydantic"} <= versions.libraries.keys()


def test_the_command_line_is_of_the_same_version() -> None:
    project = tomllib.loads((ROOT / "cli" / "pyproject.toml").read_text())["project"]

    assert project["version"] == VERSION


@pytest.fixture
def an_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    aws.forget_clients()
    yield
    aws.forget_clients()


@pytest.mark.usefixtures("an_aws")
def test_a_service_that_hangs_is_given_up_long_before_the_function_is() -> None:
    check = build_check(settings())
    looked_at, holds = check.deployment.facts, check.tenant.sources.holds_secret
    asked = [client for client in vars(looked_at).values() if hasattr(client, "meta")]
    asked.append(vars(getattr(holds, "__self__"))["_client"])  # noqa: B009 - a bound method, typed as any function

    # What lies behind the tables cannot be told without them, be they ever so slow.
    for client in (aws.cloudwatch(), *(client for client in asked if client is not aws.dynamodb())):
        # A queue is asked, then its dead letters: twice what one call may take, and the rest has to be told.
        config: Any = client.meta.config
        longest = config.retries["total_max_attempts"] * (config.connect_timeout + config.read_timeout)
        assert 2 * longest < template()["Globals"]["Function"]["Timeout"] - 10
    assert len(asked) == 7
