"""What the template grants and keeps, where a mistake is seen on AWS alone."""

from typing import Any

from tests.fakes.tables import template


def statements(role: str) -> list[dict[str, Any]]:
    policies = template()["Resources"][role]["Properties"]["Policies"]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def test_a_sender_can_tell_content_that_is_gone_from_content_it_may_not_read() -> None:
    # Without s3:ListBucket the answer for a missing object is 403, and the message would be tried until it expires.
    [listing] = [statement for statement in statements("SenderRole") if "s3:ListBucket" in statement["Action"]]

    assert listing["Effect"] == "Allow"
    assert listing["Resource"] == {"Fn::GetAtt": ["ContentBucket", "Arn"]}
    assert listing["Condition"] == {"StringLikeIfExists": {"s3:prefix": "content/*"}}
