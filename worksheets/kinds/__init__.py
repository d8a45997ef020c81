"""The kinds of questions: what each reads from the source, shows a student, solves, and gives to the grader."""

from worksheets.kinds.choice import ChoiceQuestion
from worksheets.kinds.code import CodeQuestion
from worksheets.kinds.formula import FormulaQuestion, StepsQuestion
from worksheets.kinds.number import NumberQuestion
from worksheets.kinds.plot import PlotQuestion
from worksheets.kinds.question import Cell, Common, Question
from worksheets.kinds.text import TextQuestion

KINDS: dict[str, type[Question]] = {
    "formula": FormulaQuestion,
    "steps": StepsQuestion,
    "code": CodeQuestion,
    "number": NumberQuestion,
    "choice": ChoiceQuestion,
    "plot": PlotQuestion,
    "text": TextQuestion,
}

__all__ = ["KINDS", "Cell", "Common", "Question"]
