import pytest

from tests.fakes.sending import FakeSender
from tests.faults.certificates import Authority, Issued

HOST = "mail.test"


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="session")
def certificate(authority: Authority) -> Issued:
    return authority.issue(HOST)


@pytest.fixture
def sender() -> FakeSender:
    return FakeSender()
