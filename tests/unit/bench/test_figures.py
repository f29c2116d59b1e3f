from bench.aims import at_least, at_most
from bench.figures import Figure, Judgement, Rival, not_run, seen


def figure_of(value: float, aim: object = None, rivals: tuple[Rival, ...] = ()) -> Figure:
    return Figure("b", "f", seen(value), "mails/s", aim, rivals)  # type: ignore[arg-type]


def test_the_median_of_the_runs_counts() -> None:
    result = seen(300, 10, 303)

    assert result.value == 300
    assert result.runs == (300, 10, 303)


def test_an_aim_on_the_value_is_kept_at_its_bound() -> None:
    assert figure_of(5, at_most(5)).judgement is Judgement.KEPT
    assert figure_of(5.1, at_most(5)).judgement is Judgement.MISSED
    assert figure_of(5, at_least(5)).judgement is Judgement.KEPT
    assert figure_of(4.9, at_least(5)).judgement is Judgement.MISSED


def test_an_aim_beside_a_rival_judges_the_ratio() -> None:
    rivals = (Rival("smtplib", seen(300)), Rival("Nodemailer", seen(20)))

    assert figure_of(300, at_least(15, times="Nodemailer"), rivals).judgement is Judgement.KEPT
    assert figure_of(299, at_least(15, times="Nodemailer"), rivals).judgement is Judgement.MISSED


def test_an_aim_stays_open_when_the_rival_was_not_run() -> None:
    rivals = (Rival("Nodemailer", not_run("no Node here")),)

    assert figure_of(300, at_least(15, times="Nodemailer"), rivals).judgement is Judgement.OPEN


def test_an_aim_stays_open_when_ours_was_not_run() -> None:
    ours = Figure("b", "f", not_run("no Postfix here"), "mails/s", at_least(15))

    assert ours.judgement is Judgement.OPEN
