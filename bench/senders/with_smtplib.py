"""smtplib: one connection, ``send_message`` for each mail."""

import platform
import smtplib

from bench.senders.job import Job
from bench.senders.measuring import job_of_this_process, measure
from bench.senders.standard import Composer
from local.place import LOOPBACK


def main(job: Job) -> None:
    composer = Composer(job.kind)
    with smtplib.SMTP(LOOPBACK, job.port, local_hostname="client.example.test") as connection:

        def send(numbers: range) -> None:
            for number in numbers:
                connection.send_message(composer.message(number))

        measure(job, send, f"of Python {platform.python_version()}")


if __name__ == "__main__":
    main(job_of_this_process())
