"""A certificate: definitions, theorems and their proof scripts, as one file for Coq."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

LIBRARY_FOLDER = Path(__file__).parent / "library"
LIBRARY = ("Functions", "Sums", "Moments", "Pooling")
"""The files of our library in the order in which they build on one another."""

HEADER = "From Coq Require Import Reals Lra Lia.\nFrom Coquelicot Require Import Coquelicot.\n"


class NoCertificateError(ValueError):
    """There is no certificate for this yet; the message says why."""


@dataclass(frozen=True)
class Theorem:
    """A statement with its proof script.

    Attributes
    ----------
    name:
        Its name in Coq.
    target:
        What it is about: the name of a target of the entry, or "" for another fact.
    meaning:
        One sentence for a reader.
    definitions:
        Definitions that it needs besides those of the certificate, each a whole Coq sentence.
    binders:
        The variables, such as `x y : R`, one group each.
    hypotheses:
        The conditions under which it holds: the domain.
    conclusion:
        What is claimed.
    proof:
        The lines of the script. The identities in it are the places where a wrong formula fails.
    """

    name: str
    target: str
    meaning: str
    binders: tuple[str, ...]
    hypotheses: tuple[str, ...]
    conclusion: str
    proof: tuple[str, ...]
    definitions: tuple[str, ...] = ()

    @property
    def statement(self) -> str:
        """The proposition, without the name."""
        bound = f"forall {' '.join(f'({group})' for group in self.binders)},\n" if self.binders else ""
        given = "".join(f"  {hypothesis} ->\n" for hypothesis in self.hypotheses)
        return f"{'  ' if bound else ''}{bound}{given}  {self.conclusion}"

    @property
    def text(self) -> str:
        """Definitions, statement and proof."""
        script = "\n".join(f"  {line}" for line in self.proof)
        parts = [
            *self.definitions,
            f"(** {comment(self.meaning)} *)\nTheorem {self.name} :\n{self.statement}.\nProof.\n{script}\nQed.",
        ]
        return "\n\n".join(parts)

    def trial(self, label: str) -> str:
        """Return the same as `text`, but with identities that fail announced and left open, and nothing proved.

        If Coq accepts this, all but the announced identities is in order: the statement, and each other step.
        """
        said = f'tryif \\1 then idtac else (idtac "{STUCK} {label}."; admit).'
        script = "\n".join(_IDENTITY.sub(said, line) for line in self.text.splitlines())
        return script.removesuffix("Qed.") + "Abort."


STUCK = "STUCK AT AN IDENTITY OF"
_IDENTITY = re.compile(r"\b(identity|identity_by_cases|sum_identity|moment_identity)\.(?=$| })")


@dataclass(frozen=True)
class Certificate:
    """One file for Coq.

    Attributes
    ----------
    name:
        The name of the file: that of the entry.
    title:
        What it is about.
    definitions:
        The function and the claimed formulas, each a whole Coq sentence.
    theorems:
        What is proved.
    missing:
        For each target without a theorem the reason.
    library:
        The files of the library that it needs.
    """

    name: str
    title: str
    definitions: tuple[str, ...]
    theorems: tuple[Theorem, ...]
    missing: dict[str, str] = field(default_factory=dict)
    library: tuple[str, ...] = ("Functions",)

    @property
    def text(self) -> str:
        """The file."""
        first = f"(** {comment(self.title)}. Written by gradproof; Coq's kernel decides. *)"
        parts = [first, _opening(self.library), *self.definitions, *(theorem.text for theorem in self.theorems)]
        return "\n\n".join(parts) + "\n"


def _opening(library: Sequence[str]) -> str:
    return f"{HEADER}From Gradproof Require Import {' '.join(library)}.\nOpen Scope R_scope."


def trials(certificates: Mapping[str, Certificate]) -> str:
    """Return one file that tries the theorems of several certificates, each in a module of its own.

    Parameters
    ----------
    certificates:
        Certificates by labels, which are words; what is announced in the output is `STUCK label.`
    """
    modules = []
    for label, one in certificates.items():
        parts = [*one.definitions, *(theorem.trial(label) for theorem in one.theorems)]
        modules.append("\n\n".join([f"Module {label}.", *parts, f"End {label}."]))
    library = tuple(part for part in LIBRARY if any(part in one.library for one in certificates.values()))
    return "\n\n".join([_opening(library), *modules]) + "\n"


def comment(text: str) -> str:
    """Return a text that can stand in a Coq comment: no comment marks, no quotation marks."""
    return re.sub(r'\(\*|\*\)|"', " ", text)


@cache
def library_text(name: str) -> str:
    """Return one file of the library."""
    return (LIBRARY_FOLDER / f"{name}.v").read_text(encoding="utf-8")


def write_folder(certificates: Sequence[Certificate], folder: Path) -> list[Path]:
    """Write certificates, the library and a `_CoqProject` that Coq's tools and editors understand.

    `coq_makefile -f _CoqProject -o Makefile && make` in that folder checks everything without gradproof.
    """
    texts = {f"Gradproof/{name}.v": library_text(name) for name in LIBRARY}
    texts |= {f"Catalogue/{one.name}.v": one.text for one in certificates if one.theorems}
    lines = ["-Q Gradproof Gradproof", "-Q Catalogue Catalogue", "-arg -w", "-arg none", *texts]
    texts["_CoqProject"] = "\n".join(lines) + "\n"
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]
