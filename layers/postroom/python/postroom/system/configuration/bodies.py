"""The JSON of a check of the configuration."""

from datetime import datetime

from postroom.system.configuration.model import Area, Level, Point, Report
from postroom.web.body import ResponseBody


class PointAnswer(ResponseBody):
    """``remedy`` says how to mend what was ``found``; it is empty where all is well."""

    check: str
    area: Area
    level: Level
    subject: str
    found: str
    remedy: str

    @classmethod
    def of(cls, point: Point) -> "PointAnswer":
        return cls(
            check=point.code,
            area=point.area,
            level=point.level,
            subject=point.subject,
            found=point.found,
            remedy=point.remedy,
        )


class ConfigurationAnswer(ResponseBody):
    """``ok``: there are no errors. ``bounded`` says of what only a part was looked at."""

    at: datetime
    ok: bool
    errors: int
    warnings: int
    bounded: list[str]
    points: list[PointAnswer]

    @classmethod
    def of(cls, report: Report) -> "ConfigurationAnswer":
        errors = report.count(Level.ERROR)
        return cls(
            at=report.at,
            ok=not errors,
            errors=errors,
            warnings=report.count(Level.WARNING),
            bounded=list(report.bounded),
            points=[PointAnswer.of(point) for point in report.points],
        )
