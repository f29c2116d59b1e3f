"""What is told of the mails that come with us."""

import pytest

from postroom.templates.filling.built_in import built_in
from postroom.templates.filling.render import Render
from postroom.templates.lint import lint
from postroom.templates.model import Branding
from postroom.templates.remarks import Level, Remark
from postroom.templates.sandbox.environment import Sandbox, SharedLoader

ACCEPTED = {
    "css_at_media",  # the layout for wide screens holds everywhere
    "css_at_media_prefers_color_scheme",  # who does not ask gets the light colours
    "css_border_radius",  # corners are square there
    "css_max_width",  # a logo has its height as an attribute
    "css_table_layout",  # a table grows with a long word there
    "css_white_space",  # lines end with <br>, and only indents are lost
}
"""What a mail looks well without."""

BRAND = Branding("Acme", "https://acme.example/logo.png", "https://acme.example", "#1a5fb4", "Acme Ltd")


def told_of(name: str) -> tuple[Remark, ...]:
    source, data = built_in().source(name), built_in().sample(name)
    assert source is not None
    assert data is not None
    mail = Render(Sandbox(SharedLoader(built_in().shared)))(source, data, BRAND)
    return lint(mail.subject, mail.html)


@pytest.mark.parametrize("name", built_in().names())
def test_a_mail_that_comes_with_us_breaks_nowhere(name: str) -> None:
    assert [warning.message for warning in told_of(name) if warning.level is Level.ERROR] == []


@pytest.mark.parametrize("name", built_in().names())
def test_a_mail_that_comes_with_us_lacks_only_what_it_can_do_without(name: str) -> None:
    assert [warning.message for warning in told_of(name) if warning.code not in ACCEPTED] == []
