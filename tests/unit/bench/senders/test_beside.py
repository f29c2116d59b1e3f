from dataclasses import replace

import pytest

from bench.aims import at_least
from bench.figures import Figure, Judgement
from bench.report import Report
from bench.senders import beside
from bench.senders.beside import Beside
from bench.senders.job import Done, Job, Kind, Run
from bench.senders.starting import NODEMAILER, SMTPLIB, Sender

JOB = Job(2525, Kind.TWO_PARTS, 1, 10, 3, 0.0)


class Here(Sender):
    def run(self, job: Job) -> Done:
        return Done("1.0", (Run(10, 1.0, 0.1, 0.0), Run(10, 5.0, 0.1, 0.0), Run(10, 2.0, 0.1, 0.0)))


def rate(run: Run) -> float:
    return run.mails / run.seconds


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    monkeypatch.setattr(beside, "OURS", Here("Postroom", ()))
    return []


def test_every_sender_does_the_same_job_and_its_median_counts(figures: list[Figure]) -> None:
    both = Beside(Report("b", figures.append), (Here("rival", ()),), rate, "mails/s")

    both.compare("with CHUNKING", JOB, at_least(15, times="rival"), "a setting")

    (figure,) = figures
    assert figure.seen.runs == (10.0, 2.0, 5.0)
    assert figure.seen.value == 5.0
    assert [(rival.name, rival.version, rival.seen.value) for rival in figure.rivals] == [("rival", "1.0", 5.0)]
    assert figure.judgement is Judgement.MISSED


def test_a_rival_that_is_not_here_is_said_and_the_others_are_run(figures: list[Figure]) -> None:
    absent = replace(NODEMAILER, absence=lambda: "no Node here")
    both = Beside(Report("b", figures.append), (absent, Here("rival", ())), rate, "mails/s")

    both.compare("with CHUNKING", JOB, at_least(15, times="Nodemailer"), "a setting")

    missing, present = figures[0].rivals
    assert (missing.name, missing.seen.value, missing.seen.absence) == ("Nodemailer", None, "no Node here")
    assert present.seen.value == 5.0
    assert figures[0].judgement is Judgement.OPEN


def test_without_a_server_every_line_says_so(figures: list[Figure]) -> None:
    both = Beside(Report("b", figures.append), (NODEMAILER, SMTPLIB), rate, "mails/s")

    both.absent("with CHUNKING", at_least(15, times="Nodemailer"), "no Postfix here")

    absences = [figures[0].seen.absence, *(rival.seen.absence for rival in figures[0].rivals)]
    assert absences == ["no Postfix here"] * 3
