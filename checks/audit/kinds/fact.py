"""`fact: SOURCE` with `says` and `is`: a fact from outside the document, and what the document makes of it.

The source is named so that everybody can look it up: a work with its place, a page of a library's documentation. What
it says (`says`) and what the document says (`is`) are put in one form.
"""

from checks.audit.compare import CLAIMS, compare
from checks.audit.found import Found
from checks.audit.kinds import CheckError
from checks.audit.printed import as_number
from checks.audit.row import Check
from checks.verdict import Verdict

OPTIONS = (*CLAIMS, "says")


def judge(check: Check, ledger: str) -> Verdict:
    """Compare the claim with the quoted fact."""
    if "says" not in check.options or len(str(check.value)) < 8:
        raise CheckError("a fact has its source, in words by which it is found, and 'says'")
    claimed = {key: value for key, value in check.options.items() if key in CLAIMS}
    says = check.options["says"]
    return compare(claimed, Found(as_number(says), f"the source ({check.value})"))
