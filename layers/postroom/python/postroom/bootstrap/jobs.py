"""Jobs over many users, and what each kind of them does."""

from collections.abc import Mapping

from postroom.accounts.reserve import Unbook
from postroom.bootstrap import aws
from postroom.bootstrap.accept import build_accept
from postroom.bootstrap.accounts import build_accounts
from postroom.bootstrap.fan_out_tickets import build_fan_out_tickets
from postroom.bootstrap.messages import build_messages
from postroom.bootstrap.users import build_users
from postroom.clock import system_clock
from postroom.jobs.audience import FindAudience
from postroom.jobs.files import S3Orders
from postroom.jobs.hand_out import HandOut
from postroom.jobs.manage import StartJob
from postroom.jobs.ports import Work
from postroom.jobs.rows import ROWS
from postroom.jobs.run import RunJob
from postroom.jobs.store import DynamoJobs, DynamoPortions
from postroom.jobs.take_back import TakeBack
from postroom.leases.queue import JOBS
from postroom.messages.cancel import CancelMessage
from postroom.messages.find import FindMessages
from postroom.notifications.model import KIND as NOTIFICATION
from postroom.notifications.write import write_drafts
from postroom.settings import Settings
from postroom.users.manage import FindUsers

WORKS: Mapping[str, Work] = {NOTIFICATION: write_drafts}
"""By kind."""


def build_jobs(settings: Settings) -> DynamoJobs:
    aws.name(ROWS, settings.messages_table)
    return DynamoJobs()


def build_portions(settings: Settings) -> DynamoPortions:
    aws.name(ROWS, settings.messages_table)
    return DynamoPortions()


def build_orders(settings: Settings) -> S3Orders:
    return S3Orders(aws.s3(), settings.content_bucket)


def build_start_job(settings: Settings) -> StartJob:
    return StartJob(
        build_jobs(settings), build_orders(settings), build_fan_out_tickets(settings, JOBS), settings.retention
    )


def build_run_job(settings: Settings) -> RunJob:
    portions, orders, store = build_portions(settings), build_orders(settings), build_messages(settings)
    users, messages = FindUsers(build_users(settings)), FindMessages(store)
    cancel = CancelMessage(store, Unbook(build_accounts(settings), system_clock))
    return RunJob(
        build_jobs(settings),
        portions,
        orders,
        FindAudience(orders, portions, users, messages),
        HandOut(users, messages, build_accept(settings), WORKS),
        TakeBack(messages, cancel),
        build_fan_out_tickets(settings, JOBS),
        system_clock,
    )
