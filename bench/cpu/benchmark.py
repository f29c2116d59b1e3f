"""The sender's own work for a mail: render, assemble, send on loopback to a server that does next to nothing."""

from dataclasses import dataclass

from bench.aims import at_most
from bench.report import Report
from bench.senders.beside import Beside
from bench.senders.job import Job, Kind, Run
from bench.senders.starting import NODEMAILER, SMTPLIB
from bench.servers.sink import running_sink, why_no_sink

_AIM = at_most(0.25, times=NODEMAILER.name)
_REPETITIONS, _SECONDS = 5, 2.0


@dataclass(frozen=True)
class Trial:
    """``warm_up``: enough for the compiler of a rival to have done its work."""

    name: str
    kind: Kind
    warm_up: int
    mails: int

    def job(self, port: int) -> Job:
        return Job(port, self.kind, self.warm_up, self.mails, _REPETITIONS, _SECONDS)


_TRIALS = (
    Trial("3 kB, text and HTML", Kind.TWO_PARTS, 1_200, 400),
    Trial("the same with a file of 200 kB", Kind.ATTACHMENT, 180, 60),
    Trial("the same with a subject that is not ASCII", Kind.NON_ASCII, 1_200, 400),
)


def run(report: Report) -> None:
    beside = Beside(report, (NODEMAILER, SMTPLIB), _microseconds, "µs/mail")
    if why := why_no_sink():
        for trial in _TRIALS:
            beside.absent(trial.name, _AIM, why)
        return
    with running_sink() as port:
        for trial in _TRIALS:
            setting = f"user and system time of the process, {trial.mails} mails to smtp-sink over one connection"
            beside.compare(trial.name, trial.job(port), _AIM, setting)


def _microseconds(run: Run) -> float:
    return run.cpu_seconds / run.mails * 1e6
