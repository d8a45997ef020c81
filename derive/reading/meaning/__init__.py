"""From the syntax tree and the vocabulary to SymPy: what each name means, what is a call and what a product."""

from derive.reading.meaning.walk import Meaning

__all__ = ["Meaning"]
