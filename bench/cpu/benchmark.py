"""The sender's own work for a mail: render, assemble, send on loopback to a server that does next to nothing."""

from dataclasses import dataclass

from bench.aims import at_most
from bench.figures import seen
from bench.report import Report
from bench.senders.beside import Beside
from bench.senders.job import Job, Kind, Run
from bench.senders.starting import NODEMAILER, PARTS_OF_OURS, SMTPLIB
from bench.servers.postfix import running_postfix, why_no_postfix
from bench.servers.sink import running_sink, why_no_sink

_AIM = at_most(0.25, times=NODEMAILER.name)
_REPETITIONS, _SECONDS, _UNIT = 5, 2.0, "µs/mail"


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


_TYPICAL = _TRIALS[0]
_WITH_CHUNKING = f"{_TYPICAL.name}, to Postfix with CHUNKING"


def run(report: Report) -> None:
    beside = Beside(report, (NODEMAILER, SMTPLIB), _microseconds, _UNIT)
    if why := why_no_sink():
        for trial in _TRIALS:
            beside.absent(trial.name, _AIM, why)
    else:
        with running_sink() as port:
            for trial in _TRIALS:
                beside.compare(trial.name, trial.job(port), _AIM, _setting(trial, "smtp-sink"))
            _measure_parts(report, _TYPICAL.job(port))
    _measure_chunking(beside)


def _measure_parts(report: Report, job: Job) -> None:
    setting = "in a loop of its own, mails of 3 kB; composing is rendering too"
    for part in PARTS_OF_OURS:
        report.progress(part.name)
        runs = part.run(job).runs
        report.figure(part.name, seen(*map(_microseconds, runs)), _UNIT, setting=setting)
    # The last of them sends.
    report.figure(f"{part.name}, in the system", seen(*map(_microseconds_of_system, runs)), _UNIT, setting=setting)


def _measure_chunking(beside: Beside) -> None:
    if why := why_no_postfix():
        beside.absent(_WITH_CHUNKING, None, why)
        return
    with running_postfix() as postfix:
        setting = _setting(_TYPICAL, f"Postfix {postfix.version}")
        beside.compare(_WITH_CHUNKING, _TYPICAL.job(postfix.with_chunking), None, setting)


def _setting(trial: Trial, server: str) -> str:
    return f"user and system time of the process, {trial.mails} mails to {server} over one connection"


def _microseconds(run: Run) -> float:
    return run.cpu_seconds / run.mails * 1e6


def _microseconds_of_system(run: Run) -> float:
    return run.system_seconds / run.mails * 1e6
