"""`places: [{lines, says}, {lines, says}, …]`: all these places of the document say the same.

What each says is put in one form in the ledger: a number, a word, a list. Two places that differ cannot both be right.
"""

from checks.audit.compare import compare
from checks.audit.found import Found
from checks.audit.kinds import CheckError
from checks.audit.printed import as_number
from checks.audit.row import Check
from checks.verdict import Counterexample, Enclosure, Status, Verdict

OPTIONS = ()
_KEYS = {"lines", "says"}


def judge(check: Check, ledger: str) -> Verdict:
    """Compare what the first place says with each of the others."""
    places = check.value
    if not isinstance(places, list) or len(places) < 2:
        raise CheckError("at least two places are wanted, each with 'lines' and 'says'")
    said = []
    for place in places:
        if not isinstance(place, dict) or set(place) != _KEYS:
            raise CheckError(f"each place has 'lines' and 'says', not {place!r}")
        said.append((str(place["lines"]), place["says"]))
    (first, left), *others = said
    for lines, right in others:
        if left != right:
            return Verdict(
                status=Status.REFUTED,
                reason=f"Line {first} says {left}, line {lines} says {right}; not both can be right.",
                evidence=Counterexample(
                    point={f"line {first}": str(left), f"line {lines}": str(right)},
                    left=Enclosure(low=0, high=0, text=str(left)),
                    right=Enclosure(low=1, high=1, text=str(right)),
                ),
            )
    how = f"lines {', '.join(lines for lines, _ in said)} of the document compared"
    return compare({"is": left}, Found(as_number(left), how))
