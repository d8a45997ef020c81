"""What a part of a formula means."""

from typing import Any

Value = Any  # a SymPy expression; SymPy has no types
