"""What it takes to post an event and to tell many users: at once, up to the log of what was sent, or in a digest."""

from pathlib import Path

from bench.cost.bill import Use, use_of
from bench.cost.installation import Installation, installation
from bench.cost.peer import Peer
from bench.cost.prices import READ_UNITS, SQS, WRITE_UNITS
from bench.cost.workload import a_sender
from bench.report import Report
from tests.fakes.tables import template

USERS = 100
_SEED = 7
_WAYS = ("immediate", "daily")
_JOB = {"id": "job-1", "type": "backup", "name": "Nightly copy of the orders database", "status": "failed"}


def measure(report: Report, directory: Path, peer: Peer) -> None:
    for way in _WAYS:
        report.progress(f"an event to {USERS} users, {way}")
        with installation(directory / way, units=True) as here:
            _tell(report, here, way, peer)


def _tell(report: Report, here: Installation, way: str, peer: Peer) -> None:
    here.aws.client("secretsmanager").create_secret(Name="test-links", SecretString="0123456789abcdef" * 4)
    key = a_sender(here, peer.port, _SEED).key
    _add_users(here, key, way)
    _post(here, key)  # Warm: what is read once is read.
    here.work_queued()
    here.forget()
    _post(here, key)
    posted = use_of(here.meter.calls, here.invocations, sent_bytes=0)
    report.figure("an event: write units to post it", posted.of(WRITE_UNITS), "an event")
    queued = list(here.meter.queued)
    here.forget()
    here.meter.queued[:] = queued
    here.work_queued()
    _figures(report, f"an event to {USERS} users, {way}", _of_a_user(here))
    if way == "immediate":
        _send(report, here)


def _send(report: Report, here: Installation) -> None:
    configured = template()
    queued = list(here.meter.queued)
    here.forget()
    here.meter.queued[:] = queued
    if here.send_queued(configured["Mappings"]["Queue"]["high"]["BatchSize"]):
        raise RuntimeError("Not all was sent")
    _figures(report, "a mail to one of them, sent", _of_a_user(here))
    told = [row for row in here.messages() if "about" in row and row["status"]["S"] == "sent"]
    if len(told) != USERS:
        raise RuntimeError(f"{len(told)} were told")
    here.forget()
    [stream] = configured["Resources"]["OutcomesFunction"]["Properties"]["Events"].values()
    here.follow(told, stream["Properties"]["BatchSize"])
    _figures(report, "what became of it, noted", _of_a_user(here))


def _of_a_user(here: Installation) -> Use:
    return use_of(here.meter.calls, here.invocations, sent_bytes=0).per(USERS)


def _figures(report: Report, name: str, use: Use) -> None:
    report.figure(f"{name}: write units", use.of(WRITE_UNITS), "a user")
    report.figure(f"{name}: read units", use.of(READ_UNITS), "a user")
    report.figure(f"{name}: SQS requests", use.of(SQS), "a user")


def _add_users(here: Installation, key: str, way: str) -> None:
    for number in range(USERS):
        user = {"email": f"user{number}@example.net", "role": "operator", "name": "Some User"}
        _ask(here, key, "PUT", f"/v1/users/user{number:03}", user)
        wish = {"user": f"user{number:03}", "event_type": "job_failed", "delivery": way}
        _ask(here, key, "POST", "/v1/preferences", wish)


def _post(here: Installation, key: str) -> None:
    _ask(here, key, "POST", "/v1/events", {"job": _JOB})


def _ask(here: Installation, key: str, method: str, path: str, body: object) -> None:
    status, text = here.ask(key, method, path, body)
    if status not in {200, 201, 202}:
        raise RuntimeError(f"{path} was answered with {status}: {text}")
