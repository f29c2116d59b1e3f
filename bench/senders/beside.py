"""A job given to ours and to its rivals, one after the other."""

from collections.abc import Callable, Sequence

from bench.aims import Aim
from bench.figures import Rival, not_run, seen
from bench.report import Report
from bench.senders.job import Job, Run
from bench.senders.starting import OURS, Sender

Measure = Callable[[Run], float]


class Beside:
    """``measure`` makes the figure of a run, in ``unit``."""

    def __init__(self, report: Report, rivals: Sequence[Sender], measure: Measure, unit: str) -> None:
        self._report, self._rivals = report, rivals
        self._measure, self._unit = measure, unit

    def compare(self, name: str, job: Job, aim: Aim | None, setting: str) -> None:
        ours = self._run(OURS, job)
        rivals = [self._run(rival, job) for rival in self._rivals]
        self._report.figure(name, ours.seen, self._unit, aim=aim, rivals=rivals, setting=setting)

    def absent(self, name: str, aim: Aim | None, why: str) -> None:
        rivals = [Rival(each.name, not_run(why)) for each in self._rivals]
        self._report.figure(name, not_run(why), self._unit, aim=aim, rivals=rivals)

    def _run(self, sender: Sender, job: Job) -> Rival:
        if why := sender.absence():
            return Rival(sender.name, not_run(why))
        self._report.progress(f"{sender.name}, {job.count} mails at a time, {job.kind}")
        done = sender.run(job)
        return Rival(sender.name, seen(*map(self._measure, done.runs)), done.version)
