from pathlib import Path

import pytest

from postroom_cli.errors import Usage
from postroom_cli.settings import Address, ApiKey, Settings


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://abc.execute-api.eu-central-1.amazonaws.com", "https://abc.execute-api.eu-central-1.amazonaws.com"),
        (" https://api.example.com/prod/ \n", "https://api.example.com/prod"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("http://localhost:4566/_aws/execute-api/1/$default", "http://localhost:4566/_aws/execute-api/1/$default"),
    ],
)
def test_an_address_is_encrypted_or_on_this_machine(text: str, url: str) -> None:
    assert Address.parse(text).url == url


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1@evil.example",
        "http://evil.example#127.0.0.1",
        "http://127.0.0.1.evil.example",
        "http://2130706433",
        "http://0.0.0.0",
        "https://api.example.com?x=1",
        "https://api.exa mple.com",
        "https://api.example.com\n.evil.example",
        "https://api.example.com:99999",
        "file:///etc/passwd",
        "//api.example.com",
    ],
)
def test_any_other_is_refused(text: str) -> None:
    with pytest.raises(Usage):
        Address.parse(text)


def test_options_win_over_the_environment_and_a_file_over_both(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("from-file\nsecond line\n")
    environ = {"POSTROOM_API": "https://a.example", "POSTROOM_KEY": "from-environment"}

    plain = Settings.read(environ, api=None, key_file=None)
    given = Settings.read(environ, api="https://b.example", key_file=file)

    assert (plain.address().host, plain.api_key().text) == ("a.example", "from-environment")
    assert (given.address().host, given.api_key().text) == ("b.example", "from-file")


def test_a_key_names_its_tenant_and_itself_and_is_not_shown() -> None:
    secret = "S" * 43
    key, platform = ApiKey(f"pr_01acme_01key_{secret}"), ApiKey(f"pr_platform_01key_{secret}")

    assert (key.tenant_id, key.key_id) == ("ten_01acme", "key_01key")
    assert platform.tenant_id == "platform"
    assert ApiKey("another").tenant_id is None
    assert secret not in repr(key)
    assert secret not in repr(Settings.read({"POSTROOM_KEY": key.text}, api=None, key_file=None))
