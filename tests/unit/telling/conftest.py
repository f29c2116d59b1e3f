import pytest

from tests.fakes.telling_office import Office


@pytest.fixture
def office() -> Office:
    office = Office()
    office.add_user()
    return office
