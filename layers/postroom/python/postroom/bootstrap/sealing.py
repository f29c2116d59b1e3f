from postroom.bootstrap import aws
from postroom.sealing import Sealer
from postroom.settings import Settings

_REST_SECONDS = 10


def build_sealer(settings: Settings) -> Sealer:
    return Sealer(aws.secrets_manager(), settings.sealing_secret)


def build_public_sealer(settings: Settings) -> Sealer:
    """For what strangers may hand in to be opened."""
    return Sealer(aws.secrets_manager(), settings.sealing_secret, rest=_REST_SECONDS)
