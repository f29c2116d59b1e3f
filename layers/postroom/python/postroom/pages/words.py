"""What the pages say."""

from collections.abc import Mapping
from datetime import time
from http import HTTPStatus

from postroom.pages.model import Amount
from postroom.pages.show import EVERY_DAY, WORKDAYS, Quiet
from postroom.preferences.model import Weekday, Window

WORDS: Mapping[str, str] = {
    Amount.OFF: "Not at all",
    Amount.IMMEDIATE: "At once",
    Amount.HOURLY: "In a digest every hour",
    Amount.DAILY: "In a digest once a day",
    Amount.WEEKLY: "In a digest once a week",
    Quiet.NONE: "None: mails may come at any time",
    Quiet.EVERY_DAY: "Every day",
    Quiet.WORKDAYS: "From Monday to Friday",
    Quiet.AS_IT_IS: "As they are above",
    **{day: day.value.capitalize() for day in Weekday},
}
"""Of what there is to choose from."""

STOPPED = "stopped"

DONE: Mapping[str, str] = {
    "saved": "Saved.",
    "unchanged": "There was nothing to save.",
    STOPPED: "Saved. No more mails of any kind will come.",
    "less": "Saved.",
    "stale": "Nothing was saved: this was changed meanwhile. Have another look.",
}
"""After a change, by what the address of the page says."""

TROUBLE: Mapping[int, tuple[str, str]] = {
    HTTPStatus.NOT_FOUND: (
        "This link does not work",
        "Perhaps it is too old or was cut off. Use the link in a newer mail, or ask whoever sends you these mails.",
    ),
    HTTPStatus.BAD_REQUEST: ("This form could not be read", "Open the link in the mail again."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("This form could not be read", "Open the link in the mail again."),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ("This form could not be read", "Open the link in the mail again."),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("This could not be saved", "Open the link in the mail again."),
    HTTPStatus.METHOD_NOT_ALLOWED: ("This page cannot be used like that", "Open the link in the mail again."),
    HTTPStatus.CONFLICT: ("This could not be saved", "Somebody else changed it at the same time. Try again."),
    HTTPStatus.SERVICE_UNAVAILABLE: ("This does not work just now", "Nothing was lost. Try again in a moment."),
    HTTPStatus.INTERNAL_SERVER_ERROR: ("Something went wrong on our side", "Try again later."),
}
"""Title and text of each status."""


def days_of(window: Window) -> str:
    if window.days == EVERY_DAY:
        return "every day"
    if window.days == WORKDAYS:
        return "Monday to Friday"
    return ", ".join(WORDS[day] for day in Weekday if day in window.days)


def shown_time(at: time) -> str:
    return at.isoformat("minutes")
