"""Jinja's code generator, but for templates whose values know how to print themselves."""

from __future__ import annotations

from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame


class Generator(CodeGenerator):
    """Jinja's own, but that `~` looks at what it joins, that in loops the usual case runs fast, and that a printed name
    outside of them, where each line runs once, compiles fast.
    """

    loops = 0
    printed: nodes.Node | None = None

    def visit_For(self, node: nodes.For, frame: Frame) -> None:
        self.loops += 1
        super().visit_For(node, frame)
        self.loops -= 1

    def visit_Name(self, node: nodes.Name, frame: Frame) -> None:
        if node is self.printed:
            self.write(f"{frame.symbols.ref(node.name)}, {node.name!r}")
        else:
            super().visit_Name(node, frame)

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        if not (self.loops and isinstance(node.node, nodes.Name) and node.ctx == "load"):
            super().visit_Getattr(node, frame)
            return
        name = frame.symbols.ref(node.node.name)
        self.write(f"({name}[{node.attr!r}] if type({name}) is dict and {node.attr!r} in {name} else ")
        super().visit_Getattr(node, frame)
        self.write(")")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.printed = node if type(node) is nodes.Name and not self.loops else None
        self.write("(_v if type(_v := (" if self.loops else "_name(context, " if self.printed else "_print(context, ")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write(")) is str and _is_plain(_v) else _print(context, _v))" if self.loops else ")")

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        self.write("environment.concat_texts((")
        for child in node.nodes:
            self.visit(child, frame)
            self.write(", ")
        self.write("))")


class CarefulGenerator(Generator):
    """Code in which a tag that fails is noted and the others go on: run when the quick code has failed."""

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        for child in node.nodes:
            if isinstance(child, nodes.TemplateData):
                super().visit_Output(nodes.Output([child], lineno=node.lineno), frame)
                continue
            self.writeline("try:")
            self.indent()
            super().visit_Output(nodes.Output([child], lineno=child.lineno), frame)
            self.outdent()
            self.writeline("except Exception as error:")
            self.indent()
            self.writeline("environment.note(context, error)")
            self.outdent()
