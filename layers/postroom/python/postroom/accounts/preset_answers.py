"""The JSON of the presets."""

from datetime import date

from postroom.accounts.model import ConnectionType, CredentialKind, QuotaUnit, QuotaWindow
from postroom.accounts.presets import Daily, Figure, Pace, Preset, Source, Tls
from postroom.web.body import ResponseBody


class SourceAnswer(ResponseBody):
    """``read_on`` is when a copy of the page was read; null: none was, and ``note`` says where the figure is from."""

    url: str
    note: str
    read_on: date | None

    @classmethod
    def of(cls, source: Source) -> "SourceAnswer":
        return cls(url=source.url, note=source.note, read_on=source.read_on)


class FigureAnswer(ResponseBody):
    value: int
    source: SourceAnswer

    @classmethod
    def of(cls, figure: Figure | None) -> "FigureAnswer | None":
        return cls(value=figure.value, source=SourceAnswer.of(figure.source)) if figure else None


class DailyAnswer(ResponseBody):
    """``count`` is null when it differs from account to account."""

    count: int | None
    counted: QuotaUnit
    window: QuotaWindow
    source: SourceAnswer

    @classmethod
    def of(cls, daily: Daily | None) -> "DailyAnswer | None":
        if daily is None:
            return None
        source = SourceAnswer.of(daily.source)
        return cls(count=daily.count, counted=daily.counted, window=daily.window, source=source)


class PaceAnswer(ResponseBody):
    count: int
    per_seconds: int
    source: SourceAnswer

    @classmethod
    def of(cls, pace: Pace | None) -> "PaceAnswer | None":
        if pace is None:
            return None
        return cls(count=pace.count, per_seconds=round(pace.per.total_seconds()), source=SourceAnswer.of(pace.source))


class PortAnswer(ResponseBody):
    port: int
    tls: Tls


class PresetLimits(ResponseBody):
    """What is null the provider has not said."""

    daily: DailyAnswer | None
    pace: PaceAnswer | None
    recipients_per_message: FigureAnswer | None
    connections: FigureAnswer | None
    message_bytes: FigureAnswer | None

    @classmethod
    def of(cls, preset: Preset) -> "PresetLimits":
        return cls(
            daily=DailyAnswer.of(preset.daily),
            pace=PaceAnswer.of(preset.pace),
            recipients_per_message=FigureAnswer.of(preset.recipients),
            connections=FigureAnswer.of(preset.connections),
            message_bytes=FigureAnswer.of(preset.message_bytes),
        )


class PresetAnswer(ResponseBody):
    """``hosts`` and ``ports``: the first is what an account gets when it names none."""

    id: str
    name: str
    connection_type: ConnectionType
    hosts: list[str]
    ports: list[PortAnswer]
    signs_in_with: list[CredentialKind]
    limits: PresetLimits
    advice: list[str]

    @classmethod
    def of(cls, preset: Preset) -> "PresetAnswer":
        return cls(
            id=preset.id,
            name=preset.name,
            connection_type=preset.connection_type,
            hosts=list(preset.hosts),
            ports=[PortAnswer(port=port, tls=tls) for port, tls in (preset.ports or {}).items()],
            signs_in_with=list(preset.signs_in_with),
            limits=PresetLimits.of(preset),
            advice=list(preset.advice),
        )


class PresetsAnswer(ResponseBody):
    items: list[PresetAnswer]
