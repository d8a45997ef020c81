"""Random formulas: a true rewriting is never refuted, and a mutation is proved only where it changes nothing."""

from random import Random

import sympy as sp
from flint import fmpq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.enclosure import UndefinedHereError, UnknownHereError, enclose
from checks.formulas import equal
from checks.verdict import Status
from derive.reading import read

LEAVES = st.sampled_from(["x", "y", "2", "3", "1/2", "x", "y"])
UNARY = [
    "exp({})",
    "sigma({})",
    "tanh({})",
    "sin({})",
    "cos({})",
    "max(0, {})",
    "abs({})",
    "({})^2",
    "-({})",
    "softplus({})",
]


def grown(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.tuples(children, st.sampled_from("+-*"), children).map(lambda t: f"({t[0]} {t[1]} {t[2]})")
    return st.one_of(binary, st.tuples(st.sampled_from(UNARY), children).map(lambda t: t[0].replace("{}", t[1])))


FORMULAS = st.recursive(LEAVES, grown, max_leaves=9)
QUIET = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

# Each is an identity of real numbers; {} is the formula.
REWRITINGS = [
    "({}) + 0",
    "1 * ({})",
    "(({}) + x) - x",
    "2*({}) - ({})",
    "-(-({}))",
    "({})*(sin(y)^2 + cos(y)^2)",
    "({}) + ln(e^x) - x",
    "({})*e^x*e^(-x)",
    "({}) + max(x,y) - (x+y+|x-y|)/2",
    "({}) + sigma(x) + sigma(-x) - 1",
    "({}) + softplus(y) - softplus(-y) - y",
    "({}) + (x+y)^2 - x^2 - 2xy - y^2",
]
MUTATIONS = ["({}) + 10^-9", "-({})", "({})*2", "({}) + x", "({})*x", "({})^2", "max(0, {})", "abs({})", "sin({})"]


@given(formula=FORMULAS, rewriting=st.sampled_from(REWRITINGS))
@QUIET
def test_a_rewriting_is_never_refuted(formula: str, rewriting: str) -> None:
    verdict = equal(formula, rewriting.replace("{}", formula), seconds=3)
    assert verdict.status not in (Status.REFUTED, Status.FAULT), verdict.reason


@given(formula=FORMULAS, mutation=st.sampled_from(MUTATIONS))
@QUIET
def test_a_mutation_is_proved_only_where_50_points_agree(formula: str, mutation: str) -> None:
    changed = mutation.replace("{}", formula)
    verdict = equal(formula, changed, seconds=3)
    assert verdict.status is not Status.FAULT, verdict.reason
    if verdict.status is Status.PROVED:
        assert agree_at_50_points(formula, changed)


def agree_at_50_points(left: str, right: str) -> bool:
    first, second = read(left).expression, read(right).expression
    symbols = sorted(first.free_symbols | second.free_symbols, key=str)
    random = Random(5)
    for _ in range(50):
        point = {symbol: fmpq(random.randint(-40, 40), random.randint(1, 13)) for symbol in symbols}
        try:
            if not enclose(sp.sympify(first), point, 256).overlaps(enclose(sp.sympify(second), point, 256)):
                return False
        except (UndefinedHereError, UnknownHereError):
            continue
    return True


MATRICES = st.recursive(
    st.sampled_from(["A", "C", "D", "A^T", "C^T"]),
    lambda child: st.one_of(
        st.tuples(child, st.sampled_from([" + ", " - ", " "]), child).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
        child.map(lambda word: f"({word})^T"),
    ),
    max_leaves=3,
)
SQUARE = ["A matrix(n, n)", "C matrix(n, n)", "D matrix(n, n)"]


@given(word=MATRICES, change=st.sampled_from(["(({})^T)^T", "({}) + A - A", "2 ({}) - ({})", "({} + D) - D"]))
@QUIET
def test_a_rewriting_of_matrices_is_never_refuted(word: str, change: str) -> None:
    verdict = equal(word, change.replace("{}", word), SQUARE, seconds=5)
    assert verdict.status is Status.PROVED, verdict.reason


@given(word=MATRICES, change=st.sampled_from(["({}) + A", "2 ({})", "({}) C", "-({})"]))
@QUIET
def test_a_mutation_of_matrices_is_never_proved(word: str, change: str) -> None:
    verdict = equal(word, change.replace("{}", word), SQUARE, seconds=5)
    same = equal(word, "A - A", SQUARE, seconds=5).status is Status.PROVED
    assert verdict.status is (Status.PROVED if same and change != "({}) + A" else Status.REFUTED), verdict.reason
