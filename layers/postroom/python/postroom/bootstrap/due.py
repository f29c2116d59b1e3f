from postroom.bootstrap.messages import build_messages, build_sure_queues
from postroom.clock import system_clock
from postroom.messages.due import EnqueueDue
from postroom.messages.release import Release
from postroom.messages.relieve import Relieve
from postroom.settings import Settings


def build_due(settings: Settings) -> EnqueueDue:
    store = build_messages(settings)
    queues = build_sure_queues(settings, store)
    release = Release(store, queues, system_clock)
    relieve = Relieve(store, queues, settings.max_retries, system_clock)
    return EnqueueDue(store, queues, release, relieve, settings.max_retries, system_clock)
