"""The page of the audit and the dissected backward pass of document 004: whole, self-contained, escaped."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from checks.audit import Outcome, judge_row
from checks.audit.dissection import Dissection, Trained, changed, dissect
from checks.audit.ledgers import find
from checks.audit.run import Audit
from worksheets.dissected import MISTAKES, dissected_page, exact_part
from worksheets.report import write_audit
from worksheets.report.audited import audit_page

ROOT = Path(__file__).parents[2]
FEW = ("pool-size", "conv-size", "sent-back", "unpooled-mistake", "noise-not-constant", "sigmoid-for-large-values")


@pytest.fixture(scope="module")
def exact() -> Dissection:
    return replace(dissect(train=False), trained=None)


@pytest.fixture(scope="module")
def found() -> Audit:
    ledger = find("004")
    claims = [judged for row in ledger.rows if row.name in FEW and (judged := judge_row(row)) is not None]
    return Audit((ledger,), tuple(claims), (), 1.0)


def made_up(unseen: str) -> Trained:
    verdicts = {"none": "agrees 8 of 8"}
    names = ("none", *MISTAKES)
    lines = [
        (name, "0.99", "0.9", "no" if name in ("none", unseen) else "yes", verdicts.get(name, "refuted 8 of 8"), "x")
        for name in names
    ]
    columns = ("mistake", "mean accuracy", "least", "does accuracy show it?", "gradient check", "wrong")
    return Trained(columns, lines, [(name, [0.9, 0.95]) for name in names], [])


def test_the_page_of_an_audit_holds_outcomes_errata_mathml_and_the_matrices(
    found: Audit, exact: Dissection, tmp_path: Path
) -> None:
    page = write_audit(found, exact, tmp_path).read_text(encoding="utf-8")
    assert (tmp_path / "audit.json").exists()
    assert page.count("<svg") == len(exact.stages)
    assert "<math" in page
    assert "place of the window, whole rows" in page
    assert "It gives 2×2" in page
    assert "Right is:" in page
    assert 'id="conv-by-hand-pool-size"' in page
    assert 'id="conv-by-hand-conv-size"' not in page  # what holds is counted, and not among the errata
    assert re.findall(r'(?:href|src)="(https?:[^"]*)"', page) == []
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    HTMLParser().feed(page)


def test_the_text_of_a_row_is_escaped_wherever_it_stands(found: Audit) -> None:
    evil = '<script>alert("1")</script>'
    claim = next(each for each in found.claims if each.outcome is Outcome.WRONG)
    assert claim.row.correction is not None
    stated = replace(claim.row.stated, claim=evil, formal=evil)
    correction = replace(claim.row.correction, claim=evil, formal=r"\text{<script>} \nosuch{<script>}")
    row = replace(claim.row, stated=stated, correction=correction, note=evil, section=evil)
    verdict = replace(claim.verdict, reason=evil)
    ledger = replace(found.ledgers[0], title=evil)
    page = audit_page(replace(found, ledgers=(ledger,), claims=(replace(claim, row=row, verdict=verdict),)))
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 6


def test_a_row_that_is_not_as_on_record_stands_at_the_top(found: Audit) -> None:
    claim = found.claims[0]
    off = replace(claim, row=replace(claim.row, recorded=Outcome.NOISE), outcome=Outcome.OPEN)
    page = audit_page(replace(found, claims=(off,)))
    assert f"Not as on record: 004 {claim.row.name}" in page
    assert "Not as on record" not in audit_page(found)


def test_the_printed_stages_differ_from_the_right_ones_where_the_ledger_says_so(exact: Dissection) -> None:
    assert {stage.name: changed(stage) for stage in exact.stages} == {"dense": 1, "unpooled": 10, "relu": 6}
    rows = {row.name: row for row in find("004").rows}
    assert all(rows[stage.row].recorded is Outcome.WRONG for stage in exact.stages)
    assert exact.reproducing == ("place of the window, whole rows",)


def test_a_figure_frames_exactly_the_entries_that_differ() -> None:
    from worksheets.report.figures.matrices import matrices_picture
    from worksheets.report.figures.svg import _PLACEHOLDERS, SERIES

    colour = _PLACEHOLDERS[SERIES[3]]
    same = matrices_picture("a", [[["1.00", "-2.00"]], [["1.0", "-2.00"]]], ["x", "y"], "")
    other = matrices_picture("a", [[["1.00", "-2.00"]], [["1.00", "2.00"]]], ["x", "y"], "")
    assert (same.svg.count(colour), other.svg.count(colour)) == (0, 1)
    assert "−2.00" in other.svg


def test_only_mistakes_that_accuracy_hides_and_the_check_refutes_each_time_are_called_invisible() -> None:
    trained = made_up("sign")
    assert trained.unseen == ["sign"]
    lines = [(*line[:4], "agrees 1 of 8, refuted 7 of 8", "x") for line in trained.lines]
    assert replace(trained, lines=lines).unseen == []


def test_the_page_shows_what_the_training_of_each_mistake_gave(found: Audit, exact: Dissection) -> None:
    page = audit_page(found, replace(exact, trained=made_up("sign")))
    assert page.count("<svg") == len(exact.stages) + 1
    assert "refutes every time: <strong>sign</strong>." in page


def test_the_exact_part_of_the_dissected_page_is_current(exact: Dissection) -> None:
    text = (ROOT / "docs" / "conv-dissected.md").read_text(encoding="utf-8")
    assert text.startswith(exact_part(exact))


@pytest.mark.slow
def test_the_whole_dissected_page_is_current() -> None:
    text = (ROOT / "docs" / "conv-dissected.md").read_text(encoding="utf-8")
    assert text == dissected_page(dissect())


def test_every_mistake_that_is_trained_is_explained() -> None:
    from numeric.experiments.conv_mistakes import MISTAKES as TRAINED

    assert {"none", *MISTAKES} == set(TRAINED)
