from postroom.bootstrap import aws
from postroom.clock import system_clock
from postroom.settings import Settings
from postroom.system.record import RecordRuns
from postroom.system.store import ROWS, DynamoRuns


def build_runs(settings: Settings) -> DynamoRuns:
    aws.name(ROWS, settings.messages_table)
    return DynamoRuns()


def build_record_runs(settings: Settings) -> RecordRuns:
    return RecordRuns(build_runs(settings), system_clock)
