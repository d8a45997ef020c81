"""Faults that random text, laws at random places and new pairs brought to light; each has its test here."""

import pytest

from checks.formulas import equal
from checks.formulas.equality import compare, read_both
from checks.verdict import Status

Z = ["z vector(n)"]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (r"\frac{e^{z_i}}{\sum_j e^{z_j} 0}", "e^{z_i}"),
        (r"\sum_i \frac{z_i}{\sum_j (z_j - z_j)}", "1"),
    ],
)
def test_nothing_is_proved_of_a_side_that_is_nowhere_defined(left: str, right: str) -> None:
    assert equal(left, right, Z).status is Status.UNDECIDED


def test_a_quotient_that_is_defined_somewhere_is_still_proved() -> None:
    assert equal(r"\frac{z_i \sum_j z_j}{\sum_j z_j}", "z_i", Z).status is Status.PROVED


@pytest.mark.parametrize("text", ["∂sigma(x)(1-sigma(x))", r"\partial_x x^2", r"\partial\sin(x)", "∂ln x"])
def test_a_differential_before_a_function_is_not_left_out(text: str) -> None:
    verdict = equal(text, "x")
    assert verdict.status is Status.UNREADABLE
    assert "∂" in verdict.reason


def test_a_transpose_of_a_name_that_is_no_array_is_refused_beside_arrays() -> None:
    verdict = equal("A^T x", "x", ["x vector(n)"])
    assert verdict.status is Status.UNREADABLE
    assert "declare it" in verdict.reason


@pytest.mark.parametrize("given", ["X matri||x(B, N)", "X mai2(x)N)", "x + A", "A x)"])
def test_a_declaration_that_is_none_is_refused_although_it_names_an_array(given: str) -> None:
    verdict = equal("x^T A x", "x^T A^T x", ["A matrix(n, n)", "x vector(n)", given])
    assert verdict.status is Status.UNREADABLE


@pytest.mark.parametrize("given", ["A symmetric", "A is invertible", "x^T x = 1", "A = A^T"])
def test_a_condition_on_an_array_in_words_or_signs_is_taken(given: str) -> None:
    assert equal("x^T A x", "x^T A^T x", ["A matrix(n, n)", "x vector(n)", given]).status is Status.PROVED


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sin2x", "sin(2x)"),
        ("xsin2x", "x sin(2x)"),
        ("sinxcosx", "sin(x)cos(x)"),
        ("ln2x", "ln(2x)"),
        ("x ln2", "x ln(2)"),
        ("lnlog(x)", "ln(ln(x))"),
        ("½x²", "x^2/2"),
        ("||x|-1|", "abs(abs(x)-1)"),
        ("||x|-|y||", "abs(abs(x)-abs(y))"),
        ("||x||", "abs(x)"),
        (r"\left|\begin{cases} x & x > 0 \\ 2x & x \le 0 \end{cases}\right|", "max(x, -2x)"),
    ],
)
def test_what_is_typed_without_spaces_or_with_bars_is_read_as_meant(typed: str, meant: str) -> None:
    assert equal(typed, meant).status is Status.PROVED


@pytest.mark.parametrize("text", ["sin2", "x + cos2", "2½", "tanh3", "ln2(x)", "sqrt3(x)"])
def test_what_may_mean_two_numbers_is_refused(text: str) -> None:
    assert equal(text, "x").status is Status.UNREADABLE


@pytest.mark.parametrize("name", ["sin2", "sin2x"])
def test_a_declared_name_is_a_name_whatever_it_looks_like(name: str) -> None:
    assert equal(f"2{name}", f"{name} + {name}", [f"{name} real"]).status is Status.PROVED


@pytest.mark.parametrize(
    ("left", "right", "given"),
    [
        ("|x|/x", "1", ["x > 0"]),
        ("|x - y|/(x - y)", "1", ["x > y"]),
        ("ln sqrt(x)", "ln(x)/2", ["x > 0"]),
        ("ln(x^{1/3} y^{1/2})", "ln(x)/3 + ln(y)/2", ["x > 0", "y > 0"]),
        ("exp(-|x|)", "min(e^x, e^-x)", []),
        ("max(e^(2x), e^y)", "e^max(2x, y)", []),
        ("max(0, 1 - y z)", r"\begin{cases} 1-yz & yz<1\\ 0 & \text{otherwise}\end{cases}", []),
    ],
)
def test_borders_and_roots_that_stopped_a_proof_no_longer_do(left: str, right: str, given: list[str]) -> None:
    # Without the certificate, which does not know each of these laws yet.
    assert compare(read_both(left, right, given)).status is Status.PROVED


@pytest.mark.parametrize("at_one", ["1", "2", "yz"])
def test_a_border_on_which_a_product_is_one_is_not_passed_over(at_one: str) -> None:
    verdict = equal(rf"\begin{{cases}} {at_one} & yz=1\\ 1-yz & \text{{otherwise}}\end{{cases}}", "1 - yz")
    assert verdict.status is not Status.PROVED


def test_a_border_on_which_a_product_is_one_may_hold_what_is_right_there() -> None:
    cases = r"\begin{cases} 0 & yz=1\\ 1-yz & \text{otherwise}\end{cases}"
    assert compare(read_both(cases, "1 - yz", [])).status is Status.PROVED
    hinge = r"\begin{cases} 1-yz & yz<2\\ 0 & \text{otherwise}\end{cases}"
    assert equal(hinge, "max(0, 1 - y z)").status is Status.REFUTED
