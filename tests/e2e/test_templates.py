"""Tenants' templates on the deployed stack: from a draft to what a message gets."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.conftest import LiveStack
from tests.e2e.test_command_line import command_line
from tests.e2e.test_the_way_of_a_mail import finished

TEXT = {"subject": "Hello {{ name }}", "html": "<p>Hello {{ name }}</p>"}


def made(tenant: httpx.Client, name: str, **changes: object) -> str:
    answer = tenant.post("/v1/templates", json={"name": name, **TEXT} | changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def published(tenant: httpx.Client, template_id: str, **body: object) -> dict[str, Any]:
    answer = tenant.post(f"/v1/templates/{template_id}/publish", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def chosen(tenant: httpx.Client, template: str, **wish: str) -> httpx.Response:
    """What a message gets that is never sent: its tenant has no account."""
    return tenant.post("/v1/messages", json={"to": "ann@example.com", "template": template, "template_data": {}} | wish)


def subject(tenant: httpx.Client, template: str, **wish: str) -> str:
    answer = chosen(tenant, template, **wish)
    assert answer.status_code == 202, answer.text
    return str(tenant.get(f"/v1/messages/{answer.json()['id']}").json()["subject"])


def test_a_template_is_written_previewed_published_and_rolled_back(tenant: httpx.Client) -> None:
    template_id = made(tenant, "hello")
    path = f"/v1/templates/{template_id}"

    preview = tenant.post(f"{path}/preview", json={"data": {"name": "Ann"}}).json()
    missing = tenant.post(f"{path}/preview", json={}).json()
    unpublished = chosen(tenant, template_id)
    first = published(tenant, template_id)
    tenant.put(path, json={"subject": "Bye"})
    second = published(tenant, template_id, data={"name": "Ann"})
    back = tenant.post(f"{path}/rollback", json={}).json()

    assert (preview["subject"], preview["missing"]) == ("Hello Ann", [])
    assert "Hello Ann" in preview["html"]
    assert "Hello Ann" in preview["text"]
    assert preview["html_bytes"] == len(preview["html"].encode())
    assert missing["missing"] == ["name"]
    assert missing["warnings"][0]["code"] == "undefined_variable"
    assert unpublished.json()["errors"] == [{"field": "template", "message": "has not been published"}]
    assert [one["published_version"] for one in (first, second, back)] == [1, 2, 1]
    assert tenant.get(f"{path}/versions/2").json()["subject"] == "Bye"
    assert subject(tenant, "hello") == "Hello {{ name }}"


def test_what_does_not_parse_is_refused_with_its_place_and_what_never_ends_is_not_published(
    tenant: httpx.Client,
) -> None:
    bad = {"name": "bad", "subject": "{{ x", "html": "<p>\n  {% if %}</p>"}
    refused = tenant.post("/v1/templates", json=bad)
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{{ a * b }}{% endfor %}{% endfor %}"
    bomb = tenant.post("/v1/templates", json={"name": "bomb", "subject": "x", "text": endless})
    tried = tenant.post(f"/v1/templates/{bomb.json().get('id')}/publish", json={})

    faults = {fault["field"]: fault["message"] for fault in refused.json()["errors"]}
    assert refused.status_code == 422
    assert faults["html"].startswith("line 2, column ")
    assert faults["subject"].startswith("line 1, column ")
    assert 422 in {bomb.status_code, tried.status_code}
    assert tenant.get("/v1/templates").json()["items"][0]["published_version"] is None


def test_a_tenants_own_takes_the_place_of_a_built_in_one_variant_by_variant(
    stack: LiveStack, tenant: httpx.Client
) -> None:
    built_in = tenant.get("/v1/built-in-templates/welcome").json()["subject"].strip()
    shown = tenant.post("/v1/built-in-templates/welcome/preview", json={}).json()
    german = made(tenant, "welcome", subject="Willkommen", locale="de")
    customer = made(tenant, "welcome", subject="Willkommen, Kunde", locale="de", user_type="customer")
    for template_id in (german, customer):
        published(tenant, template_id)

    assert shown["missing"] == []
    assert subject(tenant, "welcome") == built_in
    assert subject(tenant, "welcome", locale="de-AT") == "Willkommen"
    assert subject(tenant, "welcome", locale="de-AT", user_type="customer") == "Willkommen, Kunde"
    assert subject(tenant, "welcome", locale="fr") == built_in
    assert tenant.put("/v1/branding", json={"default_locale": "de"}).status_code == 200
    assert subject(tenant, "welcome", locale="fr") == "Willkommen"
    with stack.caller(stack.new_tenant("a stranger of templates")) as stranger:
        assert subject(stranger, "welcome", locale="de") == built_in
        assert stranger.get(f"/v1/templates/{german}").status_code == 404
        assert chosen(stranger, german).json()["errors"][0]["message"] == "There is no such template"
    assert tenant.delete(f"/v1/templates/{german}").status_code == 204
    assert subject(tenant, "welcome", locale="de") == built_in
    assert tenant.post("/v1/templates", json={"name": "welcome", **TEXT, "locale": "de"}).status_code == 201


def test_of_many_who_publish_at_once_no_version_number_is_lost(tenant: httpx.Client) -> None:
    template_id = made(tenant, "raced")
    path = f"/v1/templates/{template_id}"

    def change_and_publish(number: int) -> set[int]:
        changed = tenant.put(path, json={"subject": f"Number {number}"})
        return {changed.status_code, tenant.post(f"{path}/publish", json={}).status_code}

    with ThreadPoolExecutor(6) as racers:
        statuses = set().union(*racers.map(change_and_publish, range(24)))

    template = tenant.get(path).json()
    versions = tenant.get(f"{path}/versions", params={"limit": 100}).json()["items"]
    assert statuses <= {200, 409, 503}
    assert [one["version"] for one in versions] == list(range(1, template["latest_version"] + 1))
    assert template["latest_version"] >= 1
    live = tenant.get(f"{path}/versions/{template['published_version']}").json()
    assert subject(tenant, "raced") == live["subject"]


def test_what_waits_is_sent_with_the_version_it_was_accepted_with(stack: LiveStack, tenant: httpx.Client) -> None:
    template_id = made(tenant, "kept")
    published(tenant, template_id)
    mail = {"to": "ann.kept@example.com", "template": "kept", "template_data": {"name": "Ännchen"}}
    message_id = tenant.post("/v1/messages", json=mail).json()["id"]
    tenant.put(f"/v1/templates/{template_id}", json={"subject": "Another"})
    published(tenant, template_id)

    assert tenant.delete(f"/v1/templates/{template_id}").status_code == 204
    stack.new_account(tenant.headers["Authorization"].split()[1], "kept@example.com")

    sent = finished(tenant, message_id)
    [caught] = stack.mailbox.wait_for(lambda mail: "ann.kept@example.com" in mail.rcpt_tos)
    assert sent["status"] == "sent", sent
    assert caught.message["Subject"] == "Hello Ännchen"


def test_a_folder_becomes_a_template_by_the_command_line(stack: LiveStack, tmp_path: Path) -> None:
    postroom = command_line(stack, stack.new_tenant("templates typed"), tmp_path)
    folder = tmp_path / "mails" / "welcome"

    postroom("templates", "copy", "welcome", str(folder))
    (folder / "subject.txt").write_text("Hello from a folder")
    put = postroom("templates", "put", str(folder), "--publish", "--json").document["items"]
    preview = postroom("templates", "preview", "welcome", "--data", str(folder / "sample.json"), "--json")
    (folder / "body.html").write_text("{% if %}")
    refused = postroom("templates", "put", str(folder))

    assert [one["published_version"] for one in put] == [1]
    assert json.loads(preview.out)["subject"] == "Hello from a folder"
    assert (refused.status, "html: line 1, column" in refused.err) == (3, True)


def test_branding_is_in_the_next_preview(tenant: httpx.Client) -> None:
    look = {"name": "Acme & Söhne", "logo_url": "https://cdn.example.com/logo.png", "colour": "#0055AA"}
    template_id = made(tenant, "branded", subject="{{ brand.name }}", html="<img src='{{ brand.logo_url }}' alt=''>")
    before = tenant.post(f"/v1/templates/{template_id}/preview", json={}).json()

    assert tenant.put("/v1/branding", json=look).json()["colour"] == "#0055aa"
    after = tenant.post(f"/v1/templates/{template_id}/preview", json={}).json()

    assert before["subject"] == tenant.get("/v1/me").json()["tenant_name"]
    assert after["subject"] == "Acme & Söhne"
    assert "https://cdn.example.com/logo.png" in after["html"]
