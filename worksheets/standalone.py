"""Compiled code that runs in a notebook where nothing of ours is installed: the helpers that it calls come along."""

import ast
import inspect

MODULE = "stable"
"""The name by which compiled code calls the helpers."""


def standalone(source: str) -> str:
    """Return compiled source with those helpers written out before it that it calls as `stable.…`.

    Comments and annotations of the helpers are left out, their docstrings stay.
    """
    tree = ast.parse(source)
    imports = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and _is_module(node.value)}
    if not called:
        return source.strip() + "\n"
    lines = ["import numpy as np"]
    lines += [ast.unparse(node) for node in imports if MODULE not in ast.unparse(node)]
    functions = [source[source.index("def ") :].replace(f"{MODULE}.", "").strip()]
    return "\n".join(dict.fromkeys(lines)) + "\n\n\n" + "\n\n\n".join([*_helpers(called), *functions]) + "\n"


def _is_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == MODULE


def _helpers(called: set[str]) -> list[str]:
    """Return the source of helpers, and of what they call in turn, in the order of their module."""
    from derive.compilation import floats, kernels

    functions = {
        node.name: node
        for module in (floats, kernels)
        for node in ast.parse(inspect.getsource(module)).body
        if isinstance(node, ast.FunctionDef)
    }
    wanted, waiting = set(), list(called)
    while waiting:
        name = waiting.pop()
        if name in wanted:
            continue
        wanted.add(name)
        names = {node.id for node in ast.walk(functions[name]) if isinstance(node, ast.Name)}
        waiting += names & functions.keys()
    return [ast.unparse(_WithoutAnnotations().visit(node)) for name, node in functions.items() if name in wanted]


class _WithoutAnnotations(ast.NodeTransformer):
    """Leaves types out: they name things that a notebook does not import."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.returns = None
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node
