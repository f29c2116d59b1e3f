"""The page on accounts says of the providers what the data says."""

from local.place import ROOT
from postroom.accounts.model import QuotaWindow
from postroom.accounts.presets import Daily, Figure, Pace, Preset, Tls
from postroom.accounts.providers import PRESETS, READ_ON

PAGE = (ROOT / "docs" / "accounts.md").read_text()
UNKNOWN = "not said"
MIB = 1024 * 1024
TLS = {Tls.STARTTLS: "STARTTLS", Tls.IMPLICIT: "TLS"}


def daily_words(daily: Daily | None) -> str:
    if daily is None:
        return UNKNOWN
    window = "24 hours" if daily.window is QuotaWindow.ROLLING_24H else "a day"
    return f"{daily.count:,} {daily.counted} in {window}" if daily.count else f"its own, {daily.counted} in {window}"


def pace_words(pace: Pace | None) -> str:
    return f"{pace.count} in {pace.per.total_seconds():,.0f} s" if pace else UNKNOWN


def figure_words(figure: Figure | None) -> str:
    return f"{figure.value:,}" if figure else UNKNOWN


def size_words(figure: Figure | None) -> str:
    return f"{figure.value / MIB:.0f} MiB" if figure else UNKNOWN


def limits_row(preset: Preset) -> str:
    cells = (
        preset.name,
        daily_words(preset.daily),
        pace_words(preset.pace),
        figure_words(preset.recipients),
        figure_words(preset.connections),
        size_words(preset.message_bytes),
    )
    return f"| {' | '.join(cells)} |"


def server_row(preset: Preset) -> str:
    hosts = ", ".join(f"`{host}`" for host in preset.hosts[:2]) + (" …" if len(preset.hosts) > 2 else "")
    ports = ", ".join(f"{port} {TLS[tls]}" for port, tls in (preset.ports or {}).items())
    return f"| {preset.name} | `{preset.connection_type}` | {hosts} | {ports} | {', '.join(preset.signs_in_with)} |"


def source_lines() -> list[str]:
    figures = [
        figure
        for preset in PRESETS
        for figure in (preset.daily, preset.pace, preset.recipients, preset.connections, preset.message_bytes)
        if figure
    ]
    sources = dict.fromkeys(figure.source for figure in figures)
    return [f"- <{source.url}>" + (f": {source.note}" if source.note else "") for source in sources]


def test_the_page_has_the_server_of_every_provider() -> None:
    rows = [server_row(preset) for preset in PRESETS if preset.hosts]

    assert "\n".join(rows) in PAGE


def test_the_page_has_the_limits_of_every_provider() -> None:
    rows = [limits_row(preset) for preset in PRESETS if preset.hosts]

    assert "\n".join(rows) in PAGE


def test_the_page_says_where_the_figures_were_read_and_when() -> None:
    assert "\n".join(source_lines()) in PAGE
    assert f"{READ_ON:%-d %B %Y}" in PAGE


def test_the_page_gives_every_advice() -> None:
    plain = " ".join(PAGE.split())

    assert [advice for preset in PRESETS if preset.hosts for advice in preset.advice if advice not in plain] == []
