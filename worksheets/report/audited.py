"""The page of an audit: each document's outcomes and errata with their evidence, and document 004 dissected."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.audit import Audit, Judged
    from checks.audit.dissection import Dissection
    from checks.audit.row import Statement
    from checks.verdict import Verdict
    from worksheets.report.figures.svg import Picture

INSTEAD = {
    "wrong": "Right is",
    "imprecise": "It holds so",
    "noise": "Before the scan",
    "not reproducible": "Why",
    "open": "Instead",
}
"""What stands before the statement in the place of a claim, for each outcome."""


@dataclass(frozen=True)
class Said:
    """A statement as the page shows it: words, formula as MathML ("" without), check, what was found, how in one line.

    `evidence` is "" where the reason says it all, as it does for computations of our own.
    """

    words: str
    formula: str
    check: str
    evidence: str
    verdict: "Verdict"


@dataclass(frozen=True)
class Erratum:
    """A claim that does not hold as it stands."""

    name: str
    place: str
    outcome: str
    on_record: bool
    stated: Said
    corrected: Said | None
    instead: str
    note: str


@dataclass(frozen=True)
class Document:
    """A document: the counts of its outcomes, and its errata by outcome."""

    source: str
    name: str
    title: str
    claims: int
    counts: Sequence[int]
    errata: Sequence[tuple[str, Sequence[Erratum]]]


def audit_page(found: "Audit", dissection: "Dissection | None" = None) -> str:
    """Return what an audit found as one HTML page, without script or any address outside the page.

    Parameters
    ----------
    found:
        The decided rows.
    dissection:
        The backward pass of document 004; its section is left out without.
    """
    from importlib.metadata import version

    from checks.audit import Outcome
    from checks.run import environment
    from worksheets.report.page import templates

    outcomes = [one for one in Outcome if one is not Outcome.OPEN or any(each.outcome is one for each in found.claims)]
    documents = [_document(found, ledger.name, outcomes) for ledger in found.ledgers]
    html: str = (
        templates()
        .get_template("audit.html.j2")
        .render(
            found=found,
            outcomes=[str(outcome) for outcome in outcomes],
            documents=documents,
            dissection=dissection,
            pictures=dissection_pictures(dissection) if dissection is not None else {},
            version=version("gradproof"),
            environment=environment(),
        )
    )
    return html


def _document(found: "Audit", name: str, outcomes: Sequence[str]) -> Document:
    ledger = next(ledger for ledger in found.ledgers if ledger.name == name)
    claims = found.of(ledger)
    errata = []
    for outcome in outcomes:
        chosen = [_erratum(claim) for claim in claims if claim.outcome == outcome and str(outcome) != "holds"]
        if chosen:
            errata.append((str(outcome), chosen))
    counts = [sum(claim.outcome == outcome for claim in claims) for outcome in outcomes]
    return Document(ledger.source, ledger.name, ledger.title, len(claims), counts, errata)


def _erratum(claim: "Judged") -> Erratum:
    row = claim.row
    corrected = None
    if row.correction is not None and claim.corrected is not None:
        corrected = _said(row.correction, claim.corrected)
    return Erratum(
        name=f"{row.ledger}-{row.name}",
        place=row.place,
        outcome=str(claim.outcome),
        on_record=claim.on_record,
        stated=_said(row.stated, claim.verdict),
        corrected=corrected,
        instead=INSTEAD[str(claim.outcome)],
        note=row.note,
    )


def _said(statement: "Statement", verdict: "Verdict") -> Said:
    import json

    from worksheets.report.verdict_words import evidence_line

    check = statement.check
    shown = check.value if isinstance(check.value, str) else json.dumps(check.value, ensure_ascii=False)
    evidence = evidence_line(verdict) if check.kind in ("equal", "derivative") else ""
    return Said(statement.claim, _mathml(statement.formal), f"{check.kind}: {shown}", evidence, verdict)


def _mathml(latex: str) -> str:
    """Return a formula of a ledger as MathML; as escaped text where it is none that can be shown."""
    from html import escape

    from worksheets.building.mathml import UnknownLatexError, formula_html

    if not latex:
        return ""
    try:
        return formula_html(latex, display=False)
    except UnknownLatexError:
        return f"<code>{escape(latex)}</code>"


def dissection_pictures(dissection: "Dissection") -> "dict[str, Picture]":
    """Return a figure for each stage, the printed matrix beside the right one, and one of the accuracies."""
    import numpy as np

    from checks.audit.dissection import changed
    from worksheets.report.figures.accuracies import accuracies_picture
    from worksheets.report.figures.matrices import matrices_picture

    pictures = {}
    for stage in dissection.stages:
        places = sum(len(row) for row in stage.printed)
        caption = f"{stage.remark} Framed: {changed(stage)} of {places} entries differ."
        both, titles = [stage.printed, stage.right], ["printed", "right"]
        pictures[stage.name] = matrices_picture(f"stage-{stage.name}", both, titles, caption)
    if dissection.trained is not None:
        rows = [(mistake, np.array(values)) for mistake, values in dissection.trained.accuracies]
        caption = "Each dot is one seed, the stroke their mean, with one mistake in the backward pass at a time."
        pictures["trained"] = accuracies_picture("stage-trained", rows, caption)
    return pictures
