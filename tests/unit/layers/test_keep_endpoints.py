"""The part of the dependency layer's build that changes a file of botocore."""

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

from botocore.regions import EndpointResolver

from local.place import ROOT

OURS = ["dynamodb", "s3", "sts"]


def trimmed(path: Path) -> dict[str, Any]:
    subprocess.run([sys.executable, ROOT / "layers/dependencies/keep_endpoints.py", path, *OURS], check=True)
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def kept(directory: Path, original: str) -> dict[str, Any]:
    path = directory / "endpoints.json"
    path.write_text(original, "utf-8")
    return trimmed(path)


def test_of_botocores_endpoints_those_of_our_services_are_kept_in_all_partitions(tmp_path: Path) -> None:
    original = files("botocore").joinpath("data", "endpoints.json").read_text("utf-8")

    left = kept(tmp_path, original)

    before, after = EndpointResolver(json.loads(original)), EndpointResolver(left)
    assert {name for partition in left["partitions"] for name in partition["services"]} == {*OURS}
    assert after.get_available_partitions() == before.get_available_partitions()
    for service in OURS:
        for partition in before.get_available_partitions():
            regions = before.get_available_endpoints(service, partition, allow_non_regional=True)
            assert after.get_available_endpoints(service, partition, allow_non_regional=True) == regions
            assert [after.construct_endpoint(service, region, partition) for region in regions] == [
                before.construct_endpoint(service, region, partition) for region in regions
            ]


def test_what_is_said_of_a_partition_stays(tmp_path: Path) -> None:
    partition = {"partition": "aws", "regions": {"eu-central-1": {}}, "services": {"s3": {"endpoints": {}}, "ec2": {}}}

    left = kept(tmp_path, json.dumps({"version": 3, "partitions": [partition]}))

    assert left == {"version": 3, "partitions": [partition | {"services": {"s3": {"endpoints": {}}}}]}


def test_who_shares_the_file_with_the_layer_keeps_it_as_it_is(tmp_path: Path) -> None:
    cached, original = tmp_path / "cached.json", json.dumps({"partitions": [{"services": {"ec2": {}}}]})
    cached.write_text(original, "utf-8")
    (tmp_path / "endpoints.json").hardlink_to(cached)

    trimmed(tmp_path / "endpoints.json")

    assert cached.read_text("utf-8") == original
