"""What a compiled theorem rests on, as Coq tells it from the compiled file, and what it may rest on.

The text of a certificate is not searched: `Admitted`, `admit`, an axiom, or a switched-off check of the kernel all show
up in `Print Assumptions`, whatever the words that led to them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from checks.kernel.coq import Coq

ALLOWED = {
    "ClassicalDedekindReals.sig_forall_dec": (
        "Coq.Reals.ClassicalDedekindReals.sig_forall_dec",
        "a decidable property of whole numbers holds for all of them, or fails for one that can be named "
        "(the real numbers of the standard library)",
    ),
    "ClassicalDedekindReals.sig_not_dec": (
        "Coq.Reals.ClassicalDedekindReals.sig_not_dec",
        "a negated statement holds or does not (the real numbers of the standard library)",
    ),
    "FunctionalExtensionality.functional_extensionality_dep": (
        "Coq.Logic.FunctionalExtensionality.functional_extensionality_dep",
        "functions with the same values are the same",
    ),
    "Classical_Prop.classic": ("Coq.Logic.Classical_Prop.classic", "every statement holds or does not"),
    "ClassicalEpsilon.constructive_indefinite_description": (
        "Coq.Logic.ClassicalEpsilon.constructive_indefinite_description",
        "what exists can be named (choice; Coquelicot's integral and limits)",
    ),
}
"""The axioms that a certificate may rest on: the name Coq prints, the full name, what it says."""

AUDIT_SECONDS = 300.0
CLOSED = "Closed under the global context"


@dataclass(frozen=True)
class Assumptions:
    """What a theorem rests on: allowed axioms by the names Coq prints, and everything else."""

    axioms: tuple[str, ...]
    refused: tuple[str, ...]


def read_assumptions(printed: str, allowed: Sequence[str]) -> Assumptions:
    """Read what `Print Assumptions` printed.

    A line that is understood as nothing else is refused: silence is no assumption, an unknown word is.
    """
    lines = [line for line in printed.splitlines() if line.strip()]
    if [line.strip() for line in lines] == [CLOSED]:
        return Assumptions((), ())
    if not lines or lines[0].strip() != "Axioms:":
        return Assumptions((), (" ".join(printed.split()) or "nothing was printed",))
    axioms, refused = [], []
    for line in lines[1:]:
        if line[0].isspace():
            continue  # the type of an axiom goes on
        named = re.match(r"(\S+)(?: :(?: |$)|$)", line)
        if named and named[1] in allowed:
            axioms.append(named[1])
        else:
            refused.append(named[1] if named else line.strip())
    return Assumptions(tuple(sorted(axioms)), tuple(refused))


def audit(
    coq: Coq, folder: Path, groups: Mapping[str, Sequence[str]], name: str = "audit"
) -> dict[tuple[str, str], Assumptions]:
    """Ask Coq what compiled theorems rest on.

    Asking for a whole file at once takes as long as asking for one theorem; only a file in which something is refused
    is asked theorem by theorem.

    Parameters
    ----------
    folder:
        Holds `Gradproof/` and `Catalogue/` with compiled files.
    groups:
        For each file the theorems in it.
    name:
        The name of the script, different for each that runs at the same time.

    Returns
    -------
    For each pair of a file and a theorem what it rests on.
    """
    asked = _ask(coq, folder, name, {(module,): [(module, one) for one in found] for module, found in groups.items()})
    rests: dict[tuple[str, str], Assumptions] = {}
    for module, theorems in groups.items():
        if asked[module,].refused and len(theorems) > 1:
            singly = _ask(coq, folder, name, {(module, one): [(module, one)] for one in theorems})
            rests |= {(module, one): singly[module, one] for one in theorems}
        else:
            rests |= {(module, one): asked[module,] for one in theorems}
    return rests


def _ask(
    coq: Coq, folder: Path, name: str, questions: Mapping[tuple[str, ...], Sequence[tuple[str, str]]]
) -> dict[tuple[str, ...], Assumptions]:
    """Ask what several sets of theorems rest on, each as a whole.

    An allowed name counts only where, in this very session, it means the axiom of the standard library and no namesake.
    """
    names = sorted(ALLOWED)
    modules = sorted({module for pairs in questions.values() for module, _ in pairs})
    lines = ["From Coq Require Reals ClassicalEpsilon.", "From Coquelicot Require Coquelicot."]
    lines += [f"From Catalogue Require {module}." for module in modules]
    lines += [f'Redirect "{name}_allowed{number}" About {allowed}.' for number, allowed in enumerate(names)]
    for number, pairs in enumerate(questions.values()):
        together = ", ".join(f"Catalogue.{module}.{theorem}" for module, theorem in pairs)
        lines.append(f"Definition {name}_whole{number} := ({together}).")
        lines.append(f'Redirect "{name}_rests{number}" Print Assumptions {name}_whole{number}.')
    (folder / f"{name}.v").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = coq.compile(Path(f"{name}.v"), folder, AUDIT_SECONDS)
    if not done.ok:
        return dict.fromkeys(questions, Assumptions((), (f"Coq could not say what it rests on: {done.message}",)))
    genuine = [
        allowed
        for number, allowed in enumerate(names)
        if _means(folder / f"{name}_allowed{number}.out", ALLOWED[allowed][0])
    ]
    return {
        question: read_assumptions((folder / f"{name}_rests{number}.out").read_text(encoding="utf-8"), genuine)
        for number, question in enumerate(questions)
    }


def _means(file: Path, full_name: str) -> bool:
    said = " ".join(file.read_text(encoding="utf-8").split())
    return said.endswith(f"Expands to: Constant {full_name}")
