"""Requests that schemathesis makes up from the API document, good and bad, against the deployed stack.

Every answer is one that the document has, with the body and headers that it says; none is a fault of ours; what the
document does not allow is refused, and what it allows is taken or refused for what no schema can say. The seed is
printed; ``SEED=n`` repeats one.
"""

import os
import random
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.e2e.conftest import LiveStack
from tests.e2e.tenants import Makers, Tenant
from tests.experiments.every_request import Tried, try_every_request
from tests.experiments.strangers import KINDS

SEED = 20_261_120
EVERYBODYS = {"version": "1", "name": "welcome"}


class Product:
    """A tenant with something of every kind; its account sends, on the mail catcher, and a spare one never does."""

    def __init__(self, stack: LiveStack, tenant: Tenant) -> None:
        self.stack, self.tenant = stack, tenant
        self._key = tenant.caller.headers["Authorization"].split()[1]
        self._spare = stack.new_account(self._key, "spare@example.com", status="inactive")["id"]
        self.things = {name: tenant.things[kind] for name, (kind, *_) in KINDS.items()} | EVERYBODYS

    def tried(self, directory: Path, *options: str) -> Tried:
        keys = {"admin": self._key, "platform": self.stack.platform_key}
        return try_every_request(self.stack.place.api_url, keys, self.things, self._spare, directory, options)

    def senders(self) -> set[str]:
        """The accounts that send. Of one that was made up, mail would go to a server that was made up."""
        found: set[str] = set()
        query = {"limit": "100"}
        while True:
            page = self.tenant.caller.get("/v1/accounts", params=query).json()
            found |= {account["id"] for account in page["items"] if account["status"] == "active"}
            if page["next_cursor"] is None:
                return found
            query["cursor"] = page["next_cursor"]


@pytest.fixture
def product(stack: LiveStack) -> Iterator[Product]:
    with Makers(stack, f"tried-{uuid4().hex[:8]}") as makers:
        yield Product(stack, makers.tenant())


def test_some_requests_to_every_operation_are_answered_as_the_document_says(product: Product, tmp_path: Path) -> None:
    tried = product.tried(tmp_path, "--phases", "fuzzing", "--max-examples", "1", "--seed", str(SEED))

    assert tried.well, tried.said
    assert tried.generated > 60
    assert product.senders() <= {product.things["account_id"]}


@pytest.mark.long
def test_thousands_of_requests_are_answered_as_the_document_says(product: Product, tmp_path: Path) -> None:
    seed = int(os.environ.get("SEED") or random.randrange(2**32))
    print(f"SEED={seed}")  # noqa: T201 - repeats this run

    tried = product.tried(
        tmp_path, "--phases", "examples,coverage,fuzzing", "--max-examples", "20", "--seed", str(seed)
    )

    print(f"{tried.generated} requests")  # noqa: T201 - the figure
    assert tried.well, tried.said
    assert tried.generated >= 2_000
    assert product.senders() <= {product.things["account_id"]}


def test_every_parameter_of_a_path_has_something_to_be_tried_with(product: Product) -> None:
    document = product.tenant.caller.get("/v1/openapi.json").json()
    names = {
        parameter["name"]
        for methods in document["paths"].values()
        for operation in methods.values()
        for parameter in operation.get("parameters", ())
        if parameter.get("in") == "path"
    }

    assert names - {"tenant_id"} <= set(product.things), "Make one in tests.e2e.tenants"
