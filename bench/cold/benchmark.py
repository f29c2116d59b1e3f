"""From a new process to a function that is ready, beside ``import boto3`` alone, and the layers it comes from."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from bench.aims import at_most
from bench.cold.layers import build_for_aws, build_here, without_compiled
from bench.cold.starting import Start, start
from bench.figures import Rival, not_run, seen
from bench.report import Report
from local.place import ROOT
from local.trouble import Trouble

_ROUNDS = 9
_ROUNDS_UNCOMPILED = 3
_RIVAL = "import boto3"
_CLIENTS = "boto3 with the clients that we make"
_MEGABYTE = 1e6
_MEBIBYTE = 2**20

BUILT: Mapping[str, str] = {
    "sender": "app._send_batch()",
    "api": "app._api()",
    "authorizer": "app._verify_key()",
    "due": "app._use_case()",
    "oauth2_callback": "app._connect()",
    "daily_reset": "app._use_case()",
    "importer": "app._use_case()",
    "mails": "app._make_mail()",
    "fan_out": "[app._use_case(kind) for kind in app.WORKS]",
    "digests": "app._use_cases()",
    "outcomes": "app._follow()",
    "pages": "app._pages()",
}
"""Each function, and what it makes when it is first asked."""

_RIVALS: Mapping[str, str] = {
    _RIVAL: "import boto3",
    _CLIENTS: "import boto3\nfor service in ('dynamodb', 's3', 'sqs', 'secretsmanager'): boto3.client(service)",
}


def run(report: Report) -> None:
    with tempfile.TemporaryDirectory() as directory:
        report.progress("building the layers")
        layers = build_here(Path(directory) / "here")
        report.progress("starting functions")
        _tell_starts(report, _starts(layers, _ROUNDS), "all layers compiled")
        with without_compiled(layers):
            _tell_uncompiled(report, _starts(layers, _ROUNDS_UNCOMPILED))
        _tell_sizes(report, Path(directory) / "aws")


def _starts(layers: list[Path], rounds: int) -> dict[str, list[Start]]:
    """One of each in turn, so that what else the machine does falls upon all."""
    cases = {name: (code, layers) for name, code in _RIVALS.items()}
    for function, built in BUILT.items():
        path = [*layers, ROOT / "functions" / function]
        cases[function] = ("import app", path)
        cases[f"{function}, built"] = (f"import app\n{built}", path)
    starts: dict[str, list[Start]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, (code, path) in cases.items():
            starts[name].append(start(code, path))
    return starts


def _tell_starts(report: Report, starts: dict[str, list[Start]], setting: str) -> None:
    for function in BUILT:
        aim = at_most(1.5, times=_RIVAL) if function == "sender" else None
        times = [Rival(name, seen(*_milliseconds(starts[name]))) for name in _RIVALS]
        peaks = [Rival(name, seen(*_megabytes(starts[name]))) for name in _RIVALS]
        built = starts[f"{function}, built"]
        report.figure(
            f"{function}: import",
            seen(*_milliseconds(starts[function])),
            "ms CPU",
            aim=aim,
            rivals=times[:1],
            setting=setting,
        )
        report.figure(
            f"{function}: import and build", seen(*_milliseconds(built)), "ms CPU", rivals=times, setting=setting
        )
        report.figure(f"{function}: peak memory", seen(*_megabytes(built)), "MiB", rivals=peaks, setting=setting)


def _tell_uncompiled(report: Report, starts: dict[str, list[Start]]) -> None:
    setting = "no layer compiled, as when no Python of the runtime was there when they were built"
    rivals = [Rival(_RIVAL, seen(*_milliseconds(starts[_RIVAL])))]
    for function in ("sender", "api"):
        built = seen(*_milliseconds(starts[f"{function}, built"]))
        report.figure(f"{function}: import and build, not compiled", built, "ms CPU", rivals=rivals, setting=setting)


def _tell_sizes(report: Report, directory: Path) -> None:
    try:
        sizes = build_for_aws(directory)
    except Trouble as trouble:
        report.figure("layers, zipped", not_run(str(trouble).splitlines()[0]), "MB", aim=at_most(20))
        return
    setting = f"for Python 3.13 on arm64, {sizes.compiled} files compiled"
    report.figure("layers, zipped", sizes.zipped / _MEGABYTE, "MB", aim=at_most(20), setting=setting)
    report.figure("layers, unpacked", sizes.unpacked / _MEGABYTE, "MB", aim=at_most(250), setting=setting)


def _milliseconds(starts: list[Start]) -> list[float]:
    return [each.seconds * 1000 for each in starts]


def _megabytes(starts: list[Start]) -> list[float]:
    return [median(each.peak for each in starts) / _MEBIBYTE]
