"""What a catalogue entry declares, and what follows from the declaration.

Declare once: names with their domain and shape, the function, what to differentiate by, the textbook form, the points
where it is not differentiable, its limits, typical wrong answers, the source. An entry that leaves one of them out
cannot be constructed.
"""

from derive.entry.arrays import ArrayEntry, Stage
from derive.entry.base import Entry
from derive.entry.moments import MomentEntry
from derive.entry.parts import EntryError, Kink, Limit, Variable, Wrong
from derive.entry.scalar import ScalarEntry

__all__ = [
    "ArrayEntry",
    "Entry",
    "EntryError",
    "Kink",
    "Limit",
    "MomentEntry",
    "ScalarEntry",
    "Stage",
    "Variable",
    "Wrong",
]
