"""Two typed formulas: proofs for all values, counterexamples, traps of the domain, and clear words for the rest."""

import signal
import threading
import time
from fractions import Fraction

import pytest
import sympy as sp

from checks.formulas import answer, equal, equality, limits
from checks.formulas.limits import OutOfTimeError, at_most
from checks.identity import identical
from checks.identity.emptiness import no_solution
from checks.identity.regions import same_sign
from checks.verdict import Attempt, Counterexample, Misreading, Proof, Status

ARRAYS = ["X matrix(B, N)", "W matrix(N, M)", "G matrix(B, M)", "A matrix(n, n)", "C matrix(n, n)", "y vector(n)"]


def test_a_quotient_that_cancels_is_equal_where_it_is_defined_and_says_where_it_is_not() -> None:
    verdict = equal("x/x", "1")
    assert verdict.status is Status.PROVED
    assert isinstance(verdict.evidence, Proof)
    assert verdict.evidence.exceptions == ("x != 0",)
    assert "x != 0" in verdict.reason


def test_a_condition_that_the_declarations_imply_is_no_exception() -> None:
    verdict = equal("x/x", "1", ["x > 3"])
    assert isinstance(verdict.evidence, Proof)
    assert verdict.evidence.exceptions == ()


def test_the_logarithm_of_a_square_is_undecided_until_the_sign_is_known() -> None:
    verdict = equal("log x^2", "2 log x")
    assert verdict.status is Status.UNDECIDED
    assert "only the left side" in verdict.reason
    assert "x > 0" in verdict.reason
    assert equal("log x^2", "2 log x", ["x positive"]).status is Status.PROVED


def test_nothing_is_proved_where_no_point_has_both_sides() -> None:
    assert equal("ln(x) + ln(-x)", "7").status is Status.UNDECIDED
    assert equal("sqrt(-1-x^2)", "sqrt(-1-x^2)+1").status is not Status.PROVED


def test_a_symbol_tied_by_a_condition_keeps_points_inside_the_domain() -> None:
    assert equal("|x-5|", "x-5", ["y > 5", "x > y"]).status is not Status.REFUTED


def test_the_counterexample_holds_by_hand() -> None:
    verdict = equal("(x+y)^2", "x^2+y^2", ["x > 1", "-2 < y < -1"])
    evidence = verdict.evidence
    assert isinstance(evidence, Counterexample)
    x, y = (Fraction(evidence.point[name]) for name in "xy")
    assert x > 1
    assert -2 < y < -1
    assert evidence.left.low <= float((x + y) ** 2) <= evidence.left.high
    assert evidence.right.low <= float(x**2 + y**2) <= evidence.right.high


def test_matrices_are_refuted_by_arrays_that_can_be_multiplied_by_hand() -> None:
    verdict = equal("A C", "C A", ARRAYS)
    evidence = verdict.evidence
    assert isinstance(evidence, Counterexample)
    assert evidence.point["n"] == "2"
    a, c = (
        [[Fraction(v) for v in row.split(", ")] for row in evidence.point[name][2:-2].split("], [")] for name in "AC"
    )
    r, s = (int(v) - 1 for v in evidence.point["entry"].strip("()").split(", "))
    left = sum(a[r][k] * c[k][s] for k in range(2))
    right = sum(c[r][k] * a[k][s] for k in range(2))
    assert left != right
    assert evidence.left.low <= float(left) <= evidence.left.high
    assert evidence.right.low <= float(right) <= evidence.right.high


def test_matrices_of_different_shapes_are_not_compared() -> None:
    verdict = equal("X^T G", "G^T X", ARRAYS)
    assert verdict.status is Status.UNREADABLE
    assert "(N, M)" in verdict.reason
    assert "(M, N)" in verdict.reason


def test_a_given_equation_is_used_and_named() -> None:
    given = [*ARRAYS, r"\sum_k y_k = 1"]
    verdict = equal(r"p \sum_k y_k", "p", given)
    assert verdict.status is Status.PROVED
    assert isinstance(verdict.evidence, Proof)
    assert verdict.evidence.conditions
    assert equal(r"p \sum_k y_k", "p", ARRAYS).status is Status.REFUTED
    wrong = equal(r"p \sum_k y_k", "2p", given)
    assert isinstance(wrong.evidence, Counterexample)
    values = [Fraction(v) for v in wrong.evidence.point["y"].strip("[]").split(", ")]
    assert sum(values) == 1


def test_entries_outside_what_was_declared_refute_nothing() -> None:
    assert equal("|y_i|", "y_i", [*ARRAYS, "y > 0"]).status is Status.PROVED
    assert equal("|y_i|", "y_i", [*ARRAYS, "y_i > 0"]).status is Status.PROVED
    assert equal("|y_i|", "y_i", ["y positive vector(n)"]).status is Status.PROVED
    assert equal("y_i^2", "y_i", [*ARRAYS, "y_i in {0, 1}"]).status is not Status.REFUTED
    assert equal("|y_i|", "y_i", ARRAYS).status is Status.REFUTED


def test_a_condition_on_arrays_that_is_not_used_refutes_nothing() -> None:
    assert equal("y_i", "2y_i", [*ARRAYS, "y_1 > 0"]).status is Status.UNDECIDED


def test_each_side_knows_the_names_of_the_other() -> None:
    assert equal("xy", "x*y").status is Status.PROVED
    assert equal("x*y", "xy").status is Status.PROVED
    assert equal(r"\sum_{i=1}^n x_i", r"\sum_{j=1}^n x_j").status is Status.PROVED


def test_a_refutation_mentions_the_reading_that_it_rests_on() -> None:
    found = answer("f(x)", "f + x")
    assert found.verdict.status is Status.REFUTED
    assert "as a product" in found.verdict.reason
    assert found.ambiguities


def test_an_index_without_a_range_refutes_nothing() -> None:
    assert equal(r"\sum_i \delta_{ii}", "n", ARRAYS).status is not Status.REFUTED


@pytest.mark.parametrize(
    ("left", "right", "given"),
    [("x^", "2", []), ("2", "x^", []), ("x", "x", ["x foo"]), ("x", "x", ["x > 1", "x < 0"]), ("", "", [])],
)
def test_what_cannot_be_read_says_where(left: str, right: str, given: list[str]) -> None:
    verdict = equal(left, right, given)
    assert verdict.status is Status.UNREADABLE
    assert isinstance(verdict.evidence, Misreading)


def test_time_is_limited_and_what_runs_out_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_slowly(*arguments: object) -> object:  # no real pair is sure to take long on every machine
        end = time.monotonic() + 60
        while time.monotonic() < end:
            pass
        return read_both(*arguments)

    read_both = equality.read_both
    monkeypatch.setattr(equality, "read_both", read_slowly)
    begun = time.monotonic()
    verdict = equal("x", "x", seconds=0.01)
    assert time.monotonic() - begun < 60
    assert verdict.status is Status.UNDECIDED
    assert isinstance(verdict.evidence, Attempt)
    assert "time limit" in verdict.reason


def test_an_alarm_that_comes_in_a_finaliser_is_not_lost() -> None:
    class Slow:
        def __del__(self) -> None:
            end = time.monotonic() + 0.1
            while time.monotonic() < end:
                pass

    def work() -> None:
        Slow()
        end = time.monotonic() + 60
        while time.monotonic() < end:
            pass

    with pytest.raises(OutOfTimeError), at_most(0.03):
        work()
    assert signal.getitimer(limits.CLOCK) == (0.0, 0.0)


def test_an_alarm_that_comes_before_the_work_begins_leaves_no_clock_running(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow_setitimer(*arguments: float) -> None:  # on a busy machine the limit may be over when it returns
        setitimer(*arguments)
        end = time.monotonic() + 60
        while time.monotonic() < end and arguments[1] == 0.01:
            pass

    setitimer, before = signal.setitimer, signal.getsignal(limits.ALARM)
    monkeypatch.setattr(signal, "setitimer", slow_setitimer)
    with pytest.raises(OutOfTimeError), at_most(0.01):
        pass
    assert signal.getitimer(limits.CLOCK) == (0.0, 0.0)
    assert signal.getsignal(limits.ALARM) == before


def test_the_limit_interrupts_work_in_any_thread() -> None:
    seen: list[str] = []

    def work() -> None:
        try:
            with at_most(0.05):
                end = time.monotonic() + 60
                while time.monotonic() < end:
                    pass
        except OutOfTimeError:
            seen.append("stopped")

    work()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == ["stopped", "stopped"]


def test_the_same_question_gets_the_same_answer() -> None:
    pairs = [("sin(x)^2", "x", []), ("A C", "C A", ARRAYS), ("max(x,y)", "x", []), ("log x^2", "2 log x", [])]
    for left, right, given in pairs:
        assert answer(left, right, given).to_json() == answer(left, right, given).to_json()


def test_hostile_text_is_refused_before_any_work() -> None:
    for text in ("9^9^9^9", "x" * 5000, "(" * 500, "\\newcommand", "\0", "sum_{i=1}^{99999} i"):
        assert equal(text, "x").status is Status.UNREADABLE
    verdict = equal("e^{e^{e^{e^{99}}}}", "x")
    assert verdict.status is Status.UNDECIDED
    assert "time limit" not in verdict.reason


def test_regions_without_points_are_told_by_elimination() -> None:
    x, y, z = sp.symbols("x y z", real=True)
    assert no_solution([x - 1, -x])
    assert no_solution([x - y, y - z, z - x])
    assert no_solution([-sp.exp(x)])
    assert not no_solution([x - 1, 2 - x])
    assert not no_solution([x**2 - y, y - x])
    assert not no_solution([])


def test_a_switch_is_read_by_the_sign_of_its_argument() -> None:
    x = sp.Symbol("x", real=True)
    assert same_sign(sp.exp(x) - 1) == x
    assert same_sign(3 - 3 * sp.exp(x)) == -x
    assert same_sign(sp.log(x)) == x - 1
    assert same_sign((x - 2) ** 3) == x - 2
    assert same_sign(sp.exp(x) - 2) == sp.exp(x) - 2
    assert same_sign(x**2) == x**2
    elu = sp.Piecewise((x, x > 0), (sp.exp(x) - 1, True))
    assert identical(sp.Max(x, 0) + sp.Min(sp.exp(x) - 1, 0), elu).status is Status.PROVED


def test_a_word_is_one_thing_on_both_sides() -> None:
    found = answer(r"\frac{d}{dw}[(wx+b-y)^2]", "2x(wx+b-y)")
    assert found.verdict.status is Status.PROVED, found.verdict.reason


def test_a_condition_that_is_not_defined_on_a_border_is_no_fault() -> None:
    found = equal("sqrt(((((x)**-1)**0.5)**-1)**2)", "(((x)**-1)**0.5)**-1").status
    assert found in {Status.PROVED, Status.UNDECIDED}
