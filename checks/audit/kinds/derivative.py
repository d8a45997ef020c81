"""`derivative: [QUESTION, BY, FORMULA]` with `given`: the derivative of an entry of the catalogue or typed function."""

from checks.audit.kinds import declarations, texts
from checks.audit.row import Check
from checks.formulas import judge as judge_derivative
from checks.verdict import Verdict
from derive import catalogue
from derive.entry import Entry

OPTIONS = ("given",)
SECONDS = 20.0


def judge(check: Check, ledger: str) -> Verdict:
    """Decide the answer as `gradproof.judge` does; a name of the catalogue is its entry, anything else a formula."""
    question, by, formula = texts(check.value, 3, "an entry or a function, the variable, and the formula")
    asked: Entry | str = catalogue.load(question) if question in catalogue.names() else question
    return judge_derivative(asked, by, formula, declarations(check), seconds=SECONDS)
