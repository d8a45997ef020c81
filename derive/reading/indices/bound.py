"""An index that a sum binds."""

from dataclasses import dataclass

from derive.reading.value import Value


@dataclass
class Bound:
    """An index that a Σ binds: its `Idx`, and how far the written index is ahead of it (1 where counting starts at 1).

    A written-out sum binds it to a number instead.
    """

    index: Value
    offset: int = 0
