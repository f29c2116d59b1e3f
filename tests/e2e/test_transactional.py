"""Transactional mails on the deployed stack: from the request to the link in the mail, and what its token is for."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.catcher.mailbox import Caught
from tests.e2e.conftest import LiveStack
from tests.e2e.test_the_way_of_a_mail import caught_for, until

APP = "https://app.example.com"


class Product:
    """An application with a user, Ann, whose address no other test has."""

    def __init__(self, stack: LiveStack, tenant: httpx.Client) -> None:
        self.stack, self.tenant = stack, tenant
        self.ann, self.nobody, self.bob = (f"{name}.{uuid4().hex[:8]}@example.com" for name in ("ann", "nobody", "bob"))
        key = tenant.headers["Authorization"].split()[1]
        stack.new_account(key, f"product.{uuid4().hex[:8]}@example.com", min_wait_time=0)
        assert tenant.put("/v1/settings/mails", json={"origins": [APP]}).status_code == 200
        user = {"email": self.ann, "name": "Ann Ångström", "locale": "de-AT"}
        assert tenant.put("/v1/users/ann", json=user).is_success

    def ask(self, kind: str, **body: str) -> httpx.Response:
        return self.tenant.post(f"/v1/emails/{kind}", json=body)

    def verify(self, token: str, purpose: str) -> httpx.Response:
        return self.tenant.post("/v1/tokens/verify", json={"token": token, "purpose": purpose})

    def messages(self, recipient: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.tenant.get("/v1/messages", params={"recipient": recipient}).json()["items"]
        return found

    def one_mail(self, recipient: str) -> Caught:
        [mail] = self.stack.mailbox.wait_for(caught_for(self.stack, recipient))
        return mail

    def wait_until_all_requests_are_handled(self) -> None:
        def depth() -> httpx.Response:
            names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
            url = self.stack.outputs["MailsQueueUrl"]
            found = self.stack.aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
            return httpx.Response(200, json={"left": sum(map(int, found.values()))})

        until(lambda found: found["left"] == 0, depth)


@pytest.fixture
def product(stack: LiveStack, tenant: httpx.Client) -> Product:
    return Product(stack, tenant)


def parts(mail: Caught) -> list[str]:
    bodies = [mail.message.get_body((kind,)) for kind in ("plain", "html")]
    return [body.get_content() for body in bodies if isinstance(body, EmailMessage)]


def token_in(mail: Caught, path: str) -> str:
    """The same in each part."""
    [token] = {
        token for part in parts(mail) for token in re.findall(rf"{re.escape(APP)}{path}\?token=([A-Za-z0-9_-]+)", part)
    }
    return str(token)


def test_a_user_verifies_an_address_by_the_link_in_a_mail_once(product: Product, stack: LiveStack) -> None:
    asked = product.ask("verification", user_id="ann", base_url=APP)

    mail = product.one_mail(product.ann)
    token = token_in(mail, "/verify-email")
    with stack.caller(stack.new_tenant("stranger")) as stranger:
        foreign = stranger.post("/v1/tokens/verify", json={"token": token, "purpose": "email_verification"})
    other = product.verify(token, "password_reset")
    first, second = (product.verify(token, "email_verification") for _ in range(2))

    assert (asked.status_code, asked.json()) == (202, {"status": "accepted"})
    assert (first.status_code, first.json()["user_id"], first.json()["email"]) == (200, "ann", product.ann)
    refused = [{name: answer.json()[name] for name in ("status", "errors")} for answer in (foreign, other, second)]
    assert refused == [refused[0]] * 3
    assert refused[0]["status"] == 422
    [message] = product.messages(product.ann)
    assert (message["priority"], message["template"]["name"]) == ("high", "email_verification")
    assert token not in product.tenant.get(f"/v1/messages/{message['id']}").text


def test_who_has_no_account_gets_no_mail_and_nobody_is_told(product: Product) -> None:
    answers = [
        product.ask("password-reset", email=email, base_url=f"{APP}/new?lang=de")
        for email in (product.nobody, product.ann.upper(), product.ann, product.nobody)
    ]

    mail = product.one_mail(product.ann)
    product.wait_until_all_requests_are_handled()

    assert {(answer.status_code, answer.text) for answer in answers} == {(202, '{"status":"accepted"}')}
    assert len(product.messages(product.ann)) == 1  # the other one fell into the cool-down
    assert product.messages(product.nobody) == []
    assert any(f"{APP}/new?lang=de&token=" in part for part in parts(mail))


def test_a_mail_that_waits_for_its_turn_is_withdrawn_when_a_newer_one_revokes_its_link(product: Product) -> None:
    cool_down = {"cool_down": {"per_minute": 5}}
    assert product.tenant.put("/v1/settings/mails", json={"origins": [APP], **cool_down}).status_code == 200
    [account] = product.tenant.get("/v1/accounts").json()["items"]
    assert product.tenant.put(f"/v1/accounts/{account['id']}", json={"min_wait_time": 600}).is_success
    product.ask("welcome", user_id="ann")
    product.one_mail(product.ann)

    def newest() -> httpx.Response:
        return product.tenant.get(f"/v1/messages/{product.messages(product.ann)[0]['id']}")

    product.ask("password-reset", email=product.ann, base_url=APP)
    first = until(lambda found: found["status"] == "deferred", newest)
    product.ask("password-reset", email=product.ann, base_url=APP)
    until(lambda found: found["id"] != first["id"] and found["status"] == "deferred", newest)
    product.wait_until_all_requests_are_handled()

    withdrawn = product.tenant.get(f"/v1/messages/{first['id']}").json()
    assert (withdrawn["status"], withdrawn["reason"]) == ("cancelled", None)
    assert "newer mail" in withdrawn["detail"]


def test_an_invitation_and_a_welcome_say_who_and_to_what(product: Product) -> None:
    product.ask("invitation", inviter="ann", invitee_email=product.bob, user_type="editor", base_url=APP)
    product.ask("welcome", user_id="ann")

    token = token_in(product.one_mail(product.bob), "/accept-invitation")
    redeemed = product.verify(token, "invitation").json()

    assert (redeemed["user_id"], redeemed["email"]) == (None, product.bob)
    assert (redeemed["inviter"], redeemed["user_type"]) == ("ann", "editor")
    assert any("Ann Ångström" in part for part in parts(product.one_mail(product.bob)))
    assert product.one_mail(product.ann)


@pytest.mark.parametrize(
    "base_url", ["https://evil.example", f"{APP}@evil.example", f"{APP}.evil.example", f"{APP}:8443"]
)
def test_a_link_leads_to_registered_origins_alone(product: Product, base_url: str) -> None:
    answer = product.ask("password-reset", email=product.ann, base_url=base_url)

    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == ["base_url"]


def test_a_request_that_is_delivered_many_times_at_once_makes_one_mail_with_a_link_that_works(product: Product) -> None:
    body = {
        "version": 1,
        "tenant_id": product.tenant.get("/v1/me").json()["tenant_id"],
        "kind": "password_reset",
        "moment": datetime.now(UTC).isoformat(),
        "entropy": uuid4().hex,
        "base_url": APP,
        "email": product.ann,
    }
    record = {"messageId": uuid4().hex, "body": json.dumps(body)}
    event = json.dumps({"Records": [record] * 3}).encode()

    def deliver(_: int) -> Any:  # noqa: ANN401 - a function's answer
        function = product.stack.outputs["MailsFunction"]
        answer = product.stack.aws("lambda").invoke(FunctionName=function, Payload=event)
        return json.loads(answer["Payload"].read())

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(deliver, range(4))) == [{"batchItemFailures": []}] * 4

    token = token_in(product.one_mail(product.ann), "/reset-password")
    assert len(product.messages(product.ann)) == 1
    assert product.verify(token, "password_reset").status_code == 200
