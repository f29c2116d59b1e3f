"""What is to be changed: what was given, and what is to be taken away."""

from collections.abc import Mapping

from postroom_cli.errors import Usage


def changes(given: Mapping[str, object], away: Mapping[str, bool]) -> dict[str, object]:
    """What was left out stays as it is, and what is taken away is null. Raises Usage for both of one."""
    for name, gone in away.items():
        if gone and given.get(name) is not None:
            option = name.replace("_", "-")
            raise Usage("What is given cannot be taken away as well", f"Leave out --{option} or --no-{option}")
    taken = {name for name, gone in away.items() if gone}
    return {name: value for name, value in given.items() if value is not None or name in taken}
