"""Links to users' preferences: made, and ended."""

from postroom.audit import entry_rows
from postroom.bootstrap import aws
from postroom.bootstrap.sealing import build_links_sealer
from postroom.clock import system_clock
from postroom.pages import store as pages_store
from postroom.pages.links import SealedLinks
from postroom.pages.store import DynamoRevocations
from postroom.settings import Settings


def build_make_links(settings: Settings) -> SealedLinks:
    return SealedLinks(settings.oauth2.public_url, build_links_sealer(settings), system_clock)


def build_revocations(settings: Settings) -> DynamoRevocations:
    aws.name((*pages_store.ROWS, *entry_rows.ROWS), settings.directory_table)
    return DynamoRevocations()
