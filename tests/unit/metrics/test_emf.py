import json
from collections.abc import Mapping
from typing import Any

import jsonschema
import pytest

from postroom.bootstrap.fan_out import WORKS
from postroom.delivery.model import ReplyClass
from postroom.delivery.outcome import ACCOUNT_FAULTS
from postroom.messages.model import Priority
from postroom.metrics import model
from postroom.metrics.emf import lines
from postroom.metrics.model import (
    ACCEPTED,
    DEFERRED,
    FAILED,
    METRICS,
    QUOTA_LEFT,
    REQUESTS,
    SENT,
    TIME_TO_SEND,
    WORKED_ON,
    Metric,
    Unit,
)
from postroom.metrics.tally import Tally

SCHEMA = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {
                "Timestamp": {"type": "integer"},
                "CloudWatchMetrics": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["Namespace", "Dimensions", "Metrics"],
                        "additionalProperties": False,
                        "properties": {
                            "Namespace": {"type": "string", "minLength": 1, "maxLength": 1024},
                            "Dimensions": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                    "type": "array",
                                    "maxItems": 30,
                                    "items": {"type": "string", "minLength": 1, "maxLength": 250},
                                },
                            },
                            "Metrics": {
                                "type": "array",
                                "minItems": 1,
                                "maxItems": 100,
                                "items": {
                                    "type": "object",
                                    "required": ["Name"],
                                    "additionalProperties": False,
                                    "properties": {
                                        "Name": {"type": "string", "minLength": 1, "maxLength": 1024},
                                        "Unit": {"enum": [unit.value for unit in Unit]},
                                    },
                                },
                            },
                        },
                    },
                },
            },
        }
    },
}
"""After the specification of the embedded metric format, which names this as its schema."""

PROPERTIES = {"requestId": "abc", "tenant_id": "ten_a"}


def written(tally: Tally, properties: Mapping[str, object] = PROPERTIES) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(tally.take()[0], "prod", 1_700_000_000_000, properties)]


def seen(documents: list[dict[str, Any]]) -> dict[tuple[str, tuple[tuple[str, str], ...]], float | list[float]]:
    """What CloudWatch makes of the lines: each metric under each of its sets of dimensions."""
    found: dict[tuple[str, tuple[tuple[str, str], ...]], float | list[float]] = {}
    for document in documents:
        jsonschema.validate(document, SCHEMA)
        for directive in document["_aws"]["CloudWatchMetrics"]:
            for dimensions in directive["Dimensions"]:
                for metric in directive["Metrics"]:
                    key = metric["Name"], tuple((name, document[name]) for name in dimensions)
                    assert isinstance(document[metric["Name"]], (int, float, list))
                    assert key not in found or metric["Name"] in {FAILED.name, DEFERRED.name}, key
                    found[key] = document[metric["Name"]]
    return found


def test_all_work_that_comes_from_one_queue_is_counted_under_its_own_name() -> None:
    assert WORKED_ON.by
    assert {kind.work for kind in WORKS} <= set(WORKED_ON.by.values)


def test_what_was_counted_in_an_invocation_is_one_line() -> None:
    tally = Tally()
    for _ in range(150):
        tally.count(SENT)
    for _ in range(3):
        tally.count(ACCEPTED)
    tally.measure(TIME_TO_SEND, 120, of="high")
    tally.measure(TIME_TO_SEND, 340.5, of="high")

    [document] = written(tally)

    assert seen([document]) == {
        ("Sent", (("Stage", "prod"),)): 150,
        ("Accepted", (("Stage", "prod"),)): 3,
        ("TimeToSend", (("Stage", "prod"), ("Priority", "high"))): [120, 340.5],
    }
    assert document["tenant_id"] == "ten_a"


def test_a_line_has_no_room_for_two_values_of_a_dimension() -> None:
    tally = Tally()
    tally.count(DEFERRED, of="quota")
    tally.count(DEFERRED, of="rate")
    tally.count(DEFERRED, of="rate")
    tally.count(FAILED, of="recipient")
    tally.count(REQUESTS, of="read")

    documents = written(tally)

    assert len(documents) == 2
    assert [document["Deferred"] for document in documents] == [1, 2]
    assert documents[0] | {"Deferred": 0} == documents[0] | {"Deferred": 0, "FailedFor": "recipient", "Route": "read"}
    # The sum of both lines is what CloudWatch has under the stage alone.
    assert all(("Deferred", (("Stage", "prod"),)) in seen([document]) for document in documents)


def test_more_values_than_a_line_may_have_go_into_the_next() -> None:
    tally = Tally()
    for value in range(250):
        tally.measure(QUOTA_LEFT, value)

    documents = written(tally)

    assert [len(document["QuotaLeft"]) for document in documents] == [100, 100, 50]
    for document in documents:
        jsonschema.validate(document, SCHEMA)


def test_what_was_taken_is_not_there_again_and_nothing_makes_no_line() -> None:
    tally = Tally()
    tally.count(SENT)

    first, second = written(tally), written(tally)

    assert len(first) == 1
    assert second == []


def test_a_value_that_is_not_in_the_table_makes_no_metric_of_its_own() -> None:
    tally = Tally()
    for number in range(50):
        tally.count(FAILED, of=f"surprise {number}")

    [document] = written(tally)

    assert (document["Failed"], document["FailedFor"]) == (50, "other")


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_metric_can_be_written(metric: Metric) -> None:
    tally = Tally()
    for value in metric.by.values if metric.by else ("",):
        tally.count(metric, of=value)

    found = seen(written(tally))

    assert len({key for key in found if key[0] == metric.name}) == metric.count


def test_the_table_has_every_metric_once() -> None:
    declared = [value for value in vars(model).values() if isinstance(value, Metric)]

    assert sorted(metric.name for metric in METRICS) == sorted({metric.name for metric in declared})
    assert len(METRICS) == len(declared)


def test_the_values_of_dimensions_are_those_that_there_are() -> None:
    assert TIME_TO_SEND.by is not None
    assert TIME_TO_SEND.by.values == tuple(Priority)
    assert DEFERRED.by is not None
    assert set(DEFERRED.by.values) == {ReplyClass.BUSY, *ACCOUNT_FAULTS}


def test_a_tenant_is_no_dimension() -> None:
    names = {metric.by.name for metric in METRICS if metric.by}

    assert not {name for name in names if "tenant" in name.lower() or "account" in name.lower()}
