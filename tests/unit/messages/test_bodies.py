import json
import math
from collections.abc import Iterable

import pytest
from pydantic import ValidationError

from postroom.messages.bodies import MessageBody
from postroom.messages.model import OnUncertain
from postroom.templates.model import Wanted

OF_TEMPLATES = ("template_data", "locale", "user_type")


def test_one_address_in_several_forms_of_unicode_is_one_recipient() -> None:
    given = {"to": ["änn@Bücher.example", "a\u0308nn@bücher.example"], "cc": "ÄNN@bücher.example", "subject": "Hi"}

    body = MessageBody.model_validate({**given, "text": "Hi"})

    assert body.draft(on_uncertain=OnUncertain.HOLD).recipients == ("änn@xn--bcher-kva.example",)


def errors_of(given: dict[str, object]) -> dict[str, str]:
    try:
        MessageBody.model_validate({"to": "ann@example.com", **given})
    except ValidationError as error:
        return {".".join(map(str, each["loc"])): each["msg"] for each in error.errors()}
    return {}


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({}, {"subject", "text"}),
        ({"subject": "Hi"}, {"text"}),
        ({"text": "Hi"}, {"subject"}),
        ({"template": "welcome"}, set()),
        ({"template": "tpl_01jd3vm6z0000000000000000a", "template_data": {"a": [1, {"b": None}]}}, set()),
        ({"template": "welcome", "subject": "Hi", "text": "Hi", "html": "Hi"}, {"subject", "text", "html"}),
        ({"subject": "Hi", "text": "Hi", "template_data": {}, "locale": "de", "user_type": "Artist"}, OF_TEMPLATES),
        ({"template": "Not A Name", "template_data": "text", "locale": "deutsch"}, {"template", *OF_TEMPLATES[:2]}),
        ({"template": "welcome", "user_type": "(vip)"}, {"user_type"}),
        ({"template": "welcome", "template_data": {"a": "nul \x00"}}, {"template_data"}),
        ({"template": "welcome", "template_data": {"a": "x" * 100_001}}, {"template_data"}),
        ({"template": "welcome", "template_data": {"a": math.nan}}, {"template_data"}),
        ({"template": "welcome", "template_data": json.loads('{"a":' * 30 + "1" + "}" * 30)}, {"template_data"}),
    ],
)
def test_a_message_has_a_template_or_a_content_of_its_own(given: dict[str, object], fields: Iterable[str]) -> None:
    assert errors_of(given).keys() == set(fields)


def test_a_wish_for_a_template_names_its_variant_in_one_way_of_writing() -> None:
    body = MessageBody.model_validate(
        {"to": "ann@example.com", "template": "welcome", "locale": "DE-at", "user_type": "Artist"}
    )

    assert body.draft(on_uncertain=OnUncertain.HOLD).template == Wanted("welcome", "de-AT", "Artist")
