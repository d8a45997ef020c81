"""Compile an entry with stages: forward through them, then each derivative from those of the stages behind it."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import sympy as sp

if TYPE_CHECKING:
    from derive.compilation import Compiled
    from derive.entry.arrays import ArrayEntry

Arrays = dict[str, Any]


def winners(values: npt.NDArray[Any], over: int) -> npt.NDArray[Any]:
    """Return 1 for the first largest of the last `over` axes if it is positive, else 0.

    Parameters
    ----------
    values:
        Any shape; the last `over` axes are the cells of one pool, taken in row-major order.

    Returns
    -------
    An array of the same shape and dtype.
    """
    flat = values.reshape(*values.shape[: values.ndim - over], -1)
    first = np.argmax(flat, axis=-1)[..., np.newaxis]
    chosen = np.zeros_like(flat)
    np.put_along_axis(chosen, first, (np.take_along_axis(flat, first, axis=-1) > 0).astype(values.dtype), axis=-1)
    return chosen.reshape(values.shape)


def compile_staged(entry: "ArrayEntry") -> "tuple[Compiled, dict[str, Compiled]]":
    """Compile the value and every gradient of an entry that has stages, and perhaps a selection of maxima."""
    from derive.compilation import Compiled

    program = _Program(entry)

    def value(*arrays: npt.ArrayLike) -> Any:
        return program.run("", dict(zip(entry.arguments, arrays, strict=True)))

    def gradient(name: str) -> Any:
        return lambda *arrays: program.run(name, dict(zip(arguments, arrays, strict=True)))

    arguments = entry.arguments if entry.upstream is None else (*entry.arguments, str(entry.upstream.label))
    whole = Compiled(entry.name, entry.arguments, program.source(""), value)
    return whole, {
        name: Compiled(f"{entry.name}_grad_{name}", arguments, program.source(name), gradient(name))
        for name in entry.targets
    }


class _Program:
    """The formulas of an entry, each compiled for the arrays that it mentions, evaluated as they are needed."""

    def __init__(self, entry: "ArrayEntry") -> None:
        self._entry = entry
        self._arrays: dict[str, sp.IndexedBase | sp.Symbol] = {
            variable.name: variable.symbol for variable in entry.variables
        }
        self._formulas: dict[str, tuple[tuple[sp.Idx, ...], sp.Expr]] = {"": (entry.indices, entry.value)}
        if entry.upstream is not None:
            self._arrays[str(entry.upstream.label)] = entry.upstream
        if entry.selection is not None:
            selected, candidates, _ = entry.selection
            self._add(selected, candidates)
        for stage in entry.stages:
            self._add(stage.entry, stage.formula)
            self._arrays[str(stage.adjoint.label)] = stage.adjoint
            slope = entry.entry_of(stage.name)
            self._formulas[str(stage.adjoint.label)] = (slope.indices, entry.textbook(stage.name))
        for defined, formula in entry.definitions:
            self._add(defined, formula)
        for name in entry.targets:
            target = entry.entry_of(name)
            free = target.indices if isinstance(target, sp.Indexed) else ()
            self._formulas[f"d{name}"] = (free, entry.textbook(name))
        self._codes: dict[str, Compiled] = {}
        self._needed: dict[str, list[str]] = {}

    def _add(self, defined: sp.Indexed, formula: sp.Expr) -> None:
        name = str(defined.base.label)
        self._arrays[name] = defined.base
        self._formulas[name] = (defined.indices, formula)

    def run(self, target: str, known: Arrays) -> Any:
        """Evaluate the value (target "") or the derivative by a target."""
        return self._evaluate(f"d{target}" if target else "", dict(known))

    def source(self, target: str) -> str:
        """Return the code of all formulas that the target needs, in order."""
        order: dict[str, None] = {}

        def visit(name: str) -> None:
            for needed in self._needs(name):
                if needed in self._formulas and needed not in order:
                    visit(needed)
            order[name] = None

        visit(f"d{target}" if target else "")
        return "\n\n".join(dict.fromkeys(self._shown(name) for name in order)) + "\n"

    def _shown(self, name: str) -> str:
        source = self._code(name).source.rstrip()
        if self._entry.selection is not None and name == str(self._entry.selection[0].base.label):
            return f"# {name} becomes 1 for the first largest of each pool if it is positive, else 0.\n{source}"
        return source

    def _needs(self, name: str) -> list[str]:
        """Return the arrays that a formula mentions, and those that its sizes are read off."""
        if name not in self._needed:
            _, formula = self._formulas[name]
            mentioned = {str(base.label) for base in formula.atoms(sp.IndexedBase)} | {
                str(symbol) for symbol in formula.free_symbols if isinstance(symbol, sp.Symbol)
            }
            self._needed[name] = [
                known for known in self._arrays if known in mentioned or known in self._entry.arguments
            ]
        return self._needed[name]

    def _code(self, name: str) -> "Compiled":
        from derive.compilation import compile_arrays

        if name not in self._codes:
            indices, formula = self._formulas[name]
            inputs = [self._arrays[needed] for needed in self._needs(name)]
            self._codes[name] = compile_arrays(inputs, indices, formula, name=name or self._entry.name)
        return self._codes[name]

    def _evaluate(self, name: str, known: Arrays) -> Any:
        for needed in self._needs(name):
            if needed not in known:
                known[needed] = self._evaluate(needed, known)
        result = self._code(name)(*(known[needed] for needed in self._needs(name)))
        selection = self._entry.selection
        if selection is not None and name == str(selection[0].base.label):
            return winners(np.asarray(result), len(selection[2]))
        return result
