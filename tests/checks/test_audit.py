"""The audit: the ledgers as data, the kinds of check, and what becomes of a claim."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from flint import arb

from checks.audit import LedgerError, Outcome, UnknownSourceError, find, judge_row, ledgers, parse_ledger
from checks.audit import cache as audit_cache
from checks.audit.cache import remembered
from checks.audit.compare import ClaimError, compare
from checks.audit.found import Found, trains
from checks.audit.printed import ball, half_unit
from checks.audit.run import audit
from checks.verdict import Status
from numeric.threads import single_thread
from worksheets.errata import errata_page

ROOT = Path(__file__).parents[2]
ROWS = [(ledger.name, row.name) for ledger in ledgers() for row in ledger.rows]


def row_of(check: str, verdict: str = "holds", more: str = ""):
    text = (
        f"document: '1'\ntitle: T\nclaims:\n- id: a\n  section: s\n  claim: c\n  check: {check}\n  verdict: {verdict}\n"
    )
    return parse_ledger(text + more, "conv-by-hand").rows[0]


def outcome_of(check: str, verdict: str = "holds", more: str = "") -> Outcome:
    judged = judge_row(row_of(check, verdict, more))
    assert judged is not None
    assert judged.verdict.status is not Status.FAULT, judged.verdict.reason
    return judged.outcome


# -- the ledgers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("ledger", "name"), ROWS, ids=[f"{ledger}/{name}" for ledger, name in ROWS])
def test_a_claim_has_the_outcome_that_is_on_record(ledger: str, name: str) -> None:
    row = next(row for row in find(ledger).rows if row.name == name)
    with single_thread():
        judged = judge_row(row, quick=True)
    if judged is None:
        pytest.skip("this claim trains a network; `gradproof audit` decides it")
    assert judged.on_record, str(judged.to_json())


def test_the_page_of_errata_is_current() -> None:
    assert (ROOT / "docs" / "audit.md").read_text(encoding="utf-8") == errata_page(ledgers())


def test_each_question_that_a_row_names_is_in_its_worksheet() -> None:
    for ledger in ledgers():
        source = (ROOT / "worksheets" / "library" / f"{ledger.name}.md").read_text(encoding="utf-8")
        for row in ledger.rows:
            for question in row.worksheet:
                assert f"{{question}} {question}\n" in source, f"{row.name} names {question}"


def test_a_document_is_found_by_its_number_and_by_its_name() -> None:
    assert find("004") is find("conv-by-hand")
    with pytest.raises(UnknownSourceError, match=r"did you mean 'conv-by-hand'\?"):
        find("conv-by-hands")


# -- reading ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {", "is no YAML"),
        ("document: '1'", "'title' is missing"),
        ("document: '1'\ntitle: T\nclaims: []", "'claims' is a list of rows"),
        ("document: '1'\ntitle: T\nclaims:\n- id: a\n  sektion: s", "the key 'sektion' is not known"),
        ("document: '1'\ntitle: T\ntitle: U", "'title' stands twice"),
    ],
)
def test_a_file_that_is_no_ledger_is_refused_with_what_to_do(text: str, message: str) -> None:
    with pytest.raises(LedgerError, match=message):
        parse_ledger(text, "sheet")


@pytest.mark.parametrize(
    ("check", "verdict", "more", "message"),
    [
        ("{equals: [1, 1]}", "holds", "", "'check' has one of the keys"),
        ("{equal: [1, 1], wher: 3}", "holds", "", "the key 'wher' is not known"),
        ("{equal: [1, 1]}", "true", "", "'verdict' is one of"),
        ("{equal: [1, 1]}", "wrong", "", "needs 'right', a statement that holds"),
        ("{equal: [1, 1]}", "holds", "  right: {claim: d}\n", "takes none of"),
        ("{equal: [1, 1]}", "wrong", "  condition: {claim: d}\n", "needs 'right'"),
        ("{equal: [1, 1]}", "holds", "  lines: page 3\n", "'lines' is a line or a range"),
    ],
)
def test_a_row_that_is_no_row_is_refused_with_what_to_do(check: str, verdict: str, more: str, message: str) -> None:
    with pytest.raises(LedgerError, match=message):
        row_of(check, verdict, more)


def test_numbers_keep_the_digits_with_which_they_are_typed() -> None:
    row = row_of('{number: "1/10", is: 0.10}')
    assert row.stated.check.options["is"] == "0.10"


def test_a_correction_takes_over_what_it_does_not_say_anew() -> None:
    row = row_of("{number: x + 1, where: {x: 2}, at_least: 4}", "wrong", "  right: {claim: d, check: {is: 3}}\n")
    assert row.correction is not None
    assert row.correction.check.to_json() == {"number": "x + 1", "where": {"x": 2}, "is": 3}
    row = row_of("{number: x + 1, where: {x: 2}, is: 4}", "wrong", "  right: {claim: d, check: {equal: [3, 3]}}\n")
    assert row.correction is not None
    assert row.correction.check.to_json() == {"equal": [3, 3]}


# -- outcomes --------------------------------------------------------------------------------------


def test_a_claim_is_wrong_only_with_a_right_version_that_is_proved() -> None:
    assert (
        outcome_of('{equal: ["2", "3"]}', "wrong", '  right: {claim: d, check: {equal: ["3", "3"]}}\n') is Outcome.WRONG
    )
    assert (
        outcome_of('{equal: ["2", "3"]}', "wrong", '  right: {claim: d, check: {equal: ["3", "4"]}}\n') is Outcome.OPEN
    )
    assert (
        outcome_of('{equal: ["3", "3"]}', "wrong", '  right: {claim: d, check: {equal: ["3", "3"]}}\n') is Outcome.HOLDS
    )
    assert outcome_of('{equal: ["2", "3"]}') is Outcome.OPEN


def test_what_is_undecided_is_not_reproducible_only_where_runs_were_compared() -> None:
    assert outcome_of('{equal: ["f(x)", "x"], given: f function}', "not reproducible") is Outcome.OPEN


def test_a_check_that_fails_is_a_fault_and_names_what_is_missing() -> None:
    judged = judge_row(row_of("{run: nowhere.nothing, is: 1}"))
    assert judged is not None
    assert judged.verdict.status is Status.FAULT
    assert "there is no computation 'nowhere.nothing'" in judged.verdict.reason


# -- kinds -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "outcome"),
    [
        ('{equal: ["e^x/(1+e^x)", "1/(1+e^{-x})"]}', "holds"),
        ('{equal: ["e^x/(1+e^x)", "1/(1+e^x)"]}', "open"),
        ('{derivative: [sigmoid, x, "sigma(x)(1-sigma(x))"]}', "holds"),
        ('{derivative: ["x^3", x, "3x"]}', "open"),
        ('{number: "1/3", is: 0.333}', "holds"),
        ('{number: "1/3", is: 0.3330}', "open"),
        ("{number: 2 x, where: {x: 1.04}, is: 2.09}", "holds"),  # x may be 1.0449, or 1.0425
        ("{number: 2 x, where: {x: 1.04}, is: 2.10}", "open"),
        ("{number: 2 x, where: {x: 1}, is: 2}", "holds"),
        ("{number: 2 x, where: {x: 1}, is: 2.1}", "open"),
        ("{number: x, where: {x: 1.04}, between: [0, 1]}", "open"),
        ('{shape: X W + b, given: ["X matrix(B, N)", "W matrix(N, M)", b vector(M)], is: [B, M]}', "holds"),
        ('{shape: X W + b, given: ["X matrix(B, N)", "W matrix(N, M)", b vector(M)], is: [M, B]}', "open"),
        ('{shape: W X, given: ["X matrix(B, N)", "W matrix(N, M)"], is: none}', "holds"),
        ("{shape: x^T y, given: [x vector(n), y vector(n)], is: []}", "holds"),
        ("{shape: A x, given: ['A matrix(m, n)', x vector(n)], is: [m]}", "holds"),
        ("{places: [{lines: 1, says: 0.01}, {lines: 2, says: 0.01}]}", "holds"),
        ("{places: [{lines: 1, says: minus}, {lines: 2, says: plus}]}", "open"),
        ("{fact: the manual of NumPy, says: 1797, is: 1797}", "holds"),
        ("{fact: the manual of NumPy, says: 1797, is: 1796}", "open"),
    ],
)
def test_a_kind_of_check_accepts_what_is_right_and_refutes_what_is_not(check: str, outcome: str) -> None:
    judged = judge_row(row_of(check))
    assert judged is not None
    assert str(judged.outcome) == outcome, judged.verdict.reason
    assert judged.verdict.status in (Status.PROVED, Status.AGREES, Status.REFUTED)


# -- comparing -------------------------------------------------------------------------------------


def test_a_printed_number_stands_for_all_that_round_to_it() -> None:
    assert half_unit("-3.63") == Fraction(1, 200)
    assert half_unit("1e-3") == Fraction(1, 2000)
    assert ball("3.73").contains(arb("3.7349"))
    assert not ball("3.73").contains(arb("3.7351"))


@pytest.mark.parametrize(
    ("said", "value", "status"),
    [
        (4, 4, "proved"),
        (4, 5, "refuted"),
        ("0.33", Fraction(1, 3), "proved"),
        ("0.34", Fraction(1, 3), "refuted"),
        (True, True, "proved"),
        (True, 1, "refuted"),
        ("runs", "ValueError", "refuted"),
        ([1, [2, 3]], (1, (2, 3)), "proved"),
        ([1, [2, 3]], np.array([1, 2]), "shape"),
        ([1, 2], [1, 3], "refuted"),
        ("0.33", arb("0.333 +/- 0.001"), "proved"),
        ("0.33", arb("0.335 +/- 0.001"), "undecided"),
        ("0.33", arb("0.345 +/- 0.001"), "refuted"),
        ("0.9", 0.91, "few"),
    ],
)
def test_a_claimed_value_is_held_against_what_was_found(said: object, value: object, status: str) -> None:
    found = Found(value, "counting")
    if status in ("shape", "few"):
        with pytest.raises(ClaimError, match="shapes" if status == "shape" else "shows too little"):
            compare({"is": said}, found)  # type: ignore[dict-item]
        return
    assert str(compare({"is": said}, found).status) == status  # type: ignore[dict-item]


def test_a_float_agrees_on_the_numbers_that_it_rests_on_and_says_how_far_it_is_off() -> None:
    verdict = compare({"is": "0.92", "within": "0.01"}, Found(0.925, "the accuracy", rests_on=1000))
    assert (verdict.status, verdict.compared) == (Status.AGREES, 1000)
    assert verdict.max_error == pytest.approx(0.005)
    assert compare({"is": "0.92"}, Found(0.9261, "the accuracy", rests_on=1000)).status is Status.REFUTED


def test_nan_is_no_number_that_could_agree() -> None:
    with pytest.raises(ClaimError, match="no number"):
        compare({"at_least": 0}, Found(float("nan"), "the mean", rests_on=1000))


# -- runs ------------------------------------------------------------------------------------------


def test_what_trains_is_remembered_by_its_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_cache, "cache_folder", lambda: tmp_path)
    calls = []

    @trains
    def training(seed: int) -> list[Found]:
        calls.append(seed)
        return [Found(np.float64(0.5), "the accuracy", rests_on=100), Found([1, 2], "the epochs")]

    first, again = remembered(training, {"seed": 1}), remembered(training, {"seed": 1})
    remembered(training, {"seed": 2})
    assert calls == [1, 2]
    assert [one.value for one in first] == [one.value for one in again] == [0.5, [1, 2]]


def test_a_run_whose_rows_are_all_as_on_record_is_well_though_documents_are_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ledger = find("004")
    few = tuple(row for row in ledger.rows if row.name in ("pool-size", "conv-size"))
    from dataclasses import replace

    from checks.audit import run

    small = replace(ledger, rows=few)
    monkeypatch.setattr(run, "find", lambda _: small)
    found = audit(["004"], processes=1)
    assert found.status is Status.AGREES
    shown = found.to_json()
    assert shown["gravest_claim"] == "refuted"
    assert [claim["outcome"] for claim in shown["claims"]] == ["holds", "wrong"]
    assert all({"source", "place", "claim", "status", "reason"} <= set(claim) for claim in shown["claims"])
    swapped = replace(few[0], recorded=Outcome.NOISE)
    monkeypatch.setattr(run, "find", lambda _: replace(ledger, rows=(swapped,)))
    off = audit(["004"], processes=1)
    assert off.status is Status.UNDECIDED
    assert "1 not as on record" in off.reason


def test_the_network_that_writes_whole_rows_makes_the_printed_matrix_of_document_004() -> None:
    from checks.audit.computations.conv_by_hand.forward import exact
    from checks.audit.computations.conv_by_hand.printed_values import A1, POOLED_GRADIENT, UNPOOLED_GRADIENT
    from numeric.experiments.conv_mistakes import PoolSendingToRows

    image, arriving, printed = (
        np.array(exact(texts), dtype=float) for texts in (A1, POOLED_GRADIENT, UNPOOLED_GRADIENT)
    )
    sent = PoolSendingToRows(2).input_gradient(image[None, None], arriving[None, None])
    assert np.array_equal(sent[0, 0], printed)
