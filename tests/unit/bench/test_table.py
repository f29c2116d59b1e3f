from bench.aims import at_least, at_most
from bench.figures import Figure, Rival, not_run, seen
from bench.lines import Line
from bench.machine import Machine
from bench.table import markdown, number, screen

MACHINE = Machine("a processor", 2, "Linux 6", "3.11.7")
CHUNKING = Figure(
    "smtp_rtt",
    "with CHUNKING",
    seen(301, 299.8, 304),
    "mails/s",
    at_least(15, times="Nodemailer"),
    (Rival("Nodemailer", seen(16), "7.0.10"), Rival("aiosmtplib", not_run("not installed"))),
    "Postfix 3.7.11",
)
UNITS = Figure("cost", "write units", seen(6), "units", at_most(5))


def lines(*figures: Figure) -> tuple[Line, ...]:
    return tuple(Line(figure, MACHINE, "2026-11-20T08:00:00+00:00") for figure in figures)


def test_the_screen_shows_ours_then_each_rival_with_what_was_aimed_at() -> None:
    shown = [" ".join(line.split()) for line in screen(lines(CHUNKING)).splitlines()]

    assert shown == [
        "what seen runs ours to theirs aim",
        "smtp_rtt: with CHUNKING 301 mails/s 300 … 304 ≥ 15 × Nodemailer: kept (18.8 ×)",
        "Nodemailer 7.0.10 16 mails/s 18.8 ×",
        "aiosmtplib not run: not installed",
    ]


def test_columns_stand_under_each_other() -> None:
    head, *rows = screen(lines(CHUNKING, UNITS)).splitlines()

    assert head.index("aim") == rows[0].index("≥ 15") == rows[-1].index("≤ 5")


def test_a_missed_aim_is_said() -> None:
    assert screen(lines(UNITS)).endswith("≤ 5: missed")


def test_what_was_not_run_is_a_line_with_its_reason_and_an_open_aim() -> None:
    absent = Figure(
        "smtp_rtt", "with CHUNKING", not_run("no Postfix here"), "mails/s", at_least(15, times="Nodemailer")
    )

    row = " ".join(screen(lines(absent)).splitlines()[1].split())

    assert row == "smtp_rtt: with CHUNKING not run: no Postfix here ≥ 15 × Nodemailer: open"


def test_markdown_has_a_section_for_each_benchmark_with_the_machine_and_the_setting() -> None:
    smtp, cost = markdown(lines(CHUNKING, UNITS)).split("### ")[1:]

    assert smtp.startswith("smtp_rtt, 2026-11-20\n\na processor, 2 cores, Linux 6, Python 3.11.7\n\n| what | seen |")
    assert "| … Nodemailer 7.0.10 | 16 mails/s |  | 18.8 × |  |" in smtp
    assert smtp.rstrip().endswith("with CHUNKING: Postfix 3.7.11.")
    assert "missed" in cost


def test_numbers_are_shown_with_three_figures_and_whole_ones_whole() -> None:
    shown = [number(value) for value in (1234567.0, 303.4, 16.25, 16, 3.14159, 0.012345, 0)]

    assert shown == ["1,234,567", "303", "16.2", "16", "3.14", "0.0123", "0"]
