"""What its owner's change makes of an account, in one write."""

from dataclasses import replace
from datetime import datetime

from postroom.accounts.differences import (
    connects_otherwise,
    is_another_mailbox,
    is_mended,
    is_switched_on,
    pipelines_otherwise,
)
from postroom.accounts.health import cleared, is_well
from postroom.accounts.lessons import lessons_forgotten
from postroom.accounts.limits import own_spacing
from postroom.accounts.model import Account, AccountConfig, AccountStatus
from postroom.accounts.pace import plan_new_pace
from postroom.accounts.quota import plan_next_visit
from postroom.accounts.record import config_record
from postroom.accounts.sessions import forgotten_login
from postroom.change import Change, Equals, Remove, Set
from postroom.clock import to_milliseconds

_NOTHING = Change(())


def plan_change(
    seen: Account, config: AccountConfig, secret_version: str | None, now: datetime, *, afresh: bool = False
) -> Change:
    """``config`` in place of what was ``seen``, if nobody else has changed it since.

    ``secret_version``: of a password that came along; it ends the use of OAuth2. Without one the old secret stays.
    ``afresh``: a rest ends, and what was learned of the server, its pipelining and its limits, is forgotten, as it is
    with another server; and of pipelining with another wish.
    """
    connects_anew = secret_version is not None or connects_otherwise(seen.config, config)
    config = mended(seen, config, secret_version)
    is_another = connects_anew or is_switched_on(seen.config, config)
    forgets = afresh or is_another_mailbox(seen.config, config)
    return (
        _configured(seen, config, decides=afresh or is_another or config.status is not seen.config.status)
        + _revised(seen, now)
        + _secret(secret_version)
        + (_as_another(seen) if is_another else _as_the_same(seen, afresh=afresh))
        + (_NOTHING if config.timezone == seen.config.timezone else plan_next_visit(replace(seen, config=config), now))
        + (_pipelining_forgotten() if afresh or pipelines_otherwise(seen.config, config) else _NOTHING)
        + (lessons_forgotten() if forgets else _NOTHING)
        + _paced(seen, config, now, forgets=forgets)
    )


def mended(seen: Account, config: AccountConfig, secret_version: str | None) -> AccountConfig:
    """The configuration as it will be: what was stopped and is corrected goes on."""
    connects_anew = secret_version is not None or connects_otherwise(seen.config, config)
    if is_mended(seen.config, config, connects_anew=connects_anew):
        return replace(config, status=AccountStatus.ACTIVE)
    return config


def _configured(seen: Account, config: AccountConfig, *, decides: bool) -> Change:
    """``decides``: also on what becomes of the account, which is to be as it was seen."""
    record = config_record(config)
    if not decides:
        # Senders and tests change it too, and raise no revision: what they found meanwhile stays.
        del record["status"]
    steps = tuple(Remove((name,)) if value is None else Set((name,), value) for name, value in record.items())
    return Change(steps, (Equals(("status",), str(seen.config.status)),) if decides else ())


def _revised(seen: Account, now: datetime) -> Change:
    steps = (Set(("revision",), seen.revision + 1), Set(("updated_ms",), to_milliseconds(now)))
    return Change(steps, (Equals(("revision",), seen.revision),))


def _secret(version: str | None) -> Change:
    return _NOTHING if version is None else Change((Set(("secret_version",), version), Remove(("oauth2",))))


def _as_another(seen: Account) -> Change:
    """On trial, and nothing said against it."""
    return cleared() + forgotten_login(seen)


def _as_the_same(seen: Account, *, afresh: bool) -> Change:
    if afresh and not is_well(seen):
        return cleared()
    return Change((Set(("proven",), seen.revision + 1),)) if seen.proven == seen.revision else _NOTHING


def _pipelining_forgotten() -> Change:
    return Change((Remove(("pipelining_fault",)),))


def _paced(seen: Account, config: AccountConfig, now: datetime, *, forgets: bool) -> Change:
    spacing_ms = own_spacing(config)
    same = spacing_ms == own_spacing(seen.config) and not (forgets and seen.learned_spacing is not None)
    return _NOTHING if same else plan_new_pace(seen, spacing_ms, now)
