from dataclasses import fields, replace

from postroom.accounts.deeds import account_created
from postroom.accounts.model import AccountConfig
from tests.builders import an_account


def test_all_that_an_owner_decides_is_told_by_the_name_of_its_field() -> None:
    account = an_account()
    account = replace(account, config=replace(account.config, reply_to="ann@example.com", smtp_username="ann"))

    told = account_created(account).after

    assert set(told) - {"revision", "password_changed"} == {field.name for field in fields(AccountConfig)}
