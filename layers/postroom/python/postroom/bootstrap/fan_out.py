"""What the fan-out function does, by the kind of ticket that comes from its queue."""

from collections.abc import Callable, Mapping
from datetime import datetime

from postroom.bootstrap.digests import build_make_digest
from postroom.bootstrap.events import build_run_event
from postroom.bootstrap.jobs import build_run_job
from postroom.bootstrap.telling import build_reconsider_mail
from postroom.leases.model import Ticket
from postroom.leases.queue import DIGESTS, EVENTS, JOBS, MAILS, Payloads
from postroom.settings import Settings

Run = Callable[[Ticket, datetime], None]

WORKS: Mapping[Payloads, Callable[[Settings], Run]] = {
    JOBS: build_run_job,
    EVENTS: build_run_event,
    DIGESTS: build_make_digest,
    MAILS: build_reconsider_mail,
}
