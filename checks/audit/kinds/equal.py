"""`equal: [LEFT, RIGHT]` with `given`: two typed formulas are equal, for all values that the declarations allow."""

from checks.audit.kinds import declarations, texts
from checks.audit.row import Check
from checks.formulas import equal
from checks.verdict import Verdict

OPTIONS = ("given",)
SECONDS = 20.0


def judge(check: Check, ledger: str) -> Verdict:
    """Decide the equality as `gradproof equal` does."""
    left, right = texts(check.value, 2, "two formulas")
    return equal(left, right, declarations(check), seconds=SECONDS)
