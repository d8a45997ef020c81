"""The page: everything that a run found, in one HTML file that needs nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checks.result import Result
    from checks.run import Exhibits, Run
    from worksheets.proofs import Marks
    from worksheets.report.figures.svg import Picture


@dataclass(frozen=True)
class Network:
    """A network of the run: what was checked while it trained, and what it showed."""

    name: str
    title: str
    status: str
    rows: "Sequence[Result]"
    pictures: "Sequence[Picture]"


_TITLES = {
    "digits": "Handwritten digits, 64-32-10",
    "halves": "Digits 0–4 against 5–9, 64-32-1",
    "conv": "Squares, the convolutional example",
    "fashion": "Fashion-MNIST, 784-50-10",
}


def page(run: "Run", *, worksheets: Sequence[str] = (), marks: "Marks | None" = None) -> str:
    """Return the report of a run as one HTML page.

    Parameters
    ----------
    run:
        What was found.
    worksheets:
        The names of the worksheets that lie in the folder `worksheets` beside the page.
    marks:
        The certificates that lie in the folder `proofs` beside the page, for the marks beside the formulas.

    Returns
    -------
    str
        Self-contained HTML: no script, no address outside the page; the same bytes for the same run.
    """
    from importlib.metadata import version

    from checks.run import environment
    from worksheets.report.chapters import chapters

    counts: dict[str, int] = {}
    for result in run.results:
        status = str(result.verdict.status)
        counts[status] = counts.get(status, 0) + 1
    template = templates().get_template("report.html.j2")
    html: str = template.render(
        run=run,
        counts=counts,
        version=version("gradproof"),
        environment=environment(),
        chapters=chapters(run.results),
        pictures=_chapter_pictures(run.exhibits),
        networks=_networks(run),
        worksheets=worksheets,
        marks=marks or {},
    )
    return html


def templates() -> Any:
    """Return the environment of all page templates, with the filters and names that they use."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    from worksheets.report.verdict_words import MEANINGS, evidence_line, scientific, seconds

    environment = Environment(
        loader=PackageLoader("worksheets.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Formulas, derivations and figures are markup of our own making; everything else is escaped.
    environment.filters.update(
        ours=Markup, scientific=scientific, seconds=seconds, evidence=evidence_line, readable=_readable
    )  # fmt: skip
    environment.globals["meanings"] = MEANINGS
    return environment


def _readable(sentence: str) -> str:
    for written, shown in ((" +/- ", " ± "), ("sigma(", "σ("), (" <= ", " ≤ "), (" >= ", " ≥ ")):
        sentence = sentence.replace(written, shown)
    return sentence


def _chapter_pictures(exhibits: "Exhibits") -> "dict[str, list[Picture]]":
    from worksheets.report.figures.activations import activations_picture, step_size_picture
    from worksheets.report.figures.landscapes import mountain_picture, wave_picture

    pictures = {"activations": [activations_picture(), step_size_picture()]}
    if exhibits.descents is not None:
        pictures["surfaces"] = [wave_picture(exhibits.descents), mountain_picture(exhibits.descents)]
    return pictures


def _networks(run: "Run") -> list[Network]:
    """Return what was checked besides the entries of the catalogue, networks first and in the order of the course."""
    from checks.verdict import gravest
    from derive import catalogue

    entries = set(catalogue.names())
    names = [name for name in _TITLES if any(row.entry == name for row in run.results)]
    names += [row.entry for row in run.results if row.entry not in entries and row.entry not in _TITLES]
    found = []
    for name in dict.fromkeys(names):
        rows = [row for row in run.results if row.entry == name]
        status = str(gravest(row.verdict.status for row in rows))
        found.append(Network(name, _TITLES.get(name, name), status, rows, _pictures(name, run.exhibits)))
    return found


def _pictures(name: str, exhibits: "Exhibits") -> "list[Picture]":
    from worksheets.report.figures.misclassified import digits_wrong, fashion_wrong
    from worksheets.report.figures.training import digits_picture, epochs_picture, seeds_picture

    pictures: list[Picture | None] = []
    if name == "digits" and exhibits.digits is not None:
        pictures.append(digits_picture(exhibits.digits, exhibits.digits_long))
        if exhibits.seeds is not None:
            pictures.append(seeds_picture(exhibits.seeds))
        pictures.append(digits_wrong(exhibits.digits_long or exhibits.digits))
    for of, trained in (("halves", exhibits.halves), ("conv", exhibits.conv), ("fashion", exhibits.fashion)):
        if name == of and trained is not None:
            pictures.append(epochs_picture(of, _TITLES[of], trained.history, trained.accuracy))
    if name == "fashion" and exhibits.fashion is not None:
        pictures.append(fashion_wrong(exhibits.fashion))
    return [picture for picture in pictures if picture is not None]
