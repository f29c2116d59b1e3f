from bench.senders.job import Done, Job, Kind, Run, from_argument, from_line, to_argument, to_line


def test_a_job_reaches_the_sender_as_it_was_given() -> None:
    job = Job(2525, Kind.NON_ASCII, 5, 60, 3, 4.0)

    assert from_argument(to_argument(job)) == job


def test_what_was_done_comes_back_in_one_line() -> None:
    done = Done("10.6.0", (Run(60, 3.9, 0.04, 0.01), Run(60, 4.0, 0.05, 0.02)))

    assert "\n" not in to_line(done)
    assert from_line(to_line(done)) == done
