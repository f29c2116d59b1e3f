"""Does what is asked of tenants' templates, in a process that is there for nothing else."""

from collections.abc import Callable, Mapping

from jinja2 import Environment, Undefined

from postroom.templates.filling.render import Render, Unfillable
from postroom.templates.filling.trial import check_syntax, preview
from postroom.templates.processes.wire import Done, Task
from postroom.templates.sandbox.bounds import Meter
from postroom.templates.sandbox.environment import Sandbox, SharedLoader
from postroom.templates.sandbox.missing import Missing
from postroom.templates.workshop import Fault

EnvironmentFor = Callable[[type[Undefined], Meter], Environment]
"""Makes one that treats missing variables so, and whose steps are counted there."""


class Worker:
    """For one thread."""

    def __init__(self, environment_for: EnvironmentFor) -> None:
        self._meter = Meter()
        self._environment_for = environment_for
        self._environment = environment_for(Missing, self._meter)
        self._render = Render(self._environment)

    def __call__(self, task: Task) -> Done:
        self._meter.start(task.seconds)
        try:
            return self._done(task)
        except Unfillable as unfillable:
            return Done(faults=(unfillable.fault,), spent=isinstance(unfillable.__cause__, MemoryError))
        except MemoryError:
            return Done(faults=(Fault("", 1, 1, "The template takes too much memory"),), spent=True)
        except Exception:  # noqa: BLE001 - whatever a template comes upon, the next one is to be filled in
            return Done(faults=(Fault("", 1, 1, "The template cannot be filled in"),), spent=True)

    def _done(self, task: Task) -> Done:
        match task.deed:
            case "render":
                return Done(self._render.to_send(task.source, task.data, task.branding))
            case "check":
                return Done(faults=check_syntax(self._environment, task.source))
            case "preview":
                rendered, missing = preview(self._recording, task.source, task.data, task.branding)
                return Done(rendered, names=missing)

    def _recording(self, undefined: type[Undefined]) -> Environment:
        return self._environment_for(undefined, self._meter)


def in_sandbox(shared: Mapping[str, str]) -> EnvironmentFor:
    loader = SharedLoader(lambda: shared)
    return lambda undefined, meter: Sandbox(loader, undefined=undefined, meter=meter)
