"""Python's calls and attributes: np.exp(x), x.sum(axis=0), W.T."""

import sympy as sp

from derive.reading import tree
from derive.reading.calls.functions import Functions
from derive.reading.errors import Trouble
from derive.reading.known import spelling
from derive.reading.value import Value

_MODULES = frozenset(
    [
        "np",
        "numpy",
        "math",
        "sp",
        "sympy",
        "torch",
        "jnp",
        "jax",
        "scipy",
        "special",
        "F",
        "nn",
        "functional",
        "tf",
        "jnn",
        "mpmath",
        "cmath",
        "xp",
        "linalg",
    ]
)


class PythonCalls(Functions):
    """Reads calls, methods and attributes."""

    def of_call(self, node: tree.Call) -> Value:
        """Return the value of a call, f(x) or x.f()."""
        function = node.function
        if isinstance(function, tree.Attribute) and not self.is_module(function.base):
            return self.method(function, node)
        name = self.called_name(function)
        if name is None:
            raise Trouble("only a function can be called; write * for a product", function.span[1], "*")
        if not self.vocabulary.is_function(name):
            position = function.span[0]
            if name in self.vocabulary.declared:
                raise Trouble(f"'{name}' is not a function; write {name}*(…) for a product", function.span[1], "*")
            raise Trouble(f"the function '{name}' is not known; declare it with '{name} function'", position)
        return self.call(name, 0, node.arguments, node, dict(node.keywords))

    def called_name(self, function: tree.Node) -> str | None:
        """Return the name of what is called: `np.exp` is exp."""
        if isinstance(function, tree.Attribute):
            return spelling(function.name)
        if isinstance(function, tree.Name):
            return function.name
        return None

    def is_module(self, node: tree.Node) -> bool:
        """Tell whether a name is that of a module, `np` or `torch.nn.functional`."""
        if isinstance(node, tree.Attribute):
            return node.name in _MODULES and self.is_module(node.base)
        return isinstance(node, tree.Name) and node.name in _MODULES and node.name not in self.vocabulary.declared

    def of_attribute(self, node: tree.Attribute) -> Value:
        """Return `np.pi`, `W.T` and their like."""
        if self.is_module(node.base):
            if node.name in {"pi"}:
                return sp.pi
            if node.name in {"e", "E"}:
                return sp.E
            raise Trouble(f"'{self.piece(node)}' has no place in a formula", node.span[0])
        if node.name == "T":
            return self.transpose(self.of(node.base), node)
        if node.name == "shape":
            raise Trouble("write the size by its name, such as N", node.span[0])
        raise Trouble(f"'.{node.name}' is not known here", node.span[1] - len(node.name))

    def of_each(self, node: tree.Each) -> Value:
        """Refuse a `for` that stands elsewhere than in a sum."""
        raise Trouble("'for' stands inside sum( … ) only", node.span[0])
