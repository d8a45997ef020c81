"""The report of a run: one page to read, the results as JSON, the worksheets beside it; the page of an experiment."""

from worksheets.report.writing import ReportError, write_experiment, write_report

__all__ = ["ReportError", "write_experiment", "write_report"]
