"""How a worksheet is written: Markdown with directives and YAML, every mistake with its line and a remedy."""

from worksheets.source.problems import Problem, SourceError

__all__ = ["Problem", "SourceError"]
