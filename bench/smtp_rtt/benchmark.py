"""Mails per second and connection, to a real Postfix that is 30 ms away."""

from bench.aims import Aim, at_least
from bench.report import Report
from bench.senders.beside import Beside
from bench.senders.job import Job, Kind, Run
from bench.senders.starting import AIOSMTPLIB, NODEMAILER, SMTPLIB
from bench.servers.postfix import running_postfix, why_no_postfix
from bench.smtp_rtt.proxy import line_to
from bench.smtp_rtt.round_trip import round_trip

_EACH_WAY_SECONDS = 0.015
_WARM_UP, _MAILS, _REPETITIONS, _SECONDS = 20, 60, 3, 4.0

_WITH = ("with CHUNKING", at_least(15, times=NODEMAILER.name))
_WITHOUT = ("with PIPELINING alone", at_least(1.9, times=NODEMAILER.name))


def run(report: Report) -> None:
    beside = Beside(report, (NODEMAILER, AIOSMTPLIB, SMTPLIB), _mails_per_second, "mails/s")
    if why := why_no_postfix():
        for name, aim in (_WITH, _WITHOUT):
            beside.absent(name, aim, why)
        return
    with running_postfix() as postfix:
        setting = f"Postfix {postfix.version}, discard transport, one connection, {_MAILS} mails of 3 kB, no TLS"
        _measure(report, beside, *_WITH, postfix.with_chunking, setting)
        _measure(report, beside, *_WITHOUT, postfix.without_chunking, setting)


def _measure(  # noqa: PLR0913, PLR0917
    report: Report, beside: Beside, name: str, aim: Aim, port: int, setting: str
) -> None:
    with line_to(port, _EACH_WAY_SECONDS) as near:
        report.figure(f"{name}, a NOOP", round_trip(near), "ms")
        beside.compare(name, Job(near, Kind.TWO_PARTS, _WARM_UP, _MAILS, _REPETITIONS, _SECONDS), aim, setting)


def _mails_per_second(run: Run) -> float:
    return run.mails / run.seconds
