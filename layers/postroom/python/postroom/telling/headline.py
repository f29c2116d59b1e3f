"""What has happened, in a line: for the log of notices and for digests."""

from collections.abc import Callable, Mapping

from postroom.event_types.model import in_words
from postroom.events.model import ComplianceFacts, Event, JobFacts

LONGEST = 200
_JOINING = "\u200c\u200d"
"""What some scripts and emoji need between letters."""


def headline_of(event: Event) -> str:
    return _in_a_line(_LINES.get(event.event_type, _of_own_type)(event))


def title_of(event: Event) -> str:
    """The headline, or the ``title`` that was posted with it, as far as a subject can hold that."""
    return _posted_title(event) or headline_of(event)


def name_of_job(job: JobFacts | None) -> str:
    return (job.name or job.id) if job else ""


def _of_violation(event: Event) -> str:
    result = event.compliance_result or ComplianceFacts("")
    policy = result.policy or result.id
    if result.device:
        return f"{result.device} does not meet the policy {policy}"
    return f"The policy {policy} is violated"


def _of_own_type(event: Event) -> str:
    """A ``title`` among its data is the tenant's own word for it."""
    if title := _posted_title(event):
        return title
    result = event.compliance_result
    what = name_of_job(event.job) or (result and (result.policy or result.id))
    return f"{in_words(event.event_type)}: {what}" if what else in_words(event.event_type)


def _posted_title(event: Event) -> str:
    title = event.data.get("title")
    return _in_a_line(title) if isinstance(title, str) else ""


def _in_a_line(said: str) -> str:
    line = " ".join("".join(one if one.isprintable() or one in _JOINING else " " for one in said).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _job_that(words: str) -> Callable[[Event], str]:
    return lambda event: f"{name_of_job(event.job) or 'A job'} {words}"


_LINES: Mapping[str, Callable[[Event], str]] = {
    "job_success": _job_that("succeeded"),
    "job_failed": _job_that("failed"),
    "job_partial": _job_that("was done in part"),
    "scheduled_backup_complete": _job_that("is backed up"),
    "compliance_violation": _of_violation,
}
"""Of the built-in types."""
