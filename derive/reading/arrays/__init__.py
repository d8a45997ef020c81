"""Arrays: matrix expressions that hold only containers, what is done with them, and their entries in index notation.

What is a number is written in index notation, as in `derive.indices`: `x^T A x` is Σ_s Σ_t x[s] A[s, t] x[t]. What has
the shape of a matrix is a SymPy matrix expression that holds only containers (products, sums, transposes, Hadamard
products, functions of each entry), none of which SymPy is asked to differentiate or to simplify. `entries.entry` leads
from the second to the first.
"""
