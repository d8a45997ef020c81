"""The report of a run: one page to read, the results as JSON, the worksheets beside it; other pages."""

from worksheets.report.writing import ReportError, write_audit, write_experiment, write_report

__all__ = ["ReportError", "write_audit", "write_experiment", "write_report"]
