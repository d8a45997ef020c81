"""Sizes: declared with symbols, read off the arguments at the call, checked there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from derive.compilation.arraynodes import Size
from derive.compilation.errors import NotCompilable


def index_size(index: sp.Expr) -> sp.Expr:
    """Return the number of values of an index that carries its range from 0.

    Raises
    ------
    NotCompilable
        No range, or one that does not begin at 0.
    """
    if not isinstance(index, sp.Idx) or index.upper is None:
        raise NotCompilable(f"the index {index} carries no range; write Idx({str(index)!r}, (0, N - 1))")
    if index.lower != 0:
        raise NotCompilable(f"the index {index} begins at {index.lower}; ranges begin at 0 here")
    return index.upper + 1


@dataclass(frozen=True)
class Shapes:
    """The declared shapes of the arguments.

    Attributes
    ----------
    symbols:
        For each argument name the symbol that stands for the whole array in the tree.
    dims:
        For each argument name its declared shape; () for a scalar symbol.
    originals:
        For each name the declared argument.
    """

    symbols: Mapping[str, sp.Symbol]
    dims: Mapping[str, tuple[sp.Expr, ...]]
    originals: Mapping[str, Any]

    @classmethod
    def declared(cls, arguments: Mapping[str, Any]) -> "Shapes":
        """Read the shapes of IndexedBase arguments and scalar symbols."""
        dims: dict[str, tuple[sp.Expr, ...]] = {}
        for label, argument in arguments.items():
            if isinstance(argument, sp.IndexedBase):
                if argument.shape is None:
                    raise NotCompilable(f"{label} has no shape; write IndexedBase({label!r}, shape=(B, N))")
                dims[label] = tuple(sp.sympify(size, strict=True) for size in argument.shape)
            elif isinstance(argument, sp.Symbol):
                dims[label] = ()
            else:
                raise NotCompilable(f"{label} is {type(argument).__name__}; an IndexedBase or a Symbol is wanted")
        return cls({label: sp.Symbol(label, real=True) for label in arguments}, dims, dict(arguments))

    def size_nodes(self) -> dict[sp.Expr, sp.Expr]:
        """Return what stands for each size symbol in the tree: the axis of the first argument that has it."""
        nodes: dict[sp.Expr, sp.Expr] = {}
        for label, sizes in self.dims.items():
            for axis, size in enumerate(sizes):
                if size.is_Symbol:
                    nodes.setdefault(size, Size(self.symbols[label], axis))
        return nodes

    def read(self, name: str, arrays: Mapping[str, np.ndarray[Any, Any]]) -> dict[sp.Expr, int]:
        """Return the value of every size symbol.

        Raises
        ------
        ValueError
            An array whose shape disagrees with its declaration or with another argument.
        """
        sizes: dict[sp.Expr, int] = {}
        for label, declared in self.dims.items():
            given = arrays[label].shape
            if len(given) == len(declared):
                for size, length in zip(declared, given, strict=True):
                    if size.is_Symbol:
                        sizes.setdefault(size, length)
        for label, declared in self.dims.items():
            given = arrays[label].shape
            expected = tuple(with_sizes(size, sizes) for size in declared)
            if given != tuple(int(size) if size.is_Integer else size for size in expected):
                known = f" = {_text(expected)}" if declared != expected else ""
                raise ValueError(f"{name}: {label} has shape {given}, expected {_text(declared)}{known}")
        return sizes


def with_sizes(size: sp.Expr, sizes: Mapping[sp.Expr, int]) -> sp.Expr:
    """Return a declared size with the symbols replaced; by substitution, which is slow, only where it must be."""
    if size.is_Integer:
        return size
    if size in sizes:
        return sp.Integer(sizes[size])
    return size.subs(sizes)


def _text(shape: tuple[sp.Expr, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
