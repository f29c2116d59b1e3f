"""The mails that every application sends, and the tokens in their links."""

from postroom.accounts.reserve import Unbook
from postroom.bootstrap import aws
from postroom.bootstrap.accept import build_accept, build_look_up
from postroom.bootstrap.accounts import build_accounts
from postroom.bootstrap.messages import build_messages
from postroom.bootstrap.sealing import build_sealer
from postroom.bootstrap.users import build_users
from postroom.clock import system_clock
from postroom.mails import store as mails_store
from postroom.mails.ask import AskForMail
from postroom.mails.cool_down import LetThrough
from postroom.mails.make import MakeMail
from postroom.mails.queue import SqsRequests
from postroom.mails.store import DynamoCoolDowns, DynamoMailSettings
from postroom.messages.cancel import CancelMessage
from postroom.settings import Settings
from postroom.tokens import store as tokens_store
from postroom.tokens.issue import IssueToken
from postroom.tokens.store import DynamoTokens
from postroom.users.manage import FindUsers


def build_tokens(settings: Settings) -> DynamoTokens:
    aws.name(tokens_store.ROWS, settings.directory_table)
    return DynamoTokens()


def build_mail_settings(settings: Settings) -> DynamoMailSettings:
    aws.name(mails_store.ROWS, settings.directory_table)
    return DynamoMailSettings()


def build_ask_for_mail(settings: Settings) -> AskForMail:
    return AskForMail(
        settings=build_mail_settings(settings),
        users=FindUsers(build_users(settings)),
        look_up=build_look_up(settings),
        requests=SqsRequests(aws.sqs(), settings.mails_queue_url),
        clock=system_clock,
    )


def build_make_mail(settings: Settings) -> MakeMail:
    mail_settings, sealer = build_mail_settings(settings), build_sealer(settings)
    return MakeMail(
        settings=mail_settings,
        users=FindUsers(build_users(settings)),
        let_through=LetThrough(DynamoCoolDowns()),
        issue=IssueToken(build_tokens(settings), sealer),
        seal=sealer,
        accept=build_accept(settings),
        cancel=CancelMessage(build_messages(settings), Unbook(build_accounts(settings), system_clock)),
        clock=system_clock,
    )
