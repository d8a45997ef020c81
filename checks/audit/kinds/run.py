"""`run: MODULE.FUNCTION` with `is`, `between`, `at_least`, `at_most` or `within`: a computation of our own.

The function stands in `checks/audit/computations/LEDGER/MODULE.py` and returns what it found; it never sees the claim.
`with` gives it arguments. Whole numbers, fractions, truth values, texts and Arb balls are compared exactly; for floats
it returns a `Found` that says on how many numbers they rest.
"""

from checks.audit.compare import CLAIMS, compare
from checks.audit.computations import result
from checks.audit.row import Check
from checks.verdict import Verdict

OPTIONS = (*CLAIMS, "with")


def judge(check: Check, ledger: str) -> Verdict:
    """Run the computation, and hold the claim against what it found."""
    claimed = {key: value for key, value in check.options.items() if key in CLAIMS}
    return compare(claimed, result(ledger, check))
