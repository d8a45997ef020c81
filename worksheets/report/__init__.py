"""The report of a run: one page to read, the results as JSON, the worksheets beside it."""

from worksheets.report.writing import ReportError, write_report

__all__ = ["ReportError", "write_report"]
