"""`irreproducible: MODULE.FUNCTION` with `is`, `within` and `with`: a printed result that the document does not fix.

The function returns a list: what comes of several runs that the document allows alike. Where one of them gives the
printed result, it agrees; where they differ and none does, the claim stays undecided, and that is what is on record.
"""

from checks.audit.compare import CLAIMS, compare
from checks.audit.computations import results
from checks.audit.kinds import CheckError
from checks.audit.row import Check
from checks.verdict import Attempt, Status, Verdict

OPTIONS = (*CLAIMS, "with")


def judge(check: Check, ledger: str) -> Verdict:
    """Hold the printed result against every run that the document allows."""
    claimed = {key: value for key, value in check.options.items() if key in CLAIMS}
    runs = results(ledger, check)
    if len(runs) < 2:
        raise CheckError("one run shows nothing about what the document leaves open; at least two are needed")
    verdicts = [compare(claimed, run) for run in runs]
    for verdict in verdicts:
        if verdict.status in (Status.PROVED, Status.AGREES):
            return verdict
    if len({str(run.value) for run in runs}) == 1:
        return verdicts[0]  # all runs agree with each other: then the printed result is simply another one
    return Verdict(
        status=Status.UNDECIDED,
        reason=f"Not fixed by the document: {runs[0].how}, {len(runs)} runs that it allows differ, and none gives what "
        f"is printed. The first: {verdicts[0].reason}",
        evidence=Attempt(tried=tuple(dict.fromkeys(run.how for run in runs))),
        reproduce=runs[0].reproduce,
    )
