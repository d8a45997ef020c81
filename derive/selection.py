"""Compile an entry with a selection of maxima: find the winners first, then everything else is index notation."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from derive.compilation import Compiled
    from derive.entry import ArrayEntry


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


def compile_selected(entry: "ArrayEntry") -> "tuple[Compiled, dict[str, Compiled]]":
    """Compile the value and every gradient of an entry that has a selection and an inner array z."""
    from derive.compilation import Compiled, compile_arrays

    assert entry.selection is not None
    assert entry.inner is not None
    (selected, candidates, over), (z, z_formula, delta) = entry.selection, entry.inner
    arguments = [variable.symbol for variable in entry.variables]
    known = [*arguments, selected.base]
    candidate_code = compile_arrays(arguments, selected.indices, candidates, name="candidates")
    defined_code = [
        (base_entry.base, compile_arrays(known, base_entry.indices, formula, name=str(base_entry.base.label)))
        for base_entry, formula in entry.definitions
    ]
    z_code = compile_arrays(known, z.indices, z_formula, name="z")
    value_code = compile_arrays([z.base, *arguments], (), entry.value, name="loss")
    slope = entry.entry_of(str(z.base.label))
    delta_code = compile_arrays([z.base, *arguments], slope.indices, entry.textbook(str(z.base.label)), name="delta")

    def prepare(arrays: tuple[npt.ArrayLike, ...]) -> tuple[list[Any], Any]:
        chosen = winners(np.asarray(candidate_code(*arrays)), len(over))
        known_values = [*arrays, chosen]
        return known_values, z_code(*known_values)

    def value(*arrays: npt.ArrayLike) -> Any:
        _, z_values = prepare(arrays)
        return value_code(z_values, *arrays)

    def gradient_of(name: str) -> Compiled:
        target = entry.entry_of(name)
        free = target.indices if hasattr(target, "indices") else ()
        inputs = [*known, delta.base, *(base for base, _ in defined_code)]
        last = (
            delta_code if name == str(z.base.label) else compile_arrays(inputs, free, entry.textbook(name), name=name)
        )

        def gradient(*arrays: npt.ArrayLike) -> Any:
            known_values, z_values = prepare(arrays)
            slopes = delta_code(z_values, *arrays)
            if last is delta_code:
                return slopes
            return last(*known_values, slopes, *(code(*known_values) for _, code in defined_code))

        parts = [candidate_code, z_code, delta_code, *(code for _, code in defined_code)]
        return Compiled(f"{entry.name}_grad_{name}", entry.arguments, _together(parts, last), gradient)

    whole = Compiled(entry.name, entry.arguments, _together([candidate_code, z_code], value_code), value)
    return whole, {name: gradient_of(name) for name in entry.targets}


def _together(parts: "list[Compiled]", last: "Compiled") -> str:
    sources = dict.fromkeys(part.source for part in [*parts, last])
    return "\n\n".join(source.rstrip() for source in sources) + "\n"
