"""A portion of users becomes messages: one for each, whoever does it and however often."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from postroom.errors import Invalid, PostroomError, Unavailable
from postroom.ids import Seed
from postroom.jobs.model import Job, Portion, Skip, SkipReason
from postroom.jobs.ports import Order, Work
from postroom.messages.accept import AcceptMessages
from postroom.messages.draft import Draft
from postroom.messages.find import FindMessages
from postroom.messages.model import Message
from postroom.users.manage import FindUsers
from postroom.users.model import User

_REASONS: Mapping[str, SkipReason] = {
    "template": SkipReason.NO_TEMPLATE,
    "account_id": SkipReason.NO_ACCOUNT,
    "pool_id": SkipReason.NO_ACCOUNT,
    "send_at": SkipReason.TOO_LATE,
    "expires_at": SkipReason.TOO_LATE,
}
"""By the field of a message that was refused. All of them were right when the job was asked for."""

_PATIENCE = 3
"""Faults in a row, until what cannot be stored for a reason of its own is left out: the others are waiting."""


@dataclass(frozen=True, slots=True)
class HandOut:
    users: FindUsers
    messages: FindMessages
    accept: AcceptMessages
    works: Mapping[str, Work]

    def __call__(
        self, job: Job, order: Order, portion: Portion, look_once_more: Callable[[], None], *, again: bool
    ) -> Portion:
        """Settled. ``again``: somebody may have begun with it.

        Raises Unavailable: all of it can be done once more; and what ``look_once_more`` does, before there is anything.
        """
        there = self._there(job, portion.user_ids) if again else set()
        # What is there was accepted, whatever has become of its user since.
        skipped = self._skipped(job, order, [one for one in portion.user_ids if one not in there], look_once_more)
        return replace(
            portion,
            user_ids=tuple(user_id for user_id in portion.user_ids if user_id not in skipped),
            skipped=tuple(Skip(user_id, str(skipped[user_id])) for user_id in portion.user_ids if user_id in skipped),
            settled=True,
        )

    def as_far_as_done(self, job: Job, portion: Portion) -> Portion:
        """Settled with who has a message already; the others are not looked at any more."""
        there = self._there(job, portion.user_ids)
        return replace(portion, user_ids=tuple(one for one in portion.user_ids if one in there), settled=True)

    def _there(self, job: Job, user_ids: Sequence[str]) -> set[str]:
        ids = {job.message_id(user_id): user_id for user_id in user_ids}
        return {ids[message_id] for message_id in self.messages.statuses(job.tenant_id, list(ids))}

    def _skipped(
        self, job: Job, order: Order, user_ids: Sequence[str], look_once_more: Callable[[], None]
    ) -> dict[str, str]:
        """Why these get nothing; the others have a message then."""
        found = self.users.many(job.tenant_id, user_ids)
        skipped: dict[str, str] = {one: reason for one in user_ids if (reason := _unfit(job, found.get(one)))}
        fit = [found[user_id] for user_id in user_ids if user_id not in skipped]
        drafts: dict[str, Draft] = {}
        for user, made in zip(fit, self.works[job.kind](job, order, fit), strict=True):
            if isinstance(made, str):
                skipped[user.id] = made
            elif made.expires_at is not None and made.expires_at <= self.accept.clock():
                skipped[user.id] = SkipReason.TOO_LATE
            else:
                drafts[user.id] = _ours(job, user, made)
        look_once_more()
        results = self.accept(job.tenant_id, list(drafts.values()), Seed(job.created_at, job.id)) if drafts else []
        refused = {user_id: _refused(job, result) for user_id, result in zip(drafts, results, strict=True)}
        return skipped | {user_id: reason for user_id, reason in refused.items() if reason}


def _ours(job: Job, user: User, draft: Draft) -> Draft:
    return replace(draft, id=job.message_id(user.id), metadata={**draft.metadata, "job_id": job.id})


def _unfit(job: Job, user: User | None) -> SkipReason | None:
    if user is None:
        return SkipReason.UNKNOWN_USER
    if job.user_types and user.user_type not in job.user_types:
        return SkipReason.OTHER_TYPE
    return None


def _refused(job: Job, result: Message | PostroomError) -> SkipReason | None:
    match result:
        case Message():
            return None
        case Invalid():
            fields = [error.field for error in result.errors]
            return next((_REASONS[field] for field in fields if field in _REASONS), SkipReason.REFUSED)
        case Unavailable():
            raise result
        case _ if job.faults < _PATIENCE:
            raise Unavailable from result
        case _:
            return SkipReason.FAULT
