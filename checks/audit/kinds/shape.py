"""`shape: FORMULA` with `given` and `is`: the formula fits together, and its value has this shape.

`is` is a list of sizes, `[B, M]`; `[]` is a number, and `none` says that the shapes do not fit together.
"""

import sympy as sp

from checks.audit.kinds import CheckError, declarations
from checks.audit.row import Check
from checks.formulas.declared import declared
from checks.formulas.operators import read_formula
from checks.verdict import Counterexample, Enclosure, Proof, Status, Verdict
from derive.reading import UnreadableError

OPTIONS = ("given", "is")
HOW = "shapes of array expressions"
_MISFIT = "do not fit"


def judge(check: Check, ledger: str) -> Verdict:
    """Read the formula over arrays of symbolic sizes, and compare its shape."""
    text, said = str(check.value), check.options.get("is")
    if not (isinstance(said, list) or said == "none"):
        raise CheckError("'is' is a list of sizes, as [B, M], or none")
    claimed = "none" if said == "none" else _shown([str(one) for one in said] if isinstance(said, list) else [])
    vocabulary = declared(declarations(check)).vocabulary
    try:
        expression = read_formula(text, vocabulary).expression
    except UnreadableError as error:
        if _MISFIT not in error.message:
            raise
        found, why = "none", error.message
    else:
        shape: tuple[sp.Expr, ...] = getattr(expression, "shape", None) or ()
        sizes = [str(size) for size in shape]
        found = _shown(sizes[:1] if len(sizes) == 2 and sp.sympify(shape[1], strict=True) == 1 else sizes)
        why = f"the value of {text} has the shape {found}"
    if found == claimed:
        return Verdict(status=Status.PROVED, reason=f"As claimed: {why}.", evidence=Proof(procedure=HOW))
    return Verdict(
        status=Status.REFUTED,
        reason=f"Claimed is {claimed}; {why}.",
        evidence=Counterexample(
            point={}, left=Enclosure(low=0, high=0, text=claimed), right=Enclosure(low=1, high=1, text=found)
        ),
    )


def _shown(sizes: list[str]) -> str:
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
