"""Reads formulas as students and instructors write them: LaTeX, Python and plain typing, into one tree and SymPy.

Text is data: it is parsed by three small grammars and never evaluated. Whatever is ambiguous is listed with the
reading; whatever cannot be read is an `UnreadableError` that points at the character; where SymPy fails, it is
an `AlgebraFaultError`.
"""

from derive.reading.arrays.entries import entry
from derive.reading.chains import split_chain
from derive.reading.errors import AlgebraFaultError, UnreadableError
from derive.reading.reader import Reading, read
from derive.reading.vocabulary import Vocabulary

__all__ = ["AlgebraFaultError", "Reading", "UnreadableError", "Vocabulary", "entry", "read", "split_chain"]
