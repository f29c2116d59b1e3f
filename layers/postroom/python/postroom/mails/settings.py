"""How a tenant wants these mails: the owner's hand on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from postroom.audit.acting import entries_of
from postroom.errors import Conflict, FieldError, Invalid
from postroom.mails.deeds import mail_settings_changed
from postroom.mails.links import BadUrl, parse_origin
from postroom.mails.model import CoolDown, MailSettings
from postroom.mails.ports import SettingsStore
from postroom.tokens.model import Purpose


@dataclass(frozen=True, slots=True)
class SettingsRequest:
    """As it is wanted, with the origins as they were written."""

    origins: Sequence[str]
    lifetimes: Mapping[Purpose, timedelta]
    cool_down: CoolDown


@dataclass(frozen=True, slots=True)
class ReadMailSettings:
    store: SettingsStore

    def __call__(self, tenant_id: str, revision: int | None = None) -> MailSettings:
        """Raises Conflict when a ``revision`` is wanted and it is another."""
        settings = self.store.get(tenant_id)
        if revision not in {None, settings.revision}:
            raise _changed_meanwhile()
        return settings


@dataclass(frozen=True, slots=True)
class ChangeMailSettings:
    """``local``: this machine may be an origin, too."""

    store: SettingsStore
    local: bool

    def __call__(self, tenant_id: str, seen: MailSettings, wanted: SettingsRequest) -> MailSettings:
        """Raises Invalid naming each origin that is none, and Conflict when somebody else changed what was seen."""
        origins, faults = self._origins(wanted.origins)
        faults += _faults_of(wanted.cool_down)
        if faults:
            raise Invalid(tuple(faults))
        changed = MailSettings(origins, wanted.lifetimes, wanted.cool_down, revision=seen.revision + 1)
        entries = entries_of(tenant_id, mail_settings_changed(seen, changed))
        if not self.store.replace(tenant_id, seen, changed, entries):
            raise _changed_meanwhile()
        return changed

    def _origins(self, texts: Sequence[str]) -> tuple[tuple[str, ...], list[FieldError]]:
        found, faults = list[str](), list[FieldError]()
        for index, text in enumerate(texts):
            try:
                found.append(parse_origin(text, local=self.local))
            except BadUrl as error:
                faults.append(FieldError(f"origins.{index}", str(error)))
        return tuple(sorted(set(found))), faults


def _faults_of(wanted: CoolDown) -> list[FieldError]:
    if wanted.per_minute <= wanted.per_hour:
        return []
    words = f"per_minute ({wanted.per_minute}) must not be more than per_hour ({wanted.per_hour})"
    return [FieldError("cool_down", words)]


def _changed_meanwhile() -> Conflict:
    return Conflict("The settings were changed by somebody else meanwhile; read them and try again")
