"""Who acts, for as long as a request is being answered; outside of one there is nobody, and nothing is an entry.

It is the thread's own (a ContextVar): a pool's threads know nothing of it. Entries are made where a change is planned,
and handed to the store, which writes both in one transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from postroom.audit.bounds import bounded
from postroom.audit.model import Actor, Deed, Entries, Entry
from postroom.ids import Seed

PREFIX = "aud"


@dataclass(frozen=True, slots=True)
class Acting:
    """``seed`` is the request's: run again, it makes the same entries. ``kept``: how long they are."""

    actor: Actor
    seed: Seed
    now: datetime
    kept: timedelta


_ACTING: ContextVar[Acting | None] = ContextVar("acting", default=None)


@contextmanager
def acting(who: Acting | None) -> Iterator[None]:
    token = _ACTING.set(who)
    try:
        yield
    finally:
        _ACTING.reset(token)


@contextmanager
def seeded(seed: Seed) -> Iterator[None]:
    """What is done herein is that of a request that may have been run before."""
    who = _ACTING.get()
    with acting(replace(who, seed=seed) if who else None):
        yield


def who_acts() -> Actor | None:
    who = _ACTING.get()
    return who.actor if who else None


def entries_of(tenant_id: str, deed: Deed) -> Entries:
    """For the log of the tenant whose thing it is, and of whoever did it. None when nobody acts.

    Action, target and the revision it comes to make the id: a second try does not double it, and a second change of
    the same target by the same request is an entry of its own.
    """
    who = _ACTING.get()
    if who is None:
        return ()
    revision = deed.after.get("revision", deed.before.get("revision", ""))
    entry = Entry(
        tenant_id=who.actor.tenant_id,
        id=who.seed.id(PREFIX, f"{deed.action}:{deed.target}:{revision}"),
        at=who.now,
        ends=who.now + who.kept,
        actor=who.actor,
        deed=bounded(deed),
    )
    if tenant_id == who.actor.tenant_id:
        return (entry,)
    # A tenant learns which key of the platform it was; where the platform's people sit is the platform's own.
    shown = replace(who.actor, source_ip=None, user_agent=None)
    return entry, replace(entry, tenant_id=tenant_id, actor=shown)
