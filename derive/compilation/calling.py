"""How a compiled function treats its arguments: shapes, dtypes, blocks of memory, clear refusals."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

BLOCK = 65536
"""Elements worked on at once, 512 KB of float64.

One or two intermediate results of that size fit into the second cache of one core (1 MB here), not all of a long
formula; those stay in the third. Measured on 10⁶ elements, eight formulas: from 16,384 to 65,536 elements the time is
within a fifth of the smallest, with 131,072 up to a quarter more in long formulas, with 4,096 up to twice as much
(calls), and without blocks 1.2 to 4 times as much (memory from the system).
"""


@dataclass(frozen=True, eq=False)
class Compiled:
    """A formula as a NumPy function.

    Attributes
    ----------
    name:
        The name in the `def` line of `source`.
    arguments:
        Argument names, in order.
    source:
        The NumPy source that runs, for people to read.
    """

    name: str
    arguments: tuple[str, ...]
    source: str
    _run: Callable[..., Any] = field(repr=False)

    def __call__(self, *args: npt.ArrayLike) -> Any:
        """Evaluate at arrays or scalars.

        Returns
        -------
        A new, writable array of the broadcast shape of all arguments for an elementwise function, and of the shape
        of the free indices for an indexed one. A NumPy float where the result has no axis and no argument is an array.
        float16, float32 and float64 are kept (the largest wins); whole numbers and truth values count as float64,
        Python numbers follow the arrays beside them.

        Raises
        ------
        TypeError
            Wrong number of arguments; complex values or values that are not numbers.
        ValueError
            Shapes that do not fit together.
        """
        if len(args) != len(self.arguments):
            wanted = ", ".join(self.arguments)
            raise TypeError(f"{self.name}({wanted}) takes {len(self.arguments)} arguments, {len(args)} were given")
        return self._run(*args)

    def __reduce__(self) -> Any:
        """Refuse to be pickled: compile the formula again where it is needed."""
        raise TypeError(f"{self.name} is compiled code and is not pickled; compile the formula again instead")


def numbers(
    name: str, names: Sequence[str], args: Sequence[npt.ArrayLike]
) -> tuple[list[np.ndarray[Any, Any]], np.dtype[Any]]:
    """Return the arguments as float64 arrays, and the dtype that the result is to have.

    Raises
    ------
    TypeError
        Complex values, or values that are not real numbers.
    """
    arrays, kinds = [], []
    for label, arg in zip(names, args, strict=True):
        array = np.asarray(arg)
        if array.dtype.kind == "c":
            raise TypeError(f"{name}: {label} is complex ({array.dtype}); the formula is one of real numbers")
        if array.dtype.kind not in "fiub" or array.dtype.itemsize > 8:
            raise TypeError(f"{name}: {label} has dtype {array.dtype}; real numbers of at most 64 bits are wanted")
        if not isinstance(arg, (bool, int, float)) or isinstance(arg, np.generic):
            kinds.append(array.dtype if array.dtype.kind == "f" else np.dtype(np.float64))
        arrays.append(array)
    return arrays, np.result_type(*kinds) if kinds else np.dtype(np.float64)


def elementwise(
    name: str,
    names: Sequence[str],
    formula: Callable[..., Any],
    *,
    quiet: bool,
    native: bool,
    whole: Callable[..., Any] | None,
) -> Callable[..., Any]:
    """Wrap a formula on float64 arrays as an elementwise function.

    The formula takes arrays of one shape or of none, and an array for the result, which it need not use. float32 is
    computed in float64 and rounded once: right to half a unit in its last place. An overflow to infinity or
    an underflow to zero is the correctly rounded value and no reason for a warning. `quiet` also silences invalid
    operations: set for formulas whose unused branches meet them. `native` says that the formula is as good in float32:
    then arrays of float32 are computed as they are. `whole` is the formula for large arrays where it is so short that
    blocks save nothing.
    """
    others: Literal["ignore"] | None = "ignore" if quiet else None
    names = tuple(names)

    def run(*args: npt.ArrayLike) -> Any:
        arrays, dtype = numbers(name, names, args)
        try:
            shape = np.broadcast_shapes(*(array.shape for array in arrays))
        except ValueError:
            shapes = ", ".join(f"{label} {array.shape}" for label, array in zip(names, arrays, strict=True))
            raise ValueError(f"{name}: the shapes do not broadcast: {shapes}") from None
        with np.errstate(over="ignore", under="ignore", divide=others, invalid=others):
            one_kind = dtype.itemsize >= 4 and all(array.dtype == dtype for array in arrays)
            working = dtype if native and one_kind else np.dtype(np.float64)
            small = math.prod(shape) <= BLOCK
            if native and one_kind and (whole or small) and all(array.shape in (shape, ()) for array in arrays):
                result = np.asarray((whole or formula)(*arrays))
                shared = any(np.may_share_memory(result, array) for array in arrays)
                if shared or result.shape != shape or result.dtype != dtype:
                    result = np.broadcast_to(result, shape).astype(dtype)
            elif small:
                result = np.empty(shape, dtype)
                same = (array if array.ndim == 0 else np.broadcast_to(array, shape) for array in arrays)
                result[...] = formula(*(array.astype(working, copy=False) for array in same))
            else:
                result = _in_blocks(formula, arrays, working, dtype, shape)
        return result if shape or any(isinstance(arg, np.ndarray) for arg in args) else result[()]

    return run


def _in_blocks(
    formula: Callable[..., Any],
    arrays: list[np.ndarray[Any, Any]],
    working: np.dtype[Any],
    dtype: np.dtype[Any],
    shape: tuple[int, ...],
) -> np.ndarray[Any, Any]:
    """Evaluate block by block in the working dtype; arguments of one element are not repeated."""
    given: list[Any] = [None] * len(arrays)
    many = []
    for place, array in enumerate(arrays):
        if array.size == 1:
            given[place] = array.astype(working).reshape(())
        else:
            many.append(place)
    blocks = np.nditer(  # type: ignore[call-overload]
        [*(arrays[place] for place in many), None],
        flags=["external_loop", "buffered", "delay_bufalloc"],
        op_flags=[*([["readonly"]] * len(many)), ["writeonly", "allocate"]],
        op_dtypes=[*([working] * len(many)), dtype],
        casting="same_kind" if all(array.dtype.kind == "f" for array in arrays) else "unsafe",
        buffersize=BLOCK,
    )
    with blocks:
        blocks.reset()
        for *parts, out in blocks:
            for place, part in zip(many, parts, strict=True):
                given[place] = part
            result = formula(*given, out if out.dtype == working else None)
            if result is not out:
                out[...] = result
        whole: np.ndarray[Any, Any] = blocks.operands[-1]
    return whole.reshape(shape)  # arguments of one element may have had more axes
