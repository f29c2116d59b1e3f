import pytest

from postroom.mails.model import LETTERS, Kind
from postroom.messages.model import Priority

URGENT = {Kind.VERIFICATION, Kind.PASSWORD_RESET, Kind.NOTIFICATION_ADDRESS}


@pytest.mark.parametrize("kind", Kind)
def test_somebody_waits_for_a_verification_or_a_reset_and_for_nothing_else(kind: Kind) -> None:
    assert LETTERS[kind].priority is (Priority.HIGH if kind in URGENT else Priority.NORMAL)
