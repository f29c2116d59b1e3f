"""An account as flat, plain attributes, as a table holds it and a ``Change`` names it; its ids are the row's key.

Each reservation is billed by the size of the row, so it stays below a kilobyte where it can.
"""

from collections.abc import Mapping
from typing import Any

from postroom.accounts.model import (
    MAX_CONNECTIONS,
    SENT,
    Account,
    AccountConfig,
    AccountStatus,
    Authorization,
    ConnectionType,
    Counter,
    CredentialKind,
    LastError,
    Lesson,
    Pipelining,
    PipeliningFault,
    QuotaUnit,
    QuotaWindow,
    Reservation,
    Sessions,
)
from postroom.clock import from_milliseconds, to_milliseconds
from postroom.delivery.model import ReplyClass

Record = dict[str, Any]

_LETTERS: Mapping[str, str] = {
    SENT: "s",
    ReplyClass.RECIPIENT: "r",
    ReplyClass.POLICY: "p",
    ReplyClass.BUSY: "b",
    ReplyClass.QUOTA: "q",
    ReplyClass.RATE: "t",
    ReplyClass.AUTH: "a",
    ReplyClass.INFRASTRUCTURE: "i",
    ReplyClass.UNCERTAIN: "u",
}
"""What became of a try, in the counts of an hour. What has none is written out."""

_NAMES = {letter: str(name) for name, letter in _LETTERS.items()}


def config_record(config: AccountConfig) -> Record:
    return {
        "email": config.email,
        "sender_name": config.sender_name,
        "reply_to": config.reply_to,
        "connection_type": str(config.connection_type),
        "status": str(config.status),
        "daily_limit": config.daily_limit,
        "min_wait_ms": round(config.min_wait_time * 1000),
        "quota_window": str(config.quota_window),
        "timezone": config.timezone,
        "smtp_host": config.smtp_host,
        "smtp_port": config.smtp_port,
        "smtp_use_tls": config.smtp_use_tls,
        "smtp_use_ssl": config.smtp_use_ssl,
        "smtp_username": config.smtp_username,
        "max_connections": None if config.max_connections == MAX_CONNECTIONS else config.max_connections,
        "smtp_pipelining": None if config.smtp_pipelining is Pipelining.AUTO else str(config.smtp_pipelining),
        "quota_unit": None if config.quota_unit is QuotaUnit.MESSAGES else str(config.quota_unit),
        "high_share": config.high_priority_share or None,
        "credential": None if config.credential is CredentialKind.PASSWORD else str(config.credential),
    }


def record_of(account: Account) -> Record:
    counter, sessions, fault = account.counter, account.sessions, account.pipelining_fault
    record = config_record(account.config) | {
        "revision": account.revision,
        "created_ms": to_milliseconds(account.created_at),
        "updated_ms": to_milliseconds(account.updated_at),
        "secret_version": account.secret_version,
        "faults": account.faults,
        "proven": account.proven,
        "rest_until_ms": to_milliseconds(account.rest_until) if account.rest_until else None,
        "last_error": error_record(account.last_error) if account.last_error else None,
        "day": counter.day,
        "day_used": counter.day_used,
        "hour": counter.hour,
        "hours": {str(hour): count for hour, count in counter.hours.items()},
        "rolling_used": counter.rolling_used,
        "next_send_ms": counter.next_send_ms,
        "booked_ms": counter.booked_ms,
        "urgent_ms": counter.urgent_ms or None,
        "turns": counter.turns,
        "generation": counter.generation,
        "finished": dict(counter.finished),
        "reservations": reservations_record(counter),
        "tallies": _tallies_record(counter),
        "recent": _recent_record(counter),
        "succeeded_ms": to_milliseconds(account.last_success) if account.last_success else None,
        "sessions": dict(sessions.ends) if sessions else None,
        "logins": dict(sessions.logins) if sessions else None,
        "logging_in": sessions.logging_in if sessions else None,
        "pipelining_fault": pipelining_record(fault) if fault else None,
        "learned_daily": lesson_record(account.learned_daily) if account.learned_daily else None,
        "learned_spacing": lesson_record(account.learned_spacing) if account.learned_spacing else None,
        "oauth2": authorization_record(account.authorization) if account.authorization else None,
    }
    return {name: value for name, value in record.items() if value is not None}


def error_record(error: LastError) -> dict[str, int | str]:
    return {"at_ms": to_milliseconds(error.at), "class": error.reply_class, "words": error.words}


def pipelining_record(fault: PipeliningFault) -> dict[str, int | str]:
    return {"at_ms": to_milliseconds(fault.at), "words": fault.words}


def lesson_record(lesson: Lesson) -> dict[str, int | str]:
    return {"value": lesson.value, "at_ms": to_milliseconds(lesson.at)}


def authorization_record(authorization: Authorization) -> dict[str, int | str]:
    record: dict[str, int | str] = {"authorized_ms": to_milliseconds(authorization.authorized_at)}
    if authorization.expires_at is not None:
        record["expires_ms"] = to_milliseconds(authorization.expires_at)
    return record


def account_of(tenant_id: str, account_id: str, record: Record) -> Account:
    rest = record.get("rest_until_ms")
    return Account(
        tenant_id=tenant_id,
        id=account_id,
        config=_config(record),
        counter=_counter(record),
        revision=record["revision"],
        created_at=from_milliseconds(record["created_ms"]),
        updated_at=from_milliseconds(record["updated_ms"]),
        secret_version=record.get("secret_version"),
        last_error=_last_error(record.get("last_error")),
        faults=record["faults"],
        proven=record["proven"],
        rest_until=from_milliseconds(rest) if rest else None,
        sessions=_sessions(record),
        pipelining_fault=_pipelining_fault(record.get("pipelining_fault")),
        learned_daily=_lesson(record.get("learned_daily")),
        learned_spacing=_lesson(record.get("learned_spacing")),
        last_success=from_milliseconds(record["succeeded_ms"]) if "succeeded_ms" in record else None,
        authorization=_authorization(record.get("oauth2")),
    )


def _config(record: Record) -> AccountConfig:
    return AccountConfig(
        email=record["email"],
        sender_name=record["sender_name"],
        reply_to=record.get("reply_to"),
        connection_type=ConnectionType(record["connection_type"]),
        status=AccountStatus(record["status"]),
        daily_limit=record["daily_limit"],
        min_wait_time=record["min_wait_ms"] / 1000,
        quota_window=QuotaWindow(record["quota_window"]),
        timezone=record["timezone"],
        smtp_host=record["smtp_host"],
        smtp_port=record["smtp_port"],
        smtp_use_tls=record["smtp_use_tls"],
        smtp_use_ssl=record["smtp_use_ssl"],
        smtp_username=record.get("smtp_username"),
        max_connections=record.get("max_connections", MAX_CONNECTIONS),
        smtp_pipelining=Pipelining(record.get("smtp_pipelining", Pipelining.AUTO)),
        quota_unit=QuotaUnit(record.get("quota_unit", QuotaUnit.MESSAGES)),
        high_priority_share=record.get("high_share", 0),
        credential=CredentialKind(record.get("credential", CredentialKind.PASSWORD)),
    )


def _counter(record: Record) -> Counter:
    return Counter(
        day=record["day"],
        day_used=record["day_used"],
        hour=record["hour"],
        hours={int(hour): count for hour, count in record["hours"].items()},
        rolling_used=record["rolling_used"],
        next_send_ms=record["next_send_ms"],
        booked_ms=record["booked_ms"],
        urgent_ms=record.get("urgent_ms", 0),
        turns=record.get("turns"),
        generation=record["generation"],
        finished=dict(record["finished"]),
        reservations={key: Reservation(**held) for key, held in record["reservations"].items()},
        tallies=record.get("tallies"),
        recent=_recent(record.get("recent")),
    )


def reservations_record(counter: Counter) -> Record:
    return {key: _reservation_record(held) for key, held in counter.reservations.items()}


def _tallies_record(counter: Counter) -> Record | None:
    if counter.tallies is None:
        return None
    return {day: dict(outcomes) for day, outcomes in counter.tallies.items()}


def _reservation_record(held: Reservation) -> dict[str, int | str]:
    return {
        "count": held.count,
        "day": held.day,
        "hour": held.hour,
        "generation": held.generation,
        "at_ms": held.at_ms,
    }


def recent_record(counts: Mapping[str, int]) -> dict[str, int]:
    """Of one hour."""
    return {_LETTERS.get(name, name): count for name, count in counts.items()}


def _recent_record(counter: Counter) -> Record | None:
    if counter.recent is None:
        return None
    return {str(hour): recent_record(counts) for hour, counts in counter.recent.items()}


def _recent(record: Record | None) -> dict[int, dict[str, int]] | None:
    if record is None:
        return None
    return {
        int(hour): {_NAMES.get(letter, letter): count for letter, count in counts.items()}
        for hour, counts in record.items()
    }


def _last_error(record: Record | None) -> LastError | None:
    if not record:
        return None
    return LastError(from_milliseconds(record["at_ms"]), record["class"], record["words"])


def _sessions(record: Record) -> Sessions | None:
    if "sessions" not in record:
        return None
    return Sessions(dict(record["sessions"]), dict(record["logins"]), record.get("logging_in"))


def _pipelining_fault(record: Record | None) -> PipeliningFault | None:
    return PipeliningFault(from_milliseconds(record["at_ms"]), record["words"]) if record else None


def _lesson(record: Record | None) -> Lesson | None:
    return Lesson(record["value"], from_milliseconds(record["at_ms"])) if record else None


def _authorization(record: Record | None) -> Authorization | None:
    if not record:
        return None
    expires = record.get("expires_ms")
    return Authorization(from_milliseconds(record["authorized_ms"]), from_milliseconds(expires) if expires else None)
