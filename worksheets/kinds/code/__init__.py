"""Questions that are answered by code: functions, classes, or variables that a cell sets."""

from worksheets.kinds.code.declared import CONVENTIONS, FREE, Asked, ProbeSource
from worksheets.kinds.code.question import CodeQuestion

__all__ = ["CONVENTIONS", "FREE", "Asked", "CodeQuestion", "ProbeSource"]
