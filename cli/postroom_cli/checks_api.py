"""The settings, and what answers at the address: is it there, who is it, what time is it there."""

import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path

from postroom_cli.checks import Point, ok, warning, wrong
from postroom_cli.desk import Desk
from postroom_cli.errors import CliError, Unreachable, Usage
from postroom_cli.exchange import Answer, Call, parsedate_of
from postroom_cli.paths import at
from postroom_cli.settings import API, KEY
from postroom_cli.visible import local_time

_CLOCKS_DIFFER = timedelta(minutes=2)
_RENEWED_BEFORE = timedelta(days=14)


def check_settings(desk: Desk) -> Iterator[Point]:
    try:
        yield _address(desk.settings.address().url)
    except Usage as error:
        yield _wrong(API, error)
    file = desk.settings.key_file
    subject = str(file) if file else KEY
    try:
        key = desk.settings.api_key()
    except Usage as error:
        yield _wrong(subject, error)
        return
    if key.looks_like_ours:
        yield ok(subject, f"{key.key_id} of {key.tenant_id}")
    else:
        yield wrong(subject, "does not look like a key of Postroom", "A key is pr_…, whole, as it was shown once.")
    if file:
        yield from _readable_by_others(file)


def _address(url: str) -> Point:
    if url.endswith("/v1"):
        return warning(API, f"{url} ends in /v1, which is added to it", "Leave /v1 out, unless it is there twice.")
    return ok(API, url)


def check_api(desk: Desk) -> Iterator[Point]:
    """Asked without the key: what answers has to be known first."""
    try:
        answer = desk.api_without_key.answer(Call("GET", at("accounts"), {"limit": 1}))
    except Unreachable as error:
        yield _wrong("The API", error)
        return
    yield _is_postroom(answer)
    yield from _encrypted(answer, desk.world.now())
    yield from _clock(answer, desk.world.now())


def _is_postroom(answer: Answer) -> Point:
    if answer.status == HTTPStatus.UNAUTHORIZED and b"urn:postroom:problem:" in answer.content:
        return ok("The API", "answers, and asks for a key")
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return wrong("The API", f"is in trouble: {answer.status}", "Try again later; see the logs of the api function.")
    return wrong(
        "The API", f"what answers ({answer.status}) is not Postroom", f"See {API}: the host, and the path too."
    )


def _encrypted(answer: Answer, now: datetime) -> Iterator[Point]:
    if answer.encryption is None:
        yield ok("TLS", "none, and none needed: it is on this machine")
        return
    until = answer.encryption.valid_until
    if until is not None and until < now + _RENEWED_BEFORE:
        yield warning("TLS", f"its certificate ends {local_time(until)}", "Renew it, or see why that does not happen.")
    else:
        yield ok("TLS", f"{answer.encryption.protocol}, certificate until {local_time(until)}")


def _clock(answer: Answer, now: datetime) -> Iterator[Point]:
    there = parsedate_of(answer.headers.get("Date", ""))
    if there is not None and there.tzinfo is not None and abs(there - now) > _CLOCKS_DIFFER:
        apart = int(abs(there - now).total_seconds())
        yield warning("Clock", f"differs from the API's by {apart} s", "Set this machine's clock: times would mislead.")


def _readable_by_others(file: Path) -> Iterator[Point]:
    if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield warning(str(file), "others on this machine may read it", f"chmod 600 {file}")


def _wrong(subject: str, error: CliError) -> Point:
    return wrong(subject, error.message, error.remedy)
