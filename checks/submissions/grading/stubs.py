"""Whether an answer is still to be written."""

import ast


def is_stub(node: ast.AST) -> bool:
    """Tell whether a statement defines nothing yet: `...`, an empty function, one that raises NotImplementedError."""
    if isinstance(node, ast.ClassDef):
        methods = [part for part in node.body if isinstance(part, ast.FunctionDef) and part.name != "__init__"]
        return bool(methods) and all(is_stub(part) for part in methods)
    if isinstance(node, ast.FunctionDef):
        return all(_does_nothing(part) for part in node.body)
    return (
        isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(node.value, ast.Constant)
        and node.value.value is ...
    )


def _does_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.Raise):
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
