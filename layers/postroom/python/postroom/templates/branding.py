"""How a tenant's mails look."""

from collections.abc import Callable
from dataclasses import replace

from postroom.audit.acting import entries_of
from postroom.errors import Conflict
from postroom.templates.model import Appearance, Branding
from postroom.templates.own.deeds import branding_changed
from postroom.templates.own.ports import AppearanceStore

TenantName = Callable[[str], str | None]


class ReadBranding:
    def __init__(self, store: AppearanceStore, tenant_name: TenantName) -> None:
        self._store = store
        self._tenant_name = tenant_name

    def __call__(self, tenant_id: str) -> Branding:
        """With the tenant's own name where it gave its mails no other."""
        branding = self._store.get(tenant_id).branding
        return branding if branding.name else replace(branding, name=self._tenant_name(tenant_id) or "")

    def default_locale(self, tenant_id: str) -> str:
        return self._store.get(tenant_id).branding.default_locale

    def as_set(self, tenant_id: str, revision: int | None = None) -> Appearance:
        """Raises Conflict when a ``revision`` is wanted and it is another."""
        appearance = self._store.get(tenant_id)
        if revision not in {None, appearance.revision}:
            raise _changed_meanwhile()
        return appearance


class ChangeBranding:
    def __init__(self, store: AppearanceStore) -> None:
        self._store = store

    def __call__(self, tenant_id: str, seen: Appearance, wanted: Appearance) -> Appearance:
        """Raises Conflict when somebody else changed it since it was seen."""
        changed = replace(wanted, revision=seen.revision + 1)
        entries = entries_of(tenant_id, branding_changed(seen, changed))
        if not self._store.replace(tenant_id, seen, changed, entries):
            raise _changed_meanwhile()
        return changed


def _changed_meanwhile() -> Conflict:
    return Conflict("The branding was changed by somebody else meanwhile; read it and try again")
