"""Takes down the way to a session, step by step, as it is gone."""

import time
from collections.abc import Callable

from postroom.delivery.model import Security
from postroom.delivery.smtp.watch import Done, Step
from postroom.probe.model import Finding, StepResult

_TO_TLS = {
    Security.IMPLICIT: (Step.TLS, Step.GREETING),
    Security.STARTTLS: (Step.GREETING, Step.STARTTLS, Step.TLS),
    Security.PLAIN: (Step.GREETING,),
}


class Walk:
    """``now`` gives seconds that never go back."""

    def __init__(self, security: Security, *, logs_in: bool, now: Callable[[], float] = time.monotonic) -> None:
        last = (Step.EHLO, Step.AUTH) if logs_in else (Step.EHLO,)
        self._way = (Step.DNS, Step.TCP, *_TO_TLS[security], *last)
        self._now = now
        self.begin()

    def begin(self) -> None:
        """From the start, also when it was gone before."""
        self._results: dict[Step, StepResult] = {step: StepResult(step) for step in self._way}
        self._since = self._now()

    @property
    def next_step(self) -> Step:
        """Where it failed, when it did."""
        return next((result.step for result in self.results if result.ok is None), self._way[-1])

    @property
    def results(self) -> tuple[StepResult, ...]:
        return tuple(self._results.values())

    def done(self, done: Done) -> None:
        self._results[done.step] = StepResult(
            done.step,
            ok=True,
            detail=_detail(done),
            milliseconds=self._milliseconds(),
            protection=done.protection,
            certificate=done.protection.certificate if done.protection else None,
            features=done.features,
        )

    def failed(self, step: Step, find_out: Callable[[], Finding]) -> None:
        """What it takes to find out why is not counted."""
        milliseconds = self._milliseconds()
        finding = find_out()
        self._results[step] = StepResult(
            step,
            ok=False,
            detail=finding.words,
            milliseconds=milliseconds,
            advice=finding.advice,
            certificate=finding.certificate,
        )

    def _milliseconds(self) -> int:
        began, self._since = self._since, self._now()
        return round((self._since - began) * 1000)


def _detail(done: Done) -> str:
    if done.protection is not None:
        return " ".join(filter(None, (done.protection.protocol, done.protection.cipher)))
    if done.step is Step.EHLO:
        return "The server says what it can"
    return done.words
