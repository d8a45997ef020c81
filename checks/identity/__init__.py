"""Are two formulas the same? One arm can only prove, the other only refute; what neither settles is undecided."""

from checks.identity.decide import identical, prove, refute

__all__ = ["identical", "prove", "refute"]
