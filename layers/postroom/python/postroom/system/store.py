"""The last runs, in the messages table: those who run may write there already, and the rows end by themselves."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pynamodb.attributes import MapAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from postroom.clock import from_milliseconds, moment_at, to_milliseconds
from postroom.dynamo import plain, translated
from postroom.messages import keys
from postroom.system.model import Run

_KEPT = timedelta(days=90)


class RunRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    schedule = UnicodeAttribute()
    began_ms = NumberAttribute()
    ended_ms = NumberAttribute()
    did: MapAttribute[str, Any] = MapAttribute()
    fault = UnicodeAttribute(null=True)
    succeeded_ms = NumberAttribute(null=True)
    failing_ms = NumberAttribute(null=True)
    ttl = NumberAttribute()


ROWS = (RunRow,)


class DynamoRuns:
    def write(self, run: Run) -> None:
        with translated():
            RunRow(*keys.run_key(run.schedule)).update(actions=[*_of_any(run), *_of_its_end(run)])

    def last(self) -> Mapping[str, Run]:
        with translated():
            rows = RunRow.query(keys.runs_partition(), consistent_read=True)
            return {row.schedule: _run(row) for row in rows}


def _of_any(run: Run) -> list[Action]:
    return [
        RunRow.schedule.set(run.schedule),
        RunRow.began_ms.set(to_milliseconds(run.began_at)),
        RunRow.ended_ms.set(to_milliseconds(run.ended_at)),
        RunRow.did.set(dict(run.did)),
        RunRow.ttl.set(int((run.ended_at + _KEPT).timestamp())),
    ]


def _of_its_end(run: Run) -> list[Action]:
    if run.fault is None:
        succeeded = RunRow.succeeded_ms.set(to_milliseconds(run.ended_at))
        return [succeeded, RunRow.fault.remove(), RunRow.failing_ms.remove()]
    began = to_milliseconds(run.began_at)
    return [RunRow.fault.set(run.fault), RunRow.failing_ms.set(RunRow.failing_ms | began)]


def _run(row: RunRow) -> Run:
    known = plain(row)
    return Run(
        schedule=row.schedule,
        began_at=from_milliseconds(row.began_ms),
        ended_at=from_milliseconds(row.ended_ms),
        did=known["did"],
        fault=row.fault,
        succeeded_at=moment_at(row.succeeded_ms),
        failing_since=moment_at(row.failing_ms),
    )
