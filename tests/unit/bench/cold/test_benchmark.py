import ast

from bench.cold.benchmark import BUILT
from local.place import ROOT


def test_every_function_is_measured_with_what_it_builds() -> None:
    apps = {path.parent.name: ast.parse(path.read_text()) for path in (ROOT / "functions").glob("*/app.py")}

    assert apps.keys() == BUILT.keys()
    for name, built in BUILT.items():
        functions = {node.name: node.args.args for node in apps[name].body if isinstance(node, ast.FunctionDef)}
        [call] = [node for node in ast.walk(ast.parse(built)) if isinstance(node, ast.Call)]
        assert isinstance(call.func, ast.Attribute), name
        assert len(functions[call.func.attr]) == len(call.args), name
