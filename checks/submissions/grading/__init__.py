"""Grades submissions: finds the answers, judges each by its kind, adds up the points.

from checks.submissions.files import read_submissions
from checks.submissions.grading import Grader

with Grader(key) as grader:
    for submission in read_submissions([path]):
        outcome = grader.grade(submission)
"""

from checks.submissions.grading.grader import Grader, KeyFormatError, checked_key
from checks.submissions.grading.outcome import PartOutcome, QuestionOutcome
from checks.submissions.grading.programs import ALL, DEFINITIONS, NEEDED, RUNS, Settings
from checks.submissions.grading.totals import unreadable

__all__ = [
    "ALL",
    "DEFINITIONS",
    "NEEDED",
    "RUNS",
    "Grader",
    "KeyFormatError",
    "PartOutcome",
    "QuestionOutcome",
    "Settings",
    "checked_key",
    "unreadable",
]
