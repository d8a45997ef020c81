"""Names: the symbol, number, array or entry that each stands for."""

import sympy as sp

from derive.reading import tree
from derive.reading.errors import Trouble
from derive.reading.indices.written_entries import WrittenEntries
from derive.reading.known import NEEDS_BRACKETS
from derive.reading.names import ALIASES, GREEK_WORDS
from derive.reading.value import Value

_NO_NAMES = frozenset(
    [
        "True",
        "False",
        "None",
        "for",
        "in",
        "import",
        "def",
        "return",
        "while",
        "class",
        "del",
        "yield",
        "await",
        "async",
        "exec",
        "eval",
    ]
)

# Functions that are not read: as names of numbers they would make `lg x` a product.
_UNREAD_FUNCTIONS = frozenset(
    [
        "arccot",
        "arccsc",
        "arcsec",
        "argmax",
        "argmin",
        "arg",
        "ceil",
        "ceiling",
        "det",
        "diag",
        "exp2",
        "floor",
        "frac",
        "int",
        "inv",
        "lb",
        "lg",
        "mod",
        "ord",
        "rank",
        "round",
        "trunc",
        "vec",
    ]
)


class Variables(WrittenEntries):
    """Gives names their meaning."""

    def variable(self, name: str, node: tree.Node) -> Value:
        """Return the symbol, number or array that a name stands for."""
        if name in self.bound:
            return self.bound[name].index + self.bound[name].offset
        if name not in self.vocabulary.declared:
            entry = self.entry_by_name(name, node)
            if entry is not None:
                return entry
            if name == "I" and self.knows_arrays() and name not in self.sizes:
                self.note("read I as the identity matrix")
                return sp.Identity(self.unknown_size())
            constant = self._constant(name, node)
            if constant is not None:
                return constant
            if self.vocabulary.is_function(name) and name not in GREEK_WORDS and name not in NEEDS_BRACKETS:
                raise Trouble(f"'{name}' is a function and needs an argument", node.span[1], "(")
            alias = ALIASES.get(name, name)
            name = alias if alias in self.vocabulary.declared or name in ALIASES else self._unaccented(name)
        if name in self.vocabulary.functions:
            raise Trouble(f"'{name}' is a function and needs an argument", node.span[1], "(")
        if name in self.vocabulary.indices or (name in self.lengths and name not in self.vocabulary.declared):
            raise Trouble(f"'{name}' is an index here and cannot stand as a number", node.span[0])
        found = self.vocabulary.symbols.get(name) or self.sizes.get(name)
        if found is None:
            found = sp.Symbol(name, real=True)
        self.names[name] = found
        if isinstance(found, sp.IndexedBase):
            return self.whole_array(found, node)
        return found

    def _unaccented(self, name: str) -> str:
        """Take `yhat` for a declared `y_hat`, and `x1` for a declared `x_1`."""
        for suffix in ("hat", "bar", "tilde"):
            accented = f"{name.removesuffix(suffix)}_{suffix}"
            if name.endswith(suffix) and len(name) > len(suffix) and accented in self.vocabulary.declared:
                self.note(f"read {name} as {accented}, which is declared")
                return accented
        letters = name.rstrip("0123456789")
        below = f"{letters}_{name[len(letters) :]}"
        if letters and letters != name and below in self.vocabulary.declared:
            self.note(f"read {name} as {below}, which is declared")
            return below
        return name

    def _constant(self, name: str, node: tree.Node) -> Value | None:
        if name == "pi":
            return sp.pi
        if name == "e":
            self.note("read e as Euler's number 2.718…")
            return sp.E
        if name == "E" and self.surface == "python":
            self.note("read E as Euler's number 2.718…, as SymPy writes it")
            return sp.E
        if name in {"oo", "zoo", "inf", "infty", "nan", "NaN"}:
            raise Trouble("infinity has no place in a formula", node.span[0])
        if name.partition("_")[0] == "nabla":
            raise Trouble("∇ is not read; write the gradient by its name, such as dL_dW", node.span[0], "a name")
        if name == "d" and isinstance(node, tree.Name) and node.kind == "upright":
            raise Trouble("a differential has no place in a formula", node.span[0])
        if name in _UNREAD_FUNCTIONS:
            raise Trouble(
                f"the function '{name}' is not read here; a number of this name is declared first", node.span[0]
            )
        if name in _NO_NAMES:
            raise Trouble(f"'{name}' has no place in a formula", node.span[0])
        return None
