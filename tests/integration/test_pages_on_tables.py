"""The pages as their function shows them, with the tables in moto: what they read is what their role may read."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlencode, urlsplit

import boto3
import pytest
from botocore.client import BaseClient
from cryptography.fernet import Fernet

from postroom.bootstrap.links import build_make_links
from postroom.bootstrap.pages import build_pages
from postroom.bootstrap.users import build_users
from postroom.clock import system_clock
from postroom.settings import Settings, read_settings
from tests.builders import a_user
from tests.fakes.http import Answer, request
from tests.fakes.tables import tables
from tests.integration.test_keys_over_http import SETTINGS
from tests.unit.pages.conftest import FORM, fields_of
from tests.unit.test_template import may_read

TENANT = "ten_a"


@pytest.fixture
def settings() -> Iterator[Settings]:
    with tables("directory"):
        boto3.client("secretsmanager").create_secret(Name="links", SecretString=Fernet.generate_key().decode())
        more = {"LINKS_SECRET": "links", "PUBLIC_URL": "https://mail.example.org"}
        with patch.dict("os.environ", SETTINGS | more):
            yield read_settings(os.environ)


@contextmanager
def reads_seen() -> Iterator[set[tuple[str, str]]]:
    """Actions and partitions."""
    seen: set[tuple[str, str]] = set()
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def watched(client: BaseClient, operation: str, sent: dict[str, Any]) -> Any:  # noqa: ANN401 - any answer
        if operation in {"GetItem", "Query"}:
            values = (sent.get("Key") or sent["ExpressionAttributeValues"]).values()
            [partition] = [value["S"] for value in values if value.get("S", "").startswith("T#")]
            seen.add((f"dynamodb:{operation}", partition))
        assert operation not in {"BatchGetItem", "Scan"}
        return call(client, operation, sent)

    with patch.object(BaseClient, "_make_api_call", watched):
        yield seen


def test_what_the_pages_read_is_what_their_role_may_read(settings: Settings) -> None:
    build_users(settings).put(a_user(tenant_id=TENANT, id="ann", created_at=system_clock()), None)
    url = build_make_links(settings)(TENANT, "ann", "job_success").preferences_url
    [token] = parse_qs(urlsplit(url).query)["token"]
    pages = build_pages(settings)

    def asked(method: str, page: str, **more: Any) -> Answer:  # noqa: ANN401
        answer = pages(request(method, f"/pages/{page}", **more))
        return Answer(answer["statusCode"], answer["headers"], answer["body"])

    with reads_seen() as seen:
        shown = [asked("GET", page, query={"token": token}) for page in ("preferences", "less")]
        form = fields_of(shown[0]) | {"amount.job_success": "daily", "quiet": "every_day"}
        posted = [form, {"token": token, "action": "stop"}]
        done = [
            asked("POST", "preferences", body=urlencode(fields), headers={"content-type": FORM}) for fields in posted
        ]

    assert [answer.status for answer in (*shown, *done)] == [200, 200, 303, 303]
    assert {partition for _, partition in seen} >= {f"T#{TENANT}", f"T#{TENANT}#USERS", "T#platform"}
    assert [one for one in sorted(seen) if not may_read("PagesRole", *one)] == []
