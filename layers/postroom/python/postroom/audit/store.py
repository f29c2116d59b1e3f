"""The audit log in the directory table, to be read."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from postroom.audit.acting import PREFIX
from postroom.audit.entry_rows import EntryRow, PointerRow, entry_of
from postroom.audit.model import Entry
from postroom.audit.ports import Filter
from postroom.dynamo import translated
from postroom.ids import first_id
from postroom.paging import Page, PageRequest, filled, page_of
from postroom.tenancy import keys

_BOUNDS = f"{PREFIX}_", f"{PREFIX}_~"


class DynamoAuditLog:
    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Entry]:
        return filled(partial(_read, tenant_id, wanted), wanted.matches, request, lambda entry: entry.id)


def _read(tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Entry]:
    """A page of the narrowest partition. What a pointer finds may be gone, so that it may be short."""
    low, high = _bounds(wanted, request)
    if low > high:
        return Page(())
    rows = _rows_between(tenant_id, wanted, request, low, high)
    # Both bounds are included, and neither is wanted: the one was shown, and the other is a moment too late.
    inside = [row.sk for row in rows if row.sk != request.after and not _is_too_late(row.sk, wanted.until)]
    ids = page_of(inside, request.limit, str)
    if wanted.target is None and wanted.action is None and wanted.key_id is None:
        whole = {row.sk: row for row in rows if isinstance(row, EntryRow)}
    else:
        whole = _whole(tenant_id, ids.items)
    return Page(tuple(entry_of(tenant_id, whole[each]) for each in ids.items if each in whole), ids.last)


def _bounds(wanted: Filter, request: PageRequest) -> tuple[str, str]:
    low, high = _BOUNDS
    if wanted.since is not None:
        low = first_id(PREFIX, wanted.since)
    if wanted.until is not None:
        high = first_id(PREFIX, wanted.until)
    if request.after is None:
        return low, high
    return (low, min(high, request.after)) if request.newest_first else (max(low, request.after), high)


def _is_too_late(entry_id: str, until: datetime | None) -> bool:
    return until is not None and entry_id >= first_id(PREFIX, until)


def _rows_between(
    tenant_id: str, wanted: Filter, request: PageRequest, low: str, high: str
) -> list[EntryRow | PointerRow]:
    model, partition = _narrowest(tenant_id, wanted)
    with translated():
        return list(
            model.query(
                partition,
                model.sk.between(low, high),
                consistent_read=True,
                scan_index_forward=not request.newest_first,
                limit=request.limit + 2,
            )
        )


def _narrowest(tenant_id: str, wanted: Filter) -> tuple[type[EntryRow] | type[PointerRow], str]:
    """A thing has fewer entries than a key, and a key fewer than what is done every day."""
    if wanted.target is not None:
        return PointerRow, keys.audit_target_key(tenant_id, wanted.target, "")[0]
    if wanted.key_id is not None:
        return PointerRow, keys.audit_actor_key(tenant_id, wanted.key_id, "")[0]
    if wanted.action is not None:
        return PointerRow, keys.audit_action_key(tenant_id, wanted.action, "")[0]
    return EntryRow, keys.audit_key(tenant_id, "")[0]


def _whole(tenant_id: str, ids: Sequence[str]) -> dict[str, EntryRow]:
    if not ids:
        return {}
    with translated():
        wanted = [keys.audit_key(tenant_id, each) for each in ids]
        return {row.sk: row for row in EntryRow.batch_get(wanted, consistent_read=True)}
