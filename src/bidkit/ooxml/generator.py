"""Jinja's code generator, but for templates whose values know how to print themselves."""

from __future__ import annotations

from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame

from bidkit.ooxml.parsing import split_run


class Generator(CodeGenerator):
    """Jinja's own, but that `~` looks at what it joins, that in loops the usual case is short, and that names which
    come from the context alone are printed in runs: Python takes its time to compile a line for each.
    """

    prints_runs = True
    loops = 0

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        others: list[nodes.Expr] = []
        for child in [*node.nodes, None]:
            run = split_run(child.data) if isinstance(child, nodes.TemplateData) else []
            if child is not None and len(run) <= 1:
                others.append(child)
                continue
            if others:
                super().visit_Output(nodes.Output(others, lineno=others[0].lineno), frame)
                others = []
            if child is not None:
                self.writeline(f"yield from _names(context, {child.lineno - 1}, {tuple(run)!r})", child)

    def visit_For(self, node: nodes.For, frame: Frame) -> None:
        self.loops += 1
        super().visit_For(node, frame)
        self.loops -= 1

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        if not (self.loops and isinstance(node.node, nodes.Name) and node.ctx == "load"):
            super().visit_Getattr(node, frame)
            return
        name = frame.symbols.ref(node.node.name)
        self.write(f"({name}[{node.attr!r}] if type({name}) is dict and {node.attr!r} in {name} else ")
        super().visit_Getattr(node, frame)
        self.write(")")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        if not _is_own(node):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.write("_at(context, ")  # no template can name it, so that it needs no guard
        for argument in node.args:
            self.visit(argument, frame)
            self.write(", ")
        self.write(")")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if _is_own(node):
            self.write("(")
            return
        self.write("(_v if type(_v := (" if self.loops else "_print(context, ")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if _is_own(node):
            self.write(")")
            return
        self.write(")) is str and _is_plain(_v) else _print(context, _v))" if self.loops else ")")

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        self.write("environment.concat_texts((")
        for child in node.nodes:
            self.visit(child, frame)
            self.write(", ")
        self.write("))")


def _is_own(node: nodes.Node) -> bool:
    """Whether it is the engine's own call that prints a value at the level of its tag."""
    return isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name == "_at"


class CarefulGenerator(Generator):
    """Code in which a tag that fails is noted and the others go on: run when the quick code has failed."""

    prints_runs = False

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
