"""Takes a notification for many users: what is wrong with it is told at once, and the rest is done by a job."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from postroom.errors import FieldError, Invalid
from postroom.ids import Seed
from postroom.jobs.manage import NewJob, StartJob
from postroom.jobs.model import Job
from postroom.messages.accept import Lifetimes
from postroom.messages.draft import Names, errors_of_rights
from postroom.messages.named import LookUpNamed
from postroom.notifications.model import KIND, LONGEST_SHOWN, MOST_LINES_SHOWN, Notification
from postroom.notifications.order import write_order
from postroom.templates.model import Wanted
from postroom.templates.resolve import Unmet

_TOO_LONG = FieldError(
    "message",
    f"must have at most {LONGEST_SHOWN} letters in {MOST_LINES_SHOWN} lines: the built-in template shows no more",
)


@dataclass(frozen=True, slots=True)
class Notify:
    look_up: LookUpNamed
    lifetimes: Lifetimes
    start: StartJob

    def users(self, tenant_id: str, wanted: Notification, user_ids: Sequence[str], seed: Seed) -> Job:
        """Who there is not is skipped by the job. Raises Invalid."""
        return self._started(tenant_id, wanted, NewJob(KIND, wanted.title, write_order(wanted), user_ids), seed)

    def user_types(self, tenant_id: str, wanted: Notification, user_types: Sequence[str], seed: Seed) -> Job:
        """Raises Invalid."""
        job = NewJob(KIND, wanted.title, write_order(wanted), user_types=user_types)
        return self._started(tenant_id, wanted, job, seed)

    def _started(self, tenant_id: str, wanted: Notification, job: NewJob, seed: Seed) -> Job:
        """What was taken once is not refused when it is repeated: its job is there."""
        faults = (
            *errors_of_rights(wanted.priority, wanted.highest_priority),
            *self._faults_of_names(tenant_id, wanted),
            *self.lifetimes.errors(seed.moment, wanted.send_at, wanted.expires_at),
        )
        if faults and not self.start.has_begun(tenant_id, seed):
            raise Invalid(faults)
        return self.start(tenant_id, job, seed)

    def _faults_of_names(self, tenant_id: str, wanted: Notification) -> Iterator[FieldError]:
        names = Names(wanted.account_id, wanted.pool_id, Wanted(wanted.template))
        named = self.look_up(tenant_id, [names])
        chosen = named.template(names)
        if chosen and chosen.reference.template_id is None and wanted.is_cut_by_built_in:
            yield _TOO_LONG
        for error in named.errors(names):
            # One that has variants for some alone may have what each of these users needs.
            if error != FieldError("template", Unmet.UNFITTING):
                yield error
