"""Grades many submissions, and writes what students, instructors and course systems need."""

from worksheets.grading.grading import Graded, grade
from worksheets.grading.run import Progress, Run, judge_all
from worksheets.grading.sheet import Sheet

__all__ = ["Graded", "Progress", "Run", "Sheet", "grade", "judge_all"]
