"""Figures as a table: for the screen, and as Markdown for RESULTS.md."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from bench.figures import Figure, Judgement, Seen
from bench.lines import Line

_HEAD = ("what", "seen", "runs", "ours to theirs", "aim")
_LARGE = 100


def screen(lines: Sequence[Line]) -> str:
    rows = [_HEAD, *(row for line in lines for row in _rows(line.figure, indent="  "))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def markdown(lines: Sequence[Line]) -> str:
    return "\n\n".join(
        _section(name, tuple(group)) for name, group in groupby(lines, lambda line: line.figure.benchmark)
    )


def _section(benchmark: str, lines: Sequence[Line]) -> str:
    title = f"### {benchmark}, {lines[0].at[:10]}\n\n{lines[0].machine}"
    rows = [_HEAD, ("---",) * len(_HEAD), *(row for line in lines for row in _rows(line.figure, indent="… "))]
    table = "\n".join(f"| {' | '.join(_escape(cell) for cell in row)} |" for row in rows)
    return "\n\n".join([title, table, *_settings(lines)])


def _settings(lines: Sequence[Line]) -> Iterator[str]:
    for setting in dict.fromkeys(line.figure.setting for line in lines if line.figure.setting):
        names = ", ".join(line.figure.name for line in lines if line.figure.setting == setting)
        yield f"{names}: {setting}."


def _rows(figure: Figure, indent: str) -> Iterator[tuple[str, ...]]:
    yield (
        f"{figure.benchmark}: {figure.name}",
        _shown(figure.seen, figure.unit),
        _spread(figure.seen),
        "",
        _aim(figure),
    )
    for rival in figure.rivals:
        ratio = figure.ratio(rival.name)
        beside = "" if ratio is None else f"{number(ratio)} ×"
        name = f"{indent}{rival.name} {rival.version}".rstrip()
        yield (name, _shown(rival.seen, figure.unit), _spread(rival.seen), beside, "")


def number(value: float) -> str:
    """Three figures are what a measurement is worth; whole numbers stay whole."""
    if value == int(value) or abs(value) >= _LARGE:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= _LARGE / 10 else f"{value:.3g}"


def _shown(seen: Seen, unit: str) -> str:
    return f"not run: {seen.absence}" if seen.value is None else f"{number(seen.value)} {unit}"


def _spread(seen: Seen) -> str:
    return f"{number(min(seen.runs))} … {number(max(seen.runs))}" if len(seen.runs) > 1 else ""


def _aim(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    if figure.judged is None or figure.judgement is Judgement.OPEN:
        return f"{figure.aim}: open"
    ratio = f" ({number(figure.judged)} ×)" if figure.aim.rival else ""
    return f"{figure.aim}: {figure.judgement}{ratio}"


def _escape(cell: str) -> str:
    return cell.replace("|", "\\|")
