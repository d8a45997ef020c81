"""Lets compiled code work in the memory of its intermediate results, and write its result where the caller wants it.

The operations and their order stay as the source has them, and so does every bit. An expression becomes a chain of
statements: a result that is used once takes up what is computed from it. NumPy does so by itself only for some large
arrays, and a block is to stay in the cache with all that is computed from it.
"""

import ast
from collections.abc import Callable, Mapping
from typing import Any

OUT = "_out"
UFUNCS = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.Pow: "power"}
MAKES_NEW = frozenset(
    (
        *("abs", "exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "arcsin", "arccos", "arctan"),
        *("sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "maximum", "minimum", "clip"),
    )
)
"""Functions of NumPy that return a new array, or a number where all arguments are one, and take `out`."""
TAKES_OUT = frozenset({"bce_slope", "quotient", "sigma_slope", "silu_slope"})
"""Kernels that take `out`."""


def in_place(source: str, name: str, namespace: Mapping[str, Any]) -> Callable[..., Any]:
    """Return the function of that name from generated source, with a further argument: an array for the result.

    The arguments must be arrays of one shape or of none. The array for the result may be None, and is not always used.
    """
    tree = ast.parse(source)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
    function.args.args.append(ast.arg(OUT))
    function.args.defaults.append(ast.Constant(None))
    chain = _Chain()
    for statement in function.body:
        if isinstance(statement, ast.Assign):
            statement.value, _ = chain.operand(statement.value)
            chain.body.append(statement)
        elif isinstance(statement, ast.Return) and statement.value is not None:
            chain.give_back(statement.value)
        else:
            chain.body.append(statement)
    function.body = chain.body
    defined = dict(namespace)
    exec(compile(ast.fix_missing_locations(tree), f"<{name}>", "exec"), defined)  # noqa: S102 - our own source
    made: Callable[..., Any] = defined[name]
    return made


class _Chain:
    """Statements, each of one operation."""

    def __init__(self) -> None:
        self.body: list[ast.stmt] = []
        self._made = 0

    def operand(self, node: ast.expr) -> tuple[ast.expr, bool]:
        """Append what computes a node; return what stands for it, and whether its memory is free to be used."""
        if isinstance(node, ast.BinOp) and type(node.op) in UFUNCS and not _is_number(node):
            return self._operation(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not _is_number(node):
            inner, is_free = self.operand(node.operand)
            if is_free:
                return self._changed(inner, ast.Mult(), ast.UnaryOp(ast.USub(), ast.Constant(1)))
            return self._new(ast.UnaryOp(ast.USub(), inner))
        if _function(node, "np") in MAKES_NEW:
            assert isinstance(node, ast.Call)
            return self._new(ast.Call(node.func, [self.operand(argument)[0] for argument in node.args], []))
        return self._new(node) if _function(node, "stable") else (node, False)

    def _operation(self, node: ast.BinOp) -> tuple[ast.expr, bool]:
        (left, left_free), (right, right_free) = self.operand(node.left), self.operand(node.right)
        if left_free and _may_take(node.left, right):
            return self._changed(left, node.op, right)
        if right_free and isinstance(node.op, (ast.Add, ast.Mult)) and _may_take(node.right, left):
            return self._changed(right, node.op, left)
        return self._new(ast.BinOp(left, node.op, right))

    def give_back(self, node: ast.expr) -> None:
        """Append what computes a node and returns it; the last operation writes to the array for the result."""
        value, _ = self.operand(node)
        last = self.body[-1] if self.body else None
        out = [ast.keyword("out", ast.Name(OUT, ast.Load()))]
        if isinstance(last, ast.AugAssign) and isinstance(value, ast.Name) and last.target.id == value.id:  # type: ignore[union-attr]
            self.body[-1:] = [ast.Return(_ufunc(last.op, value, last.value, out))]
        elif isinstance(last, ast.Assign) and isinstance(value, ast.Name) and last.targets[0].id == value.id:  # type: ignore[attr-defined]
            call = last.value
            if isinstance(call, ast.BinOp):
                call = _ufunc(call.op, call.left, call.right, out)
            elif isinstance(call, ast.Call) and (_function(call, "np") or _function(call, "stable") in TAKES_OUT):
                call = ast.Call(call.func, call.args, out)
            self.body[-1:] = [ast.Return(call)]
        else:
            self.body.append(ast.Return(value))

    def _new(self, value: ast.expr) -> tuple[ast.expr, bool]:
        name = f"_{self._made}"
        self._made += 1
        self.body.append(ast.Assign([ast.Name(name, ast.Store())], value))
        return ast.Name(name, ast.Load()), True

    def _changed(self, target: ast.expr, operator: ast.operator, by: ast.expr) -> tuple[ast.expr, bool]:
        assert isinstance(target, ast.Name)
        self.body.append(ast.AugAssign(ast.Name(target.id, ast.Store()), operator, by))
        return target, True


def _may_take(made_by: ast.expr, other: ast.expr) -> bool:
    """Say whether a result has the shape of what is computed from it: a kernel's may be an array without axes."""
    return _function(made_by, "stable") is None or _is_number(other)


def _is_number(node: ast.expr) -> bool:
    """Say whether a node is made of numbers alone."""
    return all(
        isinstance(part, (ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop)) for part in ast.walk(node)
    )


def _function(node: ast.expr, module: str) -> str | None:
    """Return the name of the function of a module that a node calls."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return None
    inside = node.func.value
    return node.func.attr if isinstance(inside, ast.Name) and inside.id == module else None


def _ufunc(operator: ast.operator, left: ast.expr, right: ast.expr, keywords: list[ast.keyword]) -> ast.Call:
    """Return the call of NumPy that is an operator."""
    name = ast.Attribute(ast.Name("np", ast.Load()), UFUNCS[type(operator)], ast.Load())
    return ast.Call(name, [left, right], keywords)
