"""Checks a worksheet as its author would wish: every formula proved, every model right, every wrong answer caught."""

from worksheets.checking.findings import Checked, Finding
from worksheets.checking.worksheet import check, check_job

__all__ = ["Checked", "Finding", "check", "check_job"]
