import json
from datetime import UTC, datetime, time

from postroom.audit.plain import plain
from postroom.preferences.model import Weekday, Window


def test_a_model_is_plain_json_and_the_same_each_time() -> None:
    window = Window(frozenset({Weekday.SUNDAY, Weekday.MONDAY}), time(22), time(6, 30))

    shown = plain({"windows": (window,), Weekday.FRIDAY: datetime(2030, 1, 31, tzinfo=UTC), "none": None, "share": 0.5})

    assert json.loads(json.dumps(shown)) == {
        "windows": [{"days": ["monday", "sunday"], "start": "22:00:00", "end": "06:30:00"}],
        "friday": "2030-01-31T00:00:00+00:00",
        "none": None,
        "share": 0.5,
    }
