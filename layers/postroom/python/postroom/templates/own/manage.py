"""The owner's hand on the templates: find, create, change, delete."""

from dataclasses import dataclass, replace
from datetime import timedelta

from postroom.audit.acting import entries_of
from postroom.audit.model import Action
from postroom.clock import Clock
from postroom.errors import Conflict, FieldError, Invalid, NotFound
from postroom.ids import Seed
from postroom.paging import Page, PageRequest, page_of
from postroom.templates.model import Source
from postroom.templates.own.deeds import template_changed, template_created, template_deleted
from postroom.templates.own.model import PREFIX, Template, Variant, Version, fingerprint
from postroom.templates.own.ports import TemplateStore, Written
from postroom.templates.workshop import Fault, Workshop

MOST_TEMPLATES = 1000
"""Of one tenant. They are counted, not locked: those who add at the same time may pass it by a few."""

_LONGEST_ON_ITS_WAY = timedelta(days=1)
"""A message that was accepted with a version while that was being deleted."""


@dataclass(frozen=True, slots=True)
class TemplateRequest:
    """A template as it is asked for; ``user_type`` is "" for everybody, ``source`` has the locale."""

    name: str
    user_type: str
    source: Source


class FindTemplates:
    def __init__(self, store: TemplateStore) -> None:
        self._store = store

    def one(self, tenant_id: str, template_id: str, revision: int | None = None) -> tuple[Template, Source]:
        """With its draft. Raises NotFound, and Conflict when a ``revision`` is wanted and it is another."""
        template, draft = with_draft(self._store, tenant_id, template_id)
        if revision not in {None, template.revision}:
            raise changed_meanwhile()
        return template, draft

    def page(self, tenant_id: str, request: PageRequest) -> Page[Template]:
        return self._store.page(tenant_id, request)

    def named(self, tenant_id: str, name: str, request: PageRequest) -> Page[Template]:
        """All variants of a name, by their ids."""
        ids = sorted((each.template_id for each in self._store.variants(tenant_id, name)), reverse=request.newest_first)
        page = page_of([each for each in ids if _is_behind(each, request)], request.limit, str)
        found = self._store.get_many(tenant_id, page.items)
        return Page(tuple(found[each] for each in page.items if each in found), page.last)

    def version(self, tenant_id: str, template_id: str, number: int) -> tuple[Template, Version]:
        """Raises NotFound, also once its template is deleted."""
        template = existing(self._store, tenant_id, template_id)
        version = self._store.version(tenant_id, template_id, number)
        if version is None:
            raise NotFound
        return template, version

    def versions(self, tenant_id: str, template_id: str, request: PageRequest) -> tuple[Template, Page[Version]]:
        template = existing(self._store, tenant_id, template_id)
        return template, self._store.version_page(tenant_id, template_id, request)


class CreateTemplate:
    def __init__(self, store: TemplateStore, workshop: Workshop, clock: Clock) -> None:
        self._store = store
        self._workshop = workshop
        self._clock = clock

    def __call__(self, tenant_id: str, wanted: TemplateRequest, seed: Seed) -> tuple[Template, Source]:
        """With its draft. The same seed gives the same template. Raises Invalid naming every fault of its syntax."""
        check(self._workshop.check_syntax(tenant_id, wanted.source))
        template_id, now = seed.id(PREFIX), self._clock()
        template = Template(
            tenant_id=tenant_id,
            id=template_id,
            variant=Variant(wanted.name, wanted.source.locale, wanted.user_type, template_id),
            draft=fingerprint(wanted.source),
            revision=1,
            created_at=now,
            updated_at=now,
        )
        self._check_number(template)
        stored = self._store.add(template, wanted.source, entries_of(tenant_id, template_created(template)))
        if stored is None:
            raise _taken()
        return stored, wanted.source

    def _check_number(self, template: Template) -> None:
        is_full = self._store.count(template.tenant_id) >= MOST_TEMPLATES
        if is_full and self._store.get(template.tenant_id, template.id) is None:
            raise Conflict(f"There are {MOST_TEMPLATES:,} templates already; delete one that is not needed")


class ChangeTemplate:
    def __init__(self, store: TemplateStore, workshop: Workshop, clock: Clock) -> None:
        self._store = store
        self._workshop = workshop
        self._clock = clock

    def __call__(self, seen: Template, wanted: TemplateRequest) -> Template:
        """Replaces the draft, and at once its name, locale and user type.

        Raises Invalid, and Conflict when somebody else changed it since it was seen.
        """
        check(self._workshop.check_syntax(seen.tenant_id, wanted.source))
        place = replace(seen.variant, name=wanted.name, locale=wanted.source.locale, user_type=wanted.user_type)
        template = replace(
            seen,
            variant=place,
            draft=fingerprint(wanted.source),
            revision=seen.revision + 1,
            updated_at=self._clock(),
        )
        entries = entries_of(seen.tenant_id, template_changed(Action.TEMPLATE_CHANGED, seen, template))
        match self._store.replace(seen, template, wanted.source, entries=entries):
            case Written.NAME_TAKEN:
                raise _taken()
            case Written.STALE:
                raise changed_meanwhile()
            case Written.WRITTEN:
                return template


class DeleteTemplate:
    def __init__(self, store: TemplateStore, retention: timedelta, clock: Clock) -> None:
        self._store = store
        self._retention = retention
        self._clock = clock

    def __call__(self, tenant_id: str, template_id: str) -> None:
        """Its versions stay for as long as a message may wait that was made from one. Raises NotFound and Conflict."""
        template = self._store.get(tenant_id, template_id)
        if template is not None:
            self._remove(template)
        # A deletion that was broken off here is finished by the next one.
        ended = self._store.end_versions(tenant_id, template_id, self._clock() + self._retention + _LONGEST_ON_ITS_WAY)
        if template is None and not ended:
            raise NotFound

    def _remove(self, template: Template) -> None:
        if not self._store.remove(template, entries_of(template.tenant_id, template_deleted(template))):
            raise changed_meanwhile()


def existing(store: TemplateStore, tenant_id: str, template_id: str) -> Template:
    template = store.get(tenant_id, template_id)
    if template is None:
        raise NotFound
    return template


def with_draft(store: TemplateStore, tenant_id: str, template_id: str) -> tuple[Template, Source]:
    """In this order: who changes what is older than its draft is refused. Raises NotFound."""
    template = existing(store, tenant_id, template_id)
    draft = store.draft(tenant_id, template_id)
    if draft is None:
        raise NotFound
    return template, draft


def check(faults: tuple[Fault, ...]) -> None:
    """Raises Invalid naming each."""
    if faults:
        raise refusal(faults)


def refusal(faults: tuple[Fault, ...]) -> Invalid:
    return Invalid(tuple(FieldError(fault.part or "template", _where_and_what(fault)) for fault in faults))


def changed_meanwhile() -> Conflict:
    return Conflict("The template was changed by somebody else meanwhile; read it and try again")


def _where_and_what(fault: Fault) -> str:
    return f"line {fault.line}, column {fault.column}: {fault.words}" if fault.part else fault.words


def _taken() -> Invalid:
    return Invalid((FieldError("name", "There is another template with this name, locale and user type"),))


def _is_behind(template_id: str, request: PageRequest) -> bool:
    if request.after is None:
        return True
    return template_id < request.after if request.newest_first else template_id > request.after
