"""Check certificates: compile them in parallel, read off what each theorem rests on, and say it as verdicts."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from checks.kernel import cache
from checks.kernel.assumptions import Assumptions, audit
from checks.kernel.coq import Coq, CoqMissingError, find_coq
from checks.verdict import Attempt, Proof, Status, Verdict
from derive.certificates.document import LIBRARY, Certificate, Theorem, library_text

Progress = Callable[[str, int, int], None]
LIBRARY_SECONDS = 120.0


@dataclass(frozen=True)
class CheckedTheorem:
    """What the kernel says of one theorem, or why there is none.

    Attributes
    ----------
    entry:
        The certificate it stands in.
    target:
        The target of the entry that it is about, "" for another fact.
    theorem:
        Its name in Coq; "" where there is no theorem yet.
    """

    entry: str
    target: str
    theorem: str
    verdict: Verdict
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return one row of `prove --json`."""
        proof = self.verdict.evidence
        return {
            "entry": self.entry,
            "target": self.target,
            "theorem": self.theorem,
            "status": str(self.verdict.status),
            "reason": self.verdict.reason,
            "axioms": list(proof.axioms) if isinstance(proof, Proof) else [],
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True)
class _Compiled:
    """A certificate of which those theorems are left that compile, and what stopped the others."""

    certificate: Certificate
    stopped: dict[str, str]
    timed_out: bool
    seconds: float


class LibraryError(RuntimeError):
    """Our own library does not compile: a fault of ours, or a Coq that is too old or too new."""


def check_certificates(
    certificates: Sequence[Certificate],
    coq: Coq,
    *,
    processes: int | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
) -> list[CheckedTheorem]:
    """Let Coq's kernel check certificates.

    Parameters
    ----------
    processes:
        How many run at once; as many as there are processors if not said.
    fresh:
        Whether to check again what the cache knows.
    progress:
        Called as the work goes on.

    Raises
    ------
    LibraryError
        Our library of lemmas does not compile with this Coq.
    """
    known = {} if fresh else {one.name: found for one in certificates if (found := _recalled(coq, one)) is not None}
    rest = [one for one in certificates if one.name not in known and one.theorems]
    if rest:
        known |= _checked(rest, coq, processes or os.cpu_count() or 1, progress)
    return [row for one in certificates for row in (*known.get(one.name, ()), *_missing(one))]


def remembered(certificates: Sequence[Certificate]) -> list[CheckedTheorem]:
    """Return what earlier runs found of these very certificates, without running Coq on them; nothing without Coq."""
    try:
        coq = find_coq()
    except CoqMissingError:
        return []
    return [row for one in certificates for row in _recalled(coq, one) or ()]


def check_typed(certificate: Certificate, coq: Coq) -> Verdict:
    """Let Coq's kernel check the one theorem of a typed function.

    Raises
    ------
    LibraryError
        Our library of lemmas does not compile with this Coq.
    """
    (row,) = check_certificates([certificate], coq, processes=1)
    return replace(row.verdict, reproduce="gradproof derive FORMULA --prove")


def _checked(
    certificates: Sequence[Certificate], coq: Coq, processes: int, progress: Progress | None
) -> dict[str, list[CheckedTheorem]]:
    with tempfile.TemporaryDirectory(prefix="gradproof-coq-") as name:
        folder = Path(name)
        (folder / "Catalogue").mkdir()
        tell = progress or (lambda what, done, total: None)
        tell("library", 0, len(certificates))
        build_library(coq, folder)
        with ThreadPoolExecutor(processes) as pool:
            waiting = [pool.submit(_compile, coq, folder, one) for one in certificates]
            done = []
            for number, future in enumerate(waiting):
                tell(certificates[number].name, number, len(certificates))
                done.append(future.result())
            tell("axioms", len(certificates), len(certificates))
            rests: dict[tuple[str, str], Assumptions] = {}
            for found in pool.map(lambda part: audit(coq, folder, *part), _shared_out(done, processes)):
                rests |= found
    judged = {}
    for certificate, one in zip(certificates, done, strict=True):
        rows = [_judged(coq, certificate, theorem, one, rests) for theorem in certificate.theorems]
        judged[certificate.name] = rows
        if all(row.verdict.status is Status.PROVED for row in rows):
            stored = [{**row.to_json(), "seconds": row.seconds} for row in rows]
            cache.store(cache.key(coq, certificate.name, certificate.text), stored)
    return judged


def _shared_out(done: Sequence[_Compiled], processes: int) -> Iterable[tuple[dict[str, list[str]], str]]:
    """Share what is to be audited among processes, each with a name for its script."""
    groups = {one.certificate.name: [each.name for each in one.certificate.theorems] for one in done}
    filled = [(name, theorems) for name, theorems in groups.items() if theorems]
    for number in range(processes):
        if part := dict(filled[number::processes]):
            yield part, f"audit{number}"


def build_library(coq: Coq, folder: Path) -> None:
    """Put the compiled library into `folder/Gradproof`.

    Raises
    ------
    LibraryError
        It does not compile.
    """
    target, name = folder / "Gradproof", cache.key(coq, "library")
    kept = cache.compiled_library(name)
    if kept is not None:
        shutil.copytree(kept, target)
        return
    target.mkdir()
    for part in LIBRARY:
        (target / f"{part}.v").write_text(library_text(part), encoding="utf-8")
        done = coq.compile(Path("Gradproof") / f"{part}.v", folder, LIBRARY_SECONDS)
        if not done.ok:
            raise LibraryError(
                f"our library {part}.v does not compile with Coq {coq.version} (line {done.line}: {done.message})"
            )
    cache.store_library(name, target)


def _compile(coq: Coq, folder: Path, certificate: Certificate) -> _Compiled:
    """Compile a certificate; a theorem that fails is noted and left out, so that it does not take others with it."""
    start = time.perf_counter()
    stopped: dict[str, str] = {}
    current, timed_out = certificate, False
    while current.theorems:
        file = Path("Catalogue") / f"{current.name}.v"
        (folder / file).write_text(current.text, encoding="utf-8")
        done = coq.compile(file, folder)
        if done.ok:
            break
        timed_out |= done.timed_out
        failed = _theorem_at(current, done.line)
        for theorem in current.theorems if failed is None else (failed,):
            stopped[theorem.name] = done.message
        left = tuple(theorem for theorem in current.theorems if theorem.name not in stopped)
        current = replace(current, theorems=left)
    return _Compiled(current, stopped, timed_out, time.perf_counter() - start)


def _theorem_at(certificate: Certificate, line: int | None) -> Theorem | None:
    if line is None:
        return None
    text = certificate.text
    for theorem in reversed(certificate.theorems):
        first = text[: text.index(theorem.text)].count("\n") + 1
        if line >= first:
            return theorem
    return None


def _judged(
    coq: Coq, certificate: Certificate, theorem: Theorem, done: _Compiled, rests: dict[tuple[str, str], Assumptions]
) -> CheckedTheorem:
    seconds = done.seconds / len(certificate.theorems)
    if theorem.name in done.stopped:
        verdict = Verdict(
            status=Status.UNDECIDED,
            reason=f"Coq did not accept the proof of {theorem.name}: {done.stopped[theorem.name]}",
            evidence=Attempt(tried=(f"Coq {coq.version}",)),
            reproduce=_again(certificate),
        )
    else:
        found = rests[certificate.name, theorem.name]
        verdict = _proved(coq, certificate, theorem, found.axioms)
        if found.refused:
            verdict = Verdict(
                status=Status.FAULT,
                reason=f"{theorem.name} rests on what is no axiom of the standard library: {', '.join(found.refused)}.",
                evidence=Attempt(tried=("Print Assumptions",)),
                reproduce=_again(certificate),
            )
    return CheckedTheorem(certificate.name, theorem.target, theorem.name, verdict, seconds)


def _proved(coq: Coq, certificate: Certificate, theorem: Theorem, axioms: Iterable[str]) -> Verdict:
    return Verdict(
        status=Status.PROVED,
        reason=f"The kernel of Coq {coq.version} accepts {theorem.name}.",
        evidence=Proof(procedure="Coq kernel", conditions=theorem.hypotheses, axioms=tuple(axioms)),
        reproduce=_again(certificate),
    )


def _again(certificate: Certificate) -> str:
    return f"gradproof prove {certificate.name} --check --fresh"


def _recalled(coq: Coq, certificate: Certificate) -> list[CheckedTheorem] | None:
    """Return the rows of an earlier run on the same content; only what was proved is kept."""
    stored = cache.recall(cache.key(coq, certificate.name, certificate.text))
    try:
        by_name = {row["theorem"]: row for row in stored}
        return [
            CheckedTheorem(
                certificate.name,
                theorem.target,
                theorem.name,
                _proved(coq, certificate, theorem, by_name[theorem.name]["axioms"]),
                float(by_name[theorem.name]["seconds"]),
            )
            for theorem in certificate.theorems
        ]
    except (TypeError, KeyError, ValueError):
        return None


def _missing(certificate: Certificate) -> list[CheckedTheorem]:
    rows = []
    for target, reason in certificate.missing.items():
        verdict = Verdict(
            status=Status.UNDECIDED,
            reason=f"Not yet: {reason}.",
            evidence=Attempt(tried=("writing a certificate",)),
            reproduce=_again(certificate),
        )
        rows.append(CheckedTheorem(certificate.name, target, "", verdict, 0.0))
    return rows
