"""Fills templates in without any sandbox. Reads a JSON list of them, and answers with one of what became of each."""

import json
import sys

import jinja2


def main() -> None:
    parts = {"parts.html": "{% macro m() %}{% endmacro %}"}
    environment = jinja2.Environment(autoescape=False, loader=jinja2.DictLoader(parts))  # noqa: S701 - as bare as can be
    json.dump([_filled_in(environment, template) for template in json.load(sys.stdin)], sys.stdout)


def _filled_in(environment: jinja2.Environment, template: str) -> str:
    try:
        return environment.from_string(template).render(brand={"name": "a"})
    except Exception:  # noqa: BLE001 - a template may raise anything
        return ""


if __name__ == "__main__":
    main()
