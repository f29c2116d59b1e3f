"""Which version of a template mails are made from: the next one, or an earlier one again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from postroom.audit.acting import entries_of
from postroom.audit.model import Action
from postroom.clock import Clock
from postroom.errors import Conflict, FieldError, Invalid
from postroom.ids import Seed
from postroom.templates.model import Source
from postroom.templates.own.deeds import template_changed
from postroom.templates.own.manage import changed_meanwhile, check, existing, with_draft
from postroom.templates.own.model import Template, Version
from postroom.templates.own.ports import TemplateStore, Written
from postroom.templates.ports import BrandingOf
from postroom.templates.workshop import Fault, Preview, Workshop


class PublishTemplate:
    def __init__(self, store: TemplateStore, workshop: Workshop, branding_of: BrandingOf, clock: Clock) -> None:
        self._store = store
        self._workshop = workshop
        self._branding_of = branding_of
        self._clock = clock

    def __call__(self, tenant_id: str, template_id: str, data: Mapping[str, Any] | None = None) -> Template:
        """Makes the draft the next version; one that is as the latest version is that version again.

        It is tried out with ``data``, or with what stands for each variable. Raises NotFound, Invalid, and Conflict
        when somebody changed it meanwhile.
        """
        seen, draft = with_draft(self._store, tenant_id, template_id)
        tried = self._workshop.preview(tenant_id, draft, data or {}, self._branding_of(tenant_id))
        check(tuple(fault for fault in tried.faults if _counts(fault, tried, data)))
        return seen if seen.is_published else self._publish(seen, draft)

    def _publish(self, seen: Template, draft: Source) -> Template:
        is_new = seen.draft != seen.latest
        number = seen.versions + 1 if is_new else seen.versions
        template = replace(
            seen,
            variant=replace(seen.variant, live=number, subject=draft.subject),
            versions=number,
            latest=seen.draft,
            revision=seen.revision + 1,
            updated_at=self._clock(),
        )
        version = Version(number, draft, template.updated_at) if is_new else None
        entries = entries_of(seen.tenant_id, template_changed(Action.TEMPLATE_PUBLISHED, seen, template))
        if self._store.replace(seen, template, version=version, entries=entries) is not Written.WRITTEN:
            return self._published_meanwhile(seen)
        return template

    def _published_meanwhile(self, seen: Template) -> Template:
        """By somebody else, the same draft."""
        now = existing(self._store, seen.tenant_id, seen.id)
        if not now.is_published or now.draft != seen.draft:
            raise changed_meanwhile()
        return now


class RollBack:
    def __init__(self, store: TemplateStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(self, tenant_id: str, template_id: str, seed: Seed, number: int | None = None) -> Template:
        """Makes an earlier version live, the one before when no number is given; the draft stays as it is.

        A request that is run again finds its mark, and does not go back one more.

        Raises NotFound, Invalid for a version that there is not, and Conflict.
        """
        seen = existing(self._store, tenant_id, template_id)
        mark = seed.id("rbk")
        if seen.rolled_back_by == mark:
            return seen
        wanted = _before(seen) if number is None else number
        if wanted == seen.variant.live:
            return seen
        version = self._store.version(tenant_id, template_id, wanted)
        if version is None:
            raise Invalid((FieldError("version", "There is no such version"),))
        template = replace(
            seen,
            variant=replace(seen.variant, live=wanted, subject=version.source.subject),
            rolled_back_by=mark,
            revision=seen.revision + 1,
            updated_at=self._clock(),
        )
        entries = entries_of(tenant_id, template_changed(Action.TEMPLATE_ROLLED_BACK, seen, template))
        if self._store.replace(seen, template, entries=entries) is not Written.WRITTEN:
            raise changed_meanwhile()
        return template


def _before(seen: Template) -> int:
    if seen.variant.live is None:
        raise Conflict("It has not been published")
    if seen.variant.live == 1:
        raise Conflict("Its first version is live; there is none before it")
    return seen.variant.live - 1


def _counts(fault: Fault, tried: Preview, data: Mapping[str, Any] | None) -> bool:
    """What stands for a missing variable may be a text where a number is needed: that says nothing of the template."""
    return data is not None or not tried.missing or not fault.part
