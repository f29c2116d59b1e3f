import json

from bench.aims import at_least
from bench.figures import Figure, Rival, not_run, seen
from bench.lines import Line, from_json, to_json
from bench.machine import this_machine

FIGURE = Figure(
    "smtp_rtt",
    "with CHUNKING",
    seen(300, 303, 301),
    "mails/s",
    at_least(15, times="Nodemailer"),
    (Rival("Nodemailer", seen(16), "7.0.10"), Rival("aiosmtplib", not_run("not installed"))),
    "Postfix 3.7.11",
)
LINE = Line(FIGURE, this_machine(), "2026-11-20T08:00:00+00:00")


def test_a_figure_is_one_line_and_reads_back_as_it_was() -> None:
    text = to_json(LINE)

    assert "\n" not in text
    assert from_json(text) == LINE


def test_a_line_says_whether_the_aim_was_kept_without_further_sums() -> None:
    written = json.loads(to_json(LINE))

    assert written["judgement"] == "kept"
    assert written["judged"] == 301 / 16
    assert written["machine"]["cores"] >= 1
