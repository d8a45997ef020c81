"""Compile Jacobians: index notation with Kronecker deltas between free indices, which become identity matrices."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import sympy as sp

from derive.indices import length

if TYPE_CHECKING:
    from derive.compilation import Compiled
    from derive.entry.arrays import ArrayEntry


def compile_jacobian(entry: "ArrayEntry", name: str) -> "Compiled":
    """Compile ∂value/∂array to a function of the entry's arguments.

    The result has the axes of the value, then those of the array. Each δ_ij is read off an identity matrix of the size
    of its indices.

    Raises
    ------
    NotCompilable
        Something else in the formula has no NumPy form.
    """
    from derive.compilation import Compiled, compile_arrays

    target = entry.entry_of(name)
    free = (*entry.indices, *(target.indices if isinstance(target, sp.Indexed) else ()))
    arguments = [variable.symbol for variable in entry.variables]
    identities: dict[sp.Expr, sp.IndexedBase] = {}

    def as_entry(first: sp.Idx, second: sp.Idx) -> sp.Indexed:
        extent = length(first)
        base = identities.setdefault(
            extent, sp.IndexedBase(sp.Symbol(f"identity{len(identities)}", real=True), shape=(extent, extent))
        )
        return base[first, second]

    formula = entry.textbook(name).replace(sp.KroneckerDelta, as_entry)
    code = compile_arrays([*arguments, *identities.values()], free, formula, name=f"{entry.name}_grad_{name}")
    axes = [_axis_of(entry, extent) for extent in identities]

    def run(*arrays: npt.ArrayLike) -> Any:
        shapes = [np.shape(array) for array in arrays]
        return code(*arrays, *(np.eye(shapes[argument][axis]) for argument, axis in axes))

    made = "".join(
        f"{base.label} = np.eye({entry.arguments[argument]}.shape[{axis}])\n"
        for base, (argument, axis) in zip(identities.values(), axes, strict=True)
    )
    return Compiled(code.name, entry.arguments, made + code.source, run)


def _axis_of(entry: "ArrayEntry", extent: sp.Expr) -> tuple[int, int]:
    """Return the argument and the axis whose length an index runs over."""
    for argument, variable in enumerate(entry.variables):
        for axis, size in enumerate(variable.shape):
            if size == extent:
                return argument, axis
    raise ValueError(f"no argument of {entry.name} has an axis of length {extent}")
