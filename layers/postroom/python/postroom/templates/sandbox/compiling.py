"""How templates become Python: as Jinja does it, but with full names of what is missing, and counted steps."""

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame


class NamingCompiler(CodeGenerator):
    """What looks a part up is told how the template writes it, so that it can be named when it is missing."""

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        self.write("environment.part(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r}, {written(node)!r})")

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        if isinstance(node.arg, nodes.Slice):
            super().visit_Getitem(node, frame)
            return
        self.write("environment.item(")
        self.visit(node.node, frame)
        self.write(", ")
        self.visit(node.arg, frame)
        self.write(f", {written(node)!r})")

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        markup = "context.eval_ctx.autoescape" if frame.eval_ctx.volatile else repr(bool(frame.eval_ctx.autoescape))
        self.write(f"environment.concatenated({markup}, (")
        for each in node.nodes:
            self.visit(each, frame)
            self.write(", ")
        self.write("))")


class MeteredCompiler(NamingCompiler):
    def blockvisit(self, body: "list[nodes.Node]", frame: Frame) -> None:  # type: ignore[override] # a list in fact
        self.writeline("environment.tick()")
        super().blockvisit(body, frame)


def written(node: nodes.Node) -> str:
    """As far as it can be said before the template is filled in."""
    match node:
        case nodes.Name():
            name = node.name
        case nodes.Const():
            name = repr(node.value)
        case nodes.Getattr():
            name = f"{written(node.node)}.{node.attr}"
        case nodes.Getitem(arg=nodes.Const(value=str() as key)) if key.isidentifier():
            name = f"{written(node.node)}.{key}"
        case nodes.Getitem():
            name = f"{written(node.node)}[{written(node.arg)}]"
        case nodes.Call():
            name = f"{written(node.node)}()"
        case nodes.Filter(node=nodes.Expr() as filtered):
            name = f"{written(filtered)}|{node.name}"
        case _:
            name = "…"
    return name
