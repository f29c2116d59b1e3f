from postroom.bootstrap import aws
from postroom.sealing import Sealer
from postroom.settings import Settings

_REST_SECONDS = 10
"""Strangers may hand in what is no seal."""


def build_sealer(settings: Settings) -> Sealer:
    return Sealer(aws.secrets_manager(), settings.sealing_secret)


def build_links_sealer(settings: Settings) -> Sealer:
    """With a secret of its own: who makes or opens links to preferences has nothing to open the others with."""
    return Sealer(aws.secrets_manager(), settings.links_secret, rest=_REST_SECONDS)
