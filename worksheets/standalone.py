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
    """Return the imports and the source of helpers, and of what they call in turn, in the order of their modules."""
    from derive.compilation import floats, kernels

    own = [part for part in vars(kernels).values() if inspect.ismodule(part)]
    own = [part for part in own if part.__name__.startswith(f"{kernels.__name__}.")]  # SymPy leaves modules of its own
    parts: dict[str, ast.stmt] = {}
    for module in [floats, *own]:
        for node in ast.parse(inspect.getsource(module)).body:
            bare = _WithoutAnnotations().visit(node)
            parts |= {name: bare for name in _names(bare) if parts.get(name) is None}
    wanted: dict[str, None] = {}
    waiting = list(called)
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted[name] = None
            waiting += {node.id for node in ast.walk(parts[name]) if isinstance(node, ast.Name)} & parts.keys()
    chosen = dict.fromkeys(node for name, node in parts.items() if name in wanted)
    return [ast.unparse(node) for node in chosen]


def _names(node: ast.stmt) -> list[str]:
    """Return the names that a statement of a module brings in, except from modules of ours."""
    if isinstance(node, ast.FunctionDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [name.id for name in ast.walk(node.targets[0]) if isinstance(name, ast.Name)]
    ours = isinstance(node, ast.ImportFrom) and (node.module or "").startswith("derive.")
    if isinstance(node, (ast.Import, ast.ImportFrom)) and not ours:
        return [alias.asname or alias.name for alias in node.names]
    return []


class _WithoutAnnotations(ast.NodeTransformer):
    """Leaves types out: they name things that a notebook does not import."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.returns = None
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node
