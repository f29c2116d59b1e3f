import pytest

from tests.faults.certificates import Authority, Issued

HOST = "mail.test"


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="session")
def certificate(authority: Authority) -> Issued:
    return authority.issue(HOST)
