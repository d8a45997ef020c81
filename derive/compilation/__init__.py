"""From formulas to vectorised NumPy functions that keep shape, dtype and digits.

`compile_scalar` makes an elementwise function of a formula in real symbols, `compile_arrays` an array function of a
formula in index notation. Both refuse with `NotCompilable` what they cannot compile. The rewritings that keep the
digits stand in `derive.compilation.rewritings`.
"""

from derive.compilation.arrays import compile_arrays
from derive.compilation.calling import Compiled
from derive.compilation.errors import NotCompilable
from derive.compilation.scalar import compile_scalar

__all__ = ["Compiled", "NotCompilable", "compile_arrays", "compile_scalar"]
