import random

from postroom.accounts.logins import LogIns
from postroom.accounts.metered import MeteredAccounts
from postroom.accounts.report import ReportHealth
from postroom.accounts.reserve import Book, Reserve, Settle
from postroom.accounts.roster import ObservedAccounts, Roster
from postroom.bootstrap.accounts import build_accounts, build_pools
from postroom.bootstrap.credentials import build_credentials
from postroom.bootstrap.messages import build_contents, build_messages, build_queues, build_wake
from postroom.bootstrap.observing import meter, xray
from postroom.bootstrap.sealing import build_sealer
from postroom.bootstrap.when_used import when_used
from postroom.clock import system_clock
from postroom.delivery.choose import Choose
from postroom.delivery.compose import Compose, FillIn
from postroom.delivery.connections import Connections
from postroom.delivery.counted import CountRefusals
from postroom.delivery.keeper import SessionKeeper
from postroom.delivery.lot import SendLot
from postroom.delivery.mime.assemble import Assembler
from postroom.delivery.rules import ReadRules
from postroom.delivery.scribe import Scribe
from postroom.delivery.send_batch import SendBatch
from postroom.delivery.smtp.open_session import OpenSession
from postroom.delivery.traced import TraceSessions
from postroom.delivery.waiting import PutOff
from postroom.delivery.wishes import HeedWishes, StillWanted
from postroom.messages.handover import Handover
from postroom.messages.observed import ObservedQueues
from postroom.settings import Settings


def build_sender(settings: Settings) -> SendBatch:
    store = build_accounts(settings)
    roster = Roster(store)
    accounts = ObservedAccounts(MeteredAccounts(store, meter(), system_clock), roster)
    handover = Handover(
        build_messages(settings),
        build_contents(settings),
        ObservedQueues(build_queues(settings)),
        settings.max_retries,
        system_clock,
    )
    compose = Compose(Assembler(), _fill_in(settings), build_sealer(settings).unseal, system_clock)
    connections = Connections(
        TraceSessions(CountRefusals(OpenSession(allow_private=settings.local), meter()), xray()),
        build_credentials(settings),
        SessionKeeper(),
        LogIns(accounts, system_clock),
    )
    return SendBatch(
        handover=handover,
        roster=roster,
        rules_of=ReadRules(build_pools(settings), system_clock),
        has_place=connections.has_place,
        choose=Choose(random.SystemRandom()),
        reserve=Reserve(accounts, system_clock),
        send_lot=SendLot(
            connections=connections,
            scribe=Scribe(handover, compose, settings.max_retries, settings.lease, system_clock, random.random),
            settle=Settle(accounts),
            health=ReportHealth(accounts, system_clock),
            stopped=build_wake(settings),
        ),
        put_off=PutOff(handover, Book(accounts, system_clock), system_clock, random.random),
        heed_wishes=HeedWishes(handover, _still_wanted(settings), system_clock),
        clock=system_clock,
    )


def _fill_in(settings: Settings) -> FillIn:
    """The first message with a template pays for all that fills templates in; a sender may never see one."""

    @when_used
    def fill_in() -> FillIn:
        from postroom.bootstrap.filling import build_fill_in  # noqa: PLC0415 - as when_used says

        return build_fill_in(settings)

    return fill_in


def _still_wanted(settings: Settings) -> StillWanted:
    """As few senders see a mail that tells somebody of an event as one with a template."""

    @when_used
    def still_wanted() -> StillWanted:
        from postroom.bootstrap.telling import build_still_wanted  # noqa: PLC0415 - as when_used says

        return build_still_wanted(settings)

    return still_wanted
