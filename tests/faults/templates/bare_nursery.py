"""As the nursery, but with nothing inside that holds a template up: there are the limits of the process alone."""

from collections.abc import Mapping

from jinja2 import DictLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment

from postroom.templates.processes import nursery
from postroom.templates.processes.worker import EnvironmentFor


def main(descriptor: int) -> None:
    nursery.main(descriptor, _unguarded)


def _unguarded(shared: Mapping[str, str]) -> EnvironmentFor:
    return lambda undefined, _: ImmutableSandboxedEnvironment(loader=DictLoader(dict(shared)), undefined=undefined)
