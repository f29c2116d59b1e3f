"""An address that takes the place of a user's own one: its owner is asked by a mail, and has to say yes."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from postroom.audit.acting import entries_of
from postroom.clock import Clock
from postroom.errors import Conflict, FieldError, Invalid, NotFound, Unavailable
from postroom.ids import Seed
from postroom.mails.model import Kind, MailRequest
from postroom.preferences.deeds import preference_put
from postroom.preferences.model import Preference
from postroom.preferences.ports import PreferenceStore, TenantSettingsStore, Written
from postroom.preferences.wanted import is_same
from postroom.tokens.model import Redemption

_TRIES = 10
"""How often a confirmation is written down again because somebody else changed the preference meanwhile."""

AskForMail = Callable[[MailRequest], None]


@dataclass(frozen=True, slots=True)
class AskOwner:
    settings: TenantSettingsStore
    ask: AskForMail

    def __call__(self, preference: Preference, seed: Seed) -> None:
        """Raises Invalid when the tenant has not said where the link leads, or it may not lead there any more."""
        url = self.settings.get(preference.tenant_id).confirmation_url
        if not url:
            raise _unconfirmable("set confirmation_url in the settings of preferences first")
        try:
            self.ask(_request(preference, url, seed))
        except Invalid as error:
            raise _unconfirmable("the origin of confirmation_url is not registered any more") from error


@dataclass(frozen=True, slots=True)
class AskOwnerAgain:
    store: PreferenceStore
    ask: AskOwner

    def __call__(self, tenant_id: str, preference_id: str, seed: Seed) -> Preference:
        """Raises NotFound, Conflict when there is nothing to confirm, and what ``AskOwner`` raises."""
        preference = self.store.get(tenant_id, preference_id)
        if preference is None:
            raise NotFound
        if preference.email_address is None:
            raise Conflict("It has no address that has to be confirmed")
        if preference.email_confirmed:
            raise Conflict("Its address is confirmed already")
        self.ask(preference, seed)
        return preference


@dataclass(frozen=True, slots=True)
class NoteConfirmed:
    """Its owner has redeemed the token: for all preferences of this user that name the address."""

    store: PreferenceStore
    clock: Clock

    def __call__(self, redemption: Redemption) -> None:
        """Raises Unavailable, and may be told again then."""
        token = redemption.token
        if token.person.user_id is None:
            return
        for _ in range(_TRIES):
            named = self._named(token.tenant_id, token.person.user_id, token.person.email)
            if all(self._confirmed(preference) for preference in named):
                return
        raise Unavailable

    def _named(self, tenant_id: str, user_id: str, address: str) -> list[Preference]:
        found = self.store.of_user(tenant_id, user_id).values()
        return [one for one in found if is_same(one.email_address, address) and not one.email_confirmed]

    def _confirmed(self, seen: Preference) -> bool:
        confirmed = replace(seen, email_confirmed=True, revision=seen.revision + 1, updated_at=self.clock())
        entries = entries_of(seen.tenant_id, preference_put(seen, confirmed))
        return self.store.put(confirmed, seen, entries) is not Written.STALE


def _request(preference: Preference, url: str, seed: Seed) -> MailRequest:
    # One request may ask for several addresses: each mail has an id of its own.
    own = Seed(seed.moment, f"{seed.entropy}:{preference.id}")
    return MailRequest(
        preference.tenant_id,
        Kind.NOTIFICATION_ADDRESS,
        own,
        user_id=preference.user_id,
        email=preference.email_address,
        base_url=url,
    )


def _unconfirmable(why: str) -> Invalid:
    return Invalid((FieldError("email_address", f"cannot be confirmed by its owner: {why}"),))
