"""aiosmtplib: one connection, ``send_message`` for each mail."""

import asyncio

import aiosmtplib

from bench.senders.job import Job
from bench.senders.measuring import job_of_this_process, measure
from bench.senders.standard import Composer
from local.place import LOOPBACK


def main(job: Job) -> None:
    composer = Composer(job.kind)
    with asyncio.Runner() as runner:
        client = aiosmtplib.SMTP(
            hostname=LOOPBACK, port=job.port, local_hostname="client.example.test", use_tls=False, start_tls=False
        )
        runner.run(client.connect())

        async def send_all(numbers: range) -> None:
            for number in numbers:
                await client.send_message(composer.message(number))

        measure(job, lambda numbers: runner.run(send_all(numbers)), aiosmtplib.__version__)
        runner.run(client.quit())


if __name__ == "__main__":
    main(job_of_this_process())
