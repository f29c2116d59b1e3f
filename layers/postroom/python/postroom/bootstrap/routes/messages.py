"""The routes of messages."""

from postroom.accounts.reserve import Unbook
from postroom.audit.entry_rows import write_alone
from postroom.bootstrap import aws
from postroom.bootstrap.accept import build_accept
from postroom.bootstrap.accounts import build_accounts
from postroom.bootstrap.messages import build_messages, build_queues, build_sure_queues
from postroom.clock import system_clock
from postroom.messages.cancel import CancelMessage
from postroom.messages.find import FindMessages
from postroom.messages.observed import ObservedQueues
from postroom.messages.queue import SqsDeadLetters
from postroom.messages.redrive import Redrive
from postroom.messages.resend import ResendMessage
from postroom.messages.routes import message_routes, redrive_routes, resend_routes
from postroom.settings import Settings
from postroom.web.routes import Routes


def add_messages(routes: Routes, settings: Settings) -> None:
    store, accounts = build_messages(settings), build_accounts(settings)
    cancel = CancelMessage(store, Unbook(accounts, system_clock))
    message_routes(routes, build_accept(settings), FindMessages(store), cancel)
    resend_routes(routes, ResendMessage(store, build_sure_queues(settings, store), system_clock))
    dead_letters = SqsDeadLetters(aws.sqs(), settings.dead_letter_queue_url)
    queues = ObservedQueues(build_queues(settings))
    redrive_routes(routes, Redrive(dead_letters, store, queues, write_alone, system_clock))
