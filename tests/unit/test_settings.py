from datetime import timedelta

import pytest

from postroom.errors import Misconfigured
from postroom.settings import read_settings

COMPLETE = {
    "POSTROOM_STAGE": "dev",
    "ACCOUNTS_TABLE": "a",
    "MESSAGES_TABLE": "m",
    "DIRECTORY_TABLE": "d",
    "NOTIFICATIONS_TABLE": "n",
    "CONTENT_BUCKET": "b",
    "QUEUE_HIGH_URL": "h",
    "QUEUE_NORMAL_URL": "n",
    "QUEUE_LOW_URL": "l",
    "DEAD_LETTER_QUEUE_URL": "d",
    "MAILS_QUEUE_URL": "m",
    "SEALING_SECRET": "s",
    "LINKS_SECRET": "s",
    "IMPORTS_QUEUE_URL": "i",
    "FAN_OUT_QUEUE_URL": "f",
    "SECRET_PREFIX": "postroom/dev/",
    "STACK_NAME": "postroom-dev",
    "ALARM_TOPIC": "arn:aws:sns:eu-central-1:1:alarms",
}


def test_what_has_a_default_may_be_left_out() -> None:
    settings = read_settings(COMPLETE)

    assert settings.max_retries == 3
    assert settings.message_lifetime == timedelta(hours=72)
    assert settings.local is False


@pytest.mark.parametrize("name", COMPLETE)
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(Misconfigured, match=f"{name} is not set"):
        read_settings({**COMPLETE, name: ""})


def test_everything_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(Misconfigured) as error:
        read_settings({"MAX_RETRIES": "many", "RETENTION_DAYS": "-1"})

    for name in (*COMPLETE, "MAX_RETRIES", "RETENTION_DAYS"):
        assert name in error.value.detail


@pytest.mark.parametrize("value", ["True", "1", "yes", ""])
def test_local_mode_is_on_by_one_word_only(value: str) -> None:
    assert read_settings({**COMPLETE, "POSTROOM_LOCAL": value}).local is False


def test_an_authorization_server_of_ones_own_is_for_local_mode_alone() -> None:
    server = {"OAUTH2_LOCAL_SERVER": "http://127.0.0.1:1"}

    with pytest.raises(Misconfigured, match="OAUTH2_LOCAL_SERVER is for local mode alone"):
        read_settings(COMPLETE | server)
    assert read_settings(COMPLETE | server | {"POSTROOM_LOCAL": "true"}).oauth2.local_server == "http://127.0.0.1:1"


def test_without_oauth2_nothing_of_it_has_to_be_set() -> None:
    assert read_settings(COMPLETE).oauth2.google_client_id == ""
