"""The tables of checks."""

from types import ModuleType

import pytest

from postroom.system.configuration import accounts, deployment, keys, mails, pools, queues, templates, users
from tests.fakes.checks import looks_in

MODULES = (accounts, pools, templates, mails, users, keys, deployment, queues)
ALL = [check for module in MODULES for check in module.CHECKS]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_check_of_a_module_is_in_its_table(module: ModuleType) -> None:
    assert looks_in(module) == {check.look for check in module.CHECKS}


def test_no_two_checks_have_one_name_and_each_says_what_is_well() -> None:
    assert len({check.code for check in ALL}) == len(ALL)
    assert all(check.well for check in ALL)
