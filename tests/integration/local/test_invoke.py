"""The sample events: one for each function, and for each kind of work of one that has several."""

import json
from typing import Any

import pytest

from local.invoke import resource_of
from local.place import ROOT
from postroom.bootstrap.fan_out import WORKS
from postroom.leases.queue import read_one_of
from tests.fakes.tables import template

EVENTS = sorted((ROOT / "events").glob("*.json"))


def test_every_function_has_an_event() -> None:
    functions = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}

    assert {path.name.split(".")[0] for path in EVENTS} == functions


@pytest.mark.parametrize("name", [path.stem for path in EVENTS])
def test_every_event_is_of_a_function_of_the_template(name: str) -> None:
    assert template()["Resources"][resource_of(name)]["Type"] == "AWS::Serverless::Function"


def test_there_is_an_event_for_each_kind_of_work() -> None:
    kinds = [read_one_of(tuple(WORKS), _record(path.stem)["body"])[0] for path in EVENTS if "fan_out" in path.stem]

    assert set(kinds) == set(WORKS)
    assert len(kinds) == len(WORKS)


def _record(name: str) -> dict[str, Any]:
    [record] = json.loads((ROOT / "events" / f"{name}.json").read_text())["Records"]
    found: dict[str, Any] = record
    return found
