from postroom.messages.bodies import MessageBody
from postroom.messages.model import OnUncertain


def test_one_address_in_several_forms_of_unicode_is_one_recipient() -> None:
    given = {"to": ["änn@Bücher.example", "a\u0308nn@bücher.example"], "cc": "ÄNN@bücher.example", "subject": "Hi"}

    body = MessageBody.model_validate({**given, "text": "Hi"})

    assert body.draft(on_uncertain=OnUncertain.HOLD).recipients == ("änn@xn--bcher-kva.example",)
