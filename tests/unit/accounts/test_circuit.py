from datetime import timedelta

import pytest

from postroom.accounts.circuit import Circuit, circuit_at
from postroom.accounts.model import AccountStatus
from tests.builders import an_account
from tests.fakes.time import NOON

SOON, BEFORE = NOON + timedelta(minutes=1), NOON - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("changes", "circuit"),
    [
        ({"proven": 1}, Circuit.CLOSED),
        ({"proven": 1, "faults": 2}, Circuit.CLOSED),
        ({"proven": 1, "faults": 3}, Circuit.HALF_OPEN),
        ({"proven": 0}, Circuit.HALF_OPEN),
        ({"proven": 1, "rest_until": SOON}, Circuit.OPEN),
        ({"proven": 1, "rest_until": BEFORE}, Circuit.CLOSED),
        ({"proven": 1, "faults": 3, "rest_until": BEFORE}, Circuit.HALF_OPEN),
        ({"proven": 1, "status": AccountStatus.ERROR}, Circuit.OPEN),
        ({"proven": 1, "status": AccountStatus.INACTIVE}, Circuit.CLOSED),
    ],
)
def test_an_account_that_rests_or_was_stopped_is_open_and_one_on_trial_half_open(
    changes: dict[str, object], circuit: Circuit
) -> None:
    assert circuit_at(an_account(**changes), NOON) is circuit
