"""How a tenant wants these mails, and what was counted of them, in the directory table."""

from collections.abc import Mapping
from datetime import timedelta

from pynamodb.attributes import ListAttribute, MapAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from postroom.audit.entry_rows import rows_of
from postroom.audit.model import Entries
from postroom.change import Change, Equals, Set
from postroom.conditional import Applied
from postroom.dynamo import apply, as_seen, get, insert, plain, save
from postroom.mails.model import LIFETIMES, CoolDown, Kind, MailSettings
from postroom.tenancy.keys import cool_down_key, mail_settings_key
from postroom.tokens.model import Purpose

_KEPT_SECONDS = 86_400
"""Behind the last one that was counted: a request may come out of its queue late."""


class MailSettingsRow(Model):
    """``lifetimes`` are in seconds, by purpose."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    origins: ListAttribute[str] = ListAttribute()
    lifetimes: MapAttribute[str, int] = MapAttribute()
    per_minute = NumberAttribute()
    per_hour = NumberAttribute()
    revision = NumberAttribute()


class CoolDownRow(Model):
    """``counted``: milliseconds by the id of a request."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    counted: MapAttribute[str, int] = MapAttribute()
    ttl = NumberAttribute()


ROWS = (MailSettingsRow, CoolDownRow)


class DynamoMailSettings:
    def get(self, tenant_id: str) -> MailSettings:
        row = get(MailSettingsRow, mail_settings_key(tenant_id))
        return _settings(row) if row else MailSettings()

    def replace(self, tenant_id: str, seen: MailSettings, settings: MailSettings, entries: Entries = ()) -> bool:
        # When it is refused, perhaps by our own write, whose answer was lost.
        is_written = save(_row(tenant_id, settings), as_seen(MailSettingsRow, seen), rows_of(entries))
        return is_written or self.get(tenant_id) == settings


class DynamoCoolDowns:
    def get(self, tenant_id: str, kind: Kind, person: str) -> Mapping[str, int] | None:
        row = get(CoolDownRow, cool_down_key(tenant_id, kind.value, person))
        return None if row is None else _counted(row)

    def replace(
        self, tenant_id: str, kind: Kind, person: str, seen: Mapping[str, int] | None, counted: Mapping[str, int]
    ) -> bool:
        key, new = cool_down_key(tenant_id, kind.value, person), dict(counted)
        ttl = max(new.values()) // 1000 + _KEPT_SECONDS
        if seen is None:
            return insert(CoolDownRow(*key, counted=new, ttl=ttl))
        change = Change((Set(("counted",), new), Set(("ttl",), ttl)), (Equals(("counted",), dict(seen)),))
        outcome = apply(CoolDownRow, key, change)
        return isinstance(outcome, Applied)


def _row(tenant_id: str, settings: MailSettings) -> MailSettingsRow:
    return MailSettingsRow(
        *mail_settings_key(tenant_id),
        origins=list(settings.origins),
        lifetimes={purpose.value: int(lifetime.total_seconds()) for purpose, lifetime in settings.lifetimes.items()},
        per_minute=settings.cool_down.per_minute,
        per_hour=settings.cool_down.per_hour,
        revision=settings.revision,
    )


def _settings(row: MailSettingsRow) -> MailSettings:
    values = plain(row)
    return MailSettings(
        origins=tuple(values["origins"]),
        lifetimes={
            **LIFETIMES,
            **{Purpose(name): timedelta(seconds=seconds) for name, seconds in values["lifetimes"].items()},
        },
        cool_down=CoolDown(int(row.per_minute), int(row.per_hour)),
        revision=int(row.revision),
    )


def _counted(row: CoolDownRow) -> dict[str, int]:
    counted: dict[str, int] = plain(row)["counted"]
    return counted
