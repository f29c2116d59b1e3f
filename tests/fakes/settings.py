"""The environment of a function in which nothing is reached."""

UNUSED = dict.fromkeys(
    (
        *(
            "POSTROOM_STAGE",
            "ACCOUNTS_TABLE",
            "MESSAGES_TABLE",
            "DIRECTORY_TABLE",
            "NOTIFICATIONS_TABLE",
            "CONTENT_BUCKET",
            "SECRET_PREFIX",
        ),
        *("QUEUE_HIGH_URL", "QUEUE_NORMAL_URL", "QUEUE_LOW_URL", "DEAD_LETTER_QUEUE_URL"),
        *("MAILS_QUEUE_URL", "SEALING_SECRET", "LINKS_SECRET", "IMPORTS_QUEUE_URL", "FAN_OUT_QUEUE_URL"),
        *("STACK_NAME", "ALARM_TOPIC"),
    ),
    "unused",
)
