"""What it takes to post an event and to tell many users of it, each at once or in a digest, up to their mails."""

from pathlib import Path

from bench.cost.bill import use_of
from bench.cost.installation import Installation, a_tenant, installation
from bench.cost.prices import READ_UNITS, SQS, WRITE_UNITS
from bench.report import Report

USERS = 100
_WAYS = ("immediate", "daily")
_JOB = {"id": "job-1", "type": "backup", "name": "Nightly copy of the orders database", "status": "failed"}


def measure(report: Report, directory: Path) -> None:
    for way in _WAYS:
        report.progress(f"an event to {USERS} users, {way}")
        with installation(directory / way, units=True) as here:
            _tell(report, here, way)


def _tell(report: Report, here: Installation, way: str) -> None:
    here.aws.client("secretsmanager").create_secret(Name="test-links", SecretString="0123456789abcdef" * 4)
    _, key = a_tenant()
    _add_users(here, key, way)
    _post(here, key)  # Warm: what is read once is read.
    here.work_queued()
    here.forget()
    _post(here, key)
    posted = use_of(here.meter.calls, here.invocations, sent_bytes=0)
    queued = list(here.meter.queued)
    here.forget()
    here.meter.queued[:] = queued
    here.work_queued()
    told = use_of(here.meter.calls, here.invocations, sent_bytes=0).per(USERS)
    report.figure("an event: write units to post it", posted.of(WRITE_UNITS), "an event")
    name = f"an event to {USERS} users, {way}"
    report.figure(f"{name}: write units", told.of(WRITE_UNITS), "a user", setting="without the sending of mails")
    report.figure(f"{name}: read units", told.of(READ_UNITS), "a user")
    report.figure(f"{name}: SQS requests", told.of(SQS), "a user")


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
