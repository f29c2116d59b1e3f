"""One part of our work by itself, over and over: ``python -m bench.senders.alone <part> <job>``."""

import sys
from collections.abc import Callable
from functools import cache

from bench.senders.job import Job, Part
from bench.senders.measuring import job_of_this_process, measure
from bench.senders.ours import Composer, Sender


def main() -> None:
    job = job_of_this_process()
    measure(job, _work(Part(sys.argv[1]), job), "")


def _work(part: Part, job: Job) -> Callable[[range], None]:
    composer = Composer(job.kind)
    match part:
        case Part.RENDERING:
            return _for_each(composer.rendered)
        case Part.COMPOSING:
            return _for_each(composer.mail)
        case Part.SENDING:
            made = cache(composer.mail)
            return Sender(job.port, lambda number: made(number % job.count))


def _for_each(make: Callable[[int], object]) -> Callable[[range], None]:
    def work(numbers: range) -> None:
        for number in numbers:
            make(number)

    return work


if __name__ == "__main__":
    main()
