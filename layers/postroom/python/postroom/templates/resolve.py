"""Which template a message gets: of a name's variants the one that fits best."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum

from postroom.ids import is_id
from postroom.templates.model import Chosen, Reference, Source, Wanted
from postroom.templates.own.model import PREFIX, Template, Variant
from postroom.templates.own.ports import TemplateStore
from postroom.templates.ports import BuiltIn

_PARALLEL = 16

LocaleOfTenant = Callable[[str], str]
"""The locale of mails whose recipient's is not known, or has no variant; "" for none."""


class Unmet(StrEnum):
    """Why there is nothing for a message, to be read behind its field ``template``."""

    UNKNOWN = "There is no such template"
    UNPUBLISHED = "has not been published"
    UNFITTING = "has no variant for this locale and user type"


def places(locale: str, user_type: str, default_locale: str) -> tuple[tuple[str, str], ...]:
    """The locales and user types of the variants that fit, the best first."""
    locales = dict.fromkeys((*_with_parents(locale), *_with_parents(default_locale), ""))
    return tuple((each, kind) for each in locales for kind in dict.fromkeys((user_type, "")))


def best(variants: Iterable[Variant], wanted: Wanted, default_locale: str) -> Variant | None:
    """Of those that are published."""
    published = {(each.locale, each.user_type): each for each in variants if each.live is not None}
    fitting = places(wanted.locale, wanted.user_type, default_locale)
    return next((published[place] for place in fitting if place in published), None)


class ResolveTemplates:
    """A tenant's own template takes the place of a built-in one of its name wherever one of its variants fits."""

    def __init__(self, store: TemplateStore, built_in: BuiltIn, locale_of_tenant: LocaleOfTenant) -> None:
        self._store = store
        self._built_in = built_in
        self._locale_of_tenant = locale_of_tenant

    def __call__(self, tenant_id: str, wanted: Iterable[Wanted]) -> Mapping[Wanted, Chosen | Unmet]:
        """For each that is wanted. One query finds all variants of a name, one read many ids."""
        asked = set(wanted)
        by_id = {one for one in asked if is_id(PREFIX, one.name_or_id)}
        return self._by_id(tenant_id, by_id) | self._by_name(tenant_id, asked - by_id)

    def _by_id(self, tenant_id: str, asked: Iterable[Wanted]) -> dict[Wanted, Chosen | Unmet]:
        found = self._store.get_many(tenant_id, (one.name_or_id for one in asked))
        return {one: _published(found.get(one.name_or_id)) for one in asked}

    def _by_name(self, tenant_id: str, asked: Iterable[Wanted]) -> dict[Wanted, Chosen | Unmet]:
        variants = self._variants(tenant_id, {one.name_or_id for one in asked})
        default = self._locale_of_tenant(tenant_id) if any(_have_locales(some) for some in variants.values()) else ""
        return {one: self._choice(variants[one.name_or_id], one, default) for one in asked}

    def _variants(self, tenant_id: str, names: Collection[str]) -> dict[str, tuple[Variant, ...]]:
        with ThreadPoolExecutor(_PARALLEL) as threads:
            found = threads.map(lambda name: self._store.variants(tenant_id, name), names)
            return dict(zip(names, found, strict=True))

    def _choice(self, variants: tuple[Variant, ...], wanted: Wanted, default_locale: str) -> Chosen | Unmet:
        variant = best(variants, wanted, default_locale)
        if variant is not None:
            return _chosen(variant)
        built_in = self._built_in.source(wanted.name_or_id)
        if built_in is not None:
            return Chosen(Reference(wanted.name_or_id), built_in.subject.strip())
        return _why_none(variants)


class ReadSource:
    """The text of a version, also of a template that was deleted while messages wait that were made from it."""

    def __init__(self, store: TemplateStore) -> None:
        self._store = store

    def __call__(self, tenant_id: str, template_id: str, version: int) -> Source | None:
        found = self._store.version(tenant_id, template_id, version)
        return found.source if found else None


def _with_parents(locale: str) -> Iterator[str]:
    """RFC 4647, section 3.4: ``de-AT``, ``de``. Nothing where there is no locale."""
    while locale:
        yield locale
        locale = locale.rpartition("-")[0]


def _published(template: Template | None) -> Chosen | Unmet:
    if template is None:
        return Unmet.UNKNOWN
    return _why_none((template.variant,)) if template.variant.live is None else _chosen(template.variant)


def _chosen(variant: Variant) -> Chosen:
    return Chosen(Reference(variant.name, variant.template_id, variant.live), variant.subject)


def _why_none(variants: tuple[Variant, ...]) -> Unmet:
    if not variants:
        return Unmet.UNKNOWN
    return Unmet.UNPUBLISHED if all(each.live is None for each in variants) else Unmet.UNFITTING


def _have_locales(variants: Iterable[Variant]) -> bool:
    return any(each.locale for each in variants)
