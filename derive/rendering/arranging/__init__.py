"""One module for each kind of expression, and in it a function for each SymPy class; loading them fills the table."""

from derive.rendering.arranging import (
    arithmetic,
    conditions,
    functions,
    index_notation,
    matrices,
    names_and_numbers,
    unfinished,
)

__all__ = [
    "arithmetic",
    "conditions",
    "functions",
    "index_notation",
    "matrices",
    "names_and_numbers",
    "unfinished",
]
