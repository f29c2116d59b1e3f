"""The rules that the tree keeps, read from the source."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from local.place import ROOT, SOURCES

PACKAGE = SOURCES / "postroom"
MODULES = sorted(PACKAGE.rglob("*.py"))
COMMAND_LINE = sorted((ROOT / "cli" / "postroom_cli").rglob("*.py"))
HANDLERS = sorted((ROOT / "functions").glob("*/app.py"))

OUTSIDE = {"boto3", "botocore", "pynamodb", "pydantic", "aws_lambda_powertools", "jinja2"} | {
    "urllib3",
    "oauthlib",
    "cryptography",
    "css_inline",
    "justhtml",
    "tinycss2",
}
"""What the heart of a feature knows nothing of."""

EDGES = {"store", "rows", "listing", "backlog", "content", "queue", "passwords", "files"} | {
    "routes",
    "streamed",
    "arrivals",
    "gauges",
    "facts",
    "vault",
    "endpoint",
    "bodies",
    "answers",
    "preset_answers",
    "health_answers",
    "examples",
    "fields",
}
"""Modules that speak to the outside, inside a feature."""


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)


def imports(path: Path, *, at_run_time: bool = True) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    skipped = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and at_run_time
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def feature_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 2 and parts[0] == "postroom" else None


def is_edge(module: str) -> bool:
    """Also in a feature's own sub-package."""
    return not EDGES.isdisjoint(module.split(".")[2:])


INSIDE = [path for path in MODULES if "bootstrap" not in path.parts]
OF_HTTP = {"web", "reference"}
"""Features that are about requests and answers themselves."""

HEART = [path for path in INSIDE if path.parent.name not in OF_HTTP and path.stem not in EDGES]


@pytest.mark.parametrize("path", INSIDE, ids=name_of)
def test_a_feature_uses_another_through_its_use_cases_or_model_never_through_its_store(path: Path) -> None:
    own = feature_of(name_of(path))
    foreign = {
        module
        for module in imports(path)
        if (feature := feature_of(module)) and feature not in {own, "web"} and is_edge(module)
    }

    assert foreign == set()


@pytest.mark.parametrize("path", sorted((PACKAGE / "accounts").glob("*.py")), ids=name_of)
def test_an_account_knows_of_sending_only_how_it_is_spoken_of(path: Path) -> None:
    # Sending uses the accounts; the other way round there would be a circle.
    of_sending = {module for module in imports(path) if feature_of(f"{module}.") == "delivery"}

    assert {module for module in of_sending if not f"{module}.".startswith("postroom.delivery.model.")} == set()


@pytest.mark.parametrize("path", sorted((PACKAGE / "audit").glob("*.py")), ids=name_of)
def test_the_log_knows_of_tenants_only_their_keys_and_who_may_ask(path: Path) -> None:
    # Tenants and their keys are what it tells of; the other way round there would be a circle.
    of_tenants = {module for module in imports(path) if feature_of(f"{module}.") == "tenancy"}

    assert {module for module in of_tenants if module.split(".")[2:3] not in ([], ["keys"], ["model"])} == set()


def test_no_features_need_each_other_in_a_circle() -> None:
    # All answer over ``web``, which speaks of theirs by their models. Of accounts and sending, and of tenants and the
    # log of what is done to them, see above.
    needed: dict[str, set[str]] = {}
    for path in INSIDE:
        own = feature_of(name_of(path))
        if own and own != "web":
            others = {feature_of(module) or own for module in imports(path, at_run_time=False)}
            needed.setdefault(own, set()).update(others - {own, "web"})
    needed["accounts"].remove("delivery")
    needed["tenancy"].remove("audit")

    TopologicalSorter(needed).prepare()  # raises CycleError naming them


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("model.py")), ids=name_of)
def test_a_model_needs_no_module_of_its_own_feature(path: Path) -> None:
    assert not [module for module in imports(path) if feature_of(f"{module}.") == path.parent.name]


@pytest.mark.parametrize("path", HEART, ids=name_of)
def test_a_use_case_knows_neither_its_store_nor_its_routes(path: Path) -> None:
    known = {module for module in imports(path) if is_edge(module)}

    assert {module for module in known if module.startswith("postroom.")} == set()


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("model.py")), ids=name_of)
def test_a_model_stands_on_the_standard_library_alone(path: Path) -> None:
    assert not [module for module in imports(path) if module.split(".")[0] in OUTSIDE]


@pytest.mark.parametrize("path", sorted((PACKAGE / "delivery").glob("*.py")), ids=name_of)
def test_sending_needs_nothing_but_the_standard_library_and_us(path: Path) -> None:
    assert not [module for module in imports(path) if module.split(".")[0] in OUTSIDE]


def test_only_the_composition_root_makes_clients() -> None:
    makers = [name_of(path) for path in MODULES if any(module.split(".")[0] == "boto3" for module in imports(path))]

    assert makers == ["postroom.bootstrap.aws"]


def test_only_the_settings_read_the_environment() -> None:
    # Handlers and the command hand the environment in; the package takes nothing by itself.
    readers = {
        name_of(path)
        for path in MODULES
        if any(
            isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"}
            for node in ast.walk(ast.parse(path.read_text()))
        )
    }

    assert readers <= {"postroom.tenancy.first_key"}


@pytest.mark.parametrize("path", COMMAND_LINE, ids=lambda path: path.stem)
def test_the_command_line_knows_the_api_alone(path: Path) -> None:
    of_the_service = {"postroom", "boto3", "botocore", "pynamodb", "local", "tests"}

    assert {module.split(".")[0] for module in imports(path)} & of_the_service == set()


@pytest.mark.parametrize("path", COMMAND_LINE, ids=lambda path: path.stem)
def test_the_command_line_takes_the_environment_where_it_starts(path: Path) -> None:
    assert ("os.environ" in path.read_text()) == (path.stem == "app")


@pytest.mark.parametrize("path", [*MODULES, *HANDLERS], ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_that_is_deployed_knows_the_command_line(path: Path) -> None:
    assert not [
        module for module in imports(path) if module.split(".")[0] in {"postroom_cli", "typer", "rich", "httpx"}
    ]


@pytest.mark.parametrize("path", HANDLERS, ids=lambda path: path.parent.name)
def test_a_handler_only_wires(path: Path) -> None:
    source = path.read_text()

    assert len(source.splitlines()) < 60
    assert "pynamodb" not in source
    assert "boto3" not in source


@pytest.mark.parametrize(
    "path",
    [*MODULES, *HANDLERS, *COMMAND_LINE],
    ids=lambda path: name_of(path) if path in MODULES else str(path.relative_to(ROOT)),
)
def test_every_exception_that_is_caught_whole_says_why(path: Path) -> None:
    lines = path.read_text().splitlines()
    broad = [
        line
        for node in ast.walk(ast.parse("\n".join(lines)))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
        and not any(isinstance(inner, ast.Raise) and inner.exc is None for inner in ast.walk(node))
        for line in [lines[node.lineno - 1]]
    ]

    assert all("#" in line for line in broad), broad
