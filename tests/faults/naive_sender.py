"""The sender that anybody would write first, as the control of what the product does instead.

It reads the rows of its batch, sends what is not sent yet by smtplib, notes each as sent, and lets the queue hand out
the whole batch again when anything fails, as Lambda does when a function raises. It has no claims, no circuit, and the
password that it was started with.
"""

import json
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from postroom.messages.keys import message_key

Record = Mapping[str, Any]
"""Of an event of SQS."""


def naive_settings(port: int, login: tuple[str, str] | None = None) -> dict[str, str]:
    """What makes a sender process a naive one, which sends to this port."""
    return {"NAIVE": json.dumps({"port": port, "login": login}), "AWS_RETRY_MODE": "standard"}


@dataclass(frozen=True, slots=True)
class NaiveSender:
    dynamodb: Any
    """A boto3 client."""
    table: str
    port: int
    login: tuple[str, str] | None

    def __call__(self, event: Record) -> list[str]:
        try:
            self._send([json.loads(record["body"]) for record in event["Records"]])
        except (BotoCoreError, ClientError, OSError, smtplib.SMTPException):
            return [record["messageId"] for record in event["Records"]]
        return []

    def _send(self, tickets: list[dict[str, str]]) -> None:
        rows = [(ticket, self._row(ticket)) for ticket in tickets]
        with smtplib.SMTP("127.0.0.1", self.port) as server:
            if self.login:
                server.login(*self.login)
            for ticket, row in rows:
                if row["status"]["S"] != "sent":
                    mail = f"Message-ID: <{ticket['message_id']}@example.com>\r\n\r\nHello\r\n"
                    server.sendmail("naive@example.com", list(row["recipients"]["M"]), mail)
                    self._note(ticket)

    def _row(self, ticket: Mapping[str, str]) -> Record:
        item: Record = self.dynamodb.get_item(TableName=self.table, Key=_key(ticket), ConsistentRead=True)["Item"]
        return item

    def _note(self, ticket: Mapping[str, str]) -> None:
        self.dynamodb.update_item(
            TableName=self.table,
            Key=_key(ticket),
            UpdateExpression="SET #s = :sent",
            ExpressionAttributeNames={"#s": "status"},
            ExpressionAttributeValues={":sent": {"S": "sent"}},
        )


def naive_sender(environ: Mapping[str, str]) -> NaiveSender:
    told = json.loads(environ["NAIVE"])
    login = tuple(told["login"]) if told["login"] else None
    return NaiveSender(boto3.client("dynamodb"), environ["MESSAGES_TABLE"], told["port"], login)


def _key(ticket: Mapping[str, str]) -> dict[str, dict[str, str]]:
    pk, sk = message_key(ticket["tenant_id"], ticket["message_id"])
    return {"pk": {"S": pk}, "sk": {"S": sk}}
