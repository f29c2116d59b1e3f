from postroom.bootstrap import aws
from postroom.sealing import Sealer
from postroom.settings import Settings


def build_sealer(settings: Settings) -> Sealer:
    return Sealer(aws.secrets_manager(), settings.sealing_secret)
