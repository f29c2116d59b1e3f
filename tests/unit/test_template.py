"""What the template grants and keeps, where a mistake is seen on AWS alone."""

from typing import Any

import pytest
from pynamodb.models import Model

from postroom.accounts.store import ROWS as ACCOUNTS_ROWS
from postroom.idempotency.store import IdempotencyRow
from postroom.messages.rows import ROWS as MESSAGES_ROWS
from postroom.tenancy.store import ROWS as DIRECTORY_ROWS
from tests.fakes.tables import template

TABLES = {
    "AccountsTable": ACCOUNTS_ROWS,
    "MessagesTable": (*MESSAGES_ROWS, IdempotencyRow),
    "DirectoryTable": DIRECTORY_ROWS,
}


def statements(role: str) -> list[dict[str, Any]]:
    policies = template()["Resources"][role]["Properties"]["Policies"]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def test_a_sender_can_tell_content_that_is_gone_from_content_it_may_not_read() -> None:
    # Without s3:ListBucket the answer for a missing object is 403, and the message would be tried until it expires.
    [listing] = [statement for statement in statements("SenderRole") if "s3:ListBucket" in statement["Action"]]

    assert listing["Effect"] == "Allow"
    assert listing["Resource"] == {"Fn::GetAtt": ["ContentBucket", "Arn"]}
    assert listing["Condition"] == {"StringLikeIfExists": {"s3:prefix": "content/*"}}


@pytest.mark.parametrize(("table", "rows"), TABLES.items())
def test_a_table_lets_go_of_rows_that_have_an_end_and_of_no_others(table: str, rows: tuple[type[Model], ...]) -> None:
    declared = template()["Resources"][table]["Properties"].get("TimeToLiveSpecification")
    has_rows_that_end = any("ttl" in row.get_attributes() for row in rows)

    assert declared == ({"AttributeName": "ttl", "Enabled": True} if has_rows_that_end else None)
