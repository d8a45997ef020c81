"""The audit of the course documents: every claim that can be checked, checked; the ledger is data in `ledger/`."""

from checks.audit.judging import Judged, judge_row
from checks.audit.ledgers import UnknownSourceError, find, ledgers
from checks.audit.reading import LedgerError, parse_ledger
from checks.audit.row import Ledger, Outcome, Row
from checks.audit.run import Audit, audit

__all__ = [
    "Audit",
    "Judged",
    "Ledger",
    "LedgerError",
    "Outcome",
    "Row",
    "UnknownSourceError",
    "audit",
    "find",
    "judge_row",
    "ledgers",
    "parse_ledger",
]
