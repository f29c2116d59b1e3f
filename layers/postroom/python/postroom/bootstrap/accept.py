"""What takes messages in."""

from postroom.bootstrap.accounts import build_accounts, build_pools
from postroom.bootstrap.messages import build_contents, build_messages, build_sure_queues
from postroom.bootstrap.templates import build_templates_for
from postroom.clock import system_clock
from postroom.messages.accept import AcceptMessages, Lifetimes
from postroom.messages.consign import Consign
from postroom.messages.named import LookUpNamed
from postroom.settings import Settings


def build_look_up(settings: Settings) -> LookUpNamed:
    accounts = build_accounts(settings)
    return LookUpNamed(
        knows_account=lambda tenant_id, account_id: accounts.get(tenant_id, account_id) is not None,
        pools_of=build_pools(settings).get_many,
        templates_for=build_templates_for(settings),
    )


def build_accept(settings: Settings) -> AcceptMessages:
    store = build_messages(settings)
    return AcceptMessages(
        consign=Consign(store, build_contents(settings), settings.retention),
        queues=build_sure_queues(settings, store),
        look_up=build_look_up(settings),
        lifetimes=Lifetimes(settings.message_lifetime, settings.retention),
        clock=system_clock,
    )
