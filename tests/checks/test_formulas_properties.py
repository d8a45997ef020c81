"""Random formulas: a true rewriting is never refuted, and a mutation is proved only where it changes nothing."""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
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


# -- rewritings at random places of a tree ------------------------------------------------------------

Tree = tuple[Any, ...]

FORMS = {
    "+": "({0} + {1})", "*": "({0})({1})", "neg": "-({0})", "/": r"\frac{{{0}}}{{{1}}}", "square": "({0})^2",
    "exp": "e^{{{0}}}", "sin": r"\sin({0})", "cos": r"\cos({0})", "tanh": r"\tanh({0})", "sigma": r"\sigma({0})",
    "abs": r"\left|{0}\right|", "max": r"\max({0}, {1})", "min": r"\min({0}, {1})",
    "if": r"\begin{{cases}} {2} & {0} > {1} \\ {3} & \text{{otherwise}} \end{{cases}}",
    "if not": r"\begin{{cases}} {2} & {0} \le {1} \\ {3} & {0} > {1} \end{{cases}}",
}  # fmt: skip


def shown(tree: Tree) -> str:
    """Write a tree as LaTeX."""
    head, *parts = tree
    return FORMS[head].format(*map(shown, parts)) if parts else head


def _smooth(children: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return st.one_of(
        st.tuples(st.sampled_from(["+", "*"]), children, children),
        st.tuples(st.sampled_from(["neg", "square", "exp", "sin", "cos", "tanh", "sigma"]), children),
    )


def _piecewise(children: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return st.one_of(
        st.tuples(st.sampled_from(["+", "*", "max", "min"]), children, children),
        st.tuples(st.sampled_from(["neg", "abs", "square"]), children),
        st.tuples(st.just("if"), NAMES, LEAF_TREES, children, children),
    )


NAMES = st.sampled_from([("x",), ("y",)])
LEAF_TREES = st.one_of(NAMES, st.sampled_from([("2",), ("1",), (r"\frac{1}{3}",)]))
SMOOTH = st.recursive(LEAF_TREES, _smooth, max_leaves=6)
PIECEWISE = st.recursive(LEAF_TREES, _piecewise, max_leaves=5)
ONE, TWO = ("1",), ("2",)


def rewritten(tree: Tree) -> list[Tree]:
    """Return trees that are equal to this one at all real numbers, each by one law at the root."""
    found: list[Tree] = [("+", tree, ("0",)), ("neg", ("neg", tree)), ("*", ONE, tree), ("if", ("x",), ONE, tree, tree)]
    match tree:
        case ("+" | "*" | "max" | "min" as sign, a, b):
            found.append((sign, b, a))
            if a[0] == sign:
                found.append((sign, a[1], (sign, a[2], b)))
            if sign == "*" and b[0] == "+":
                found.append(("+", ("*", a, b[1]), ("*", a, b[2])))
            if sign == "max":
                found.append(("/", ("+", ("+", a, b), ("abs", ("+", a, ("neg", b)))), TWO))
                found.append(("neg", ("min", ("neg", a), ("neg", b))))
            if sign == "min":
                found.append(("+", ("+", a, b), ("neg", ("max", a, b))))
        case ("neg", ("+", a, b)):
            found.append(("+", ("neg", a), ("neg", b)))
        case ("square", a):
            found.append(("*", a, a))
            found.append(("square", ("abs", a)))
            if a[0] == "+":
                cross = ("*", TWO, ("*", a[1], a[2]))
                found.append(("+", ("+", ("square", a[1]), cross), ("square", a[2])))
        case ("exp", ("+", a, b)):
            found.append(("*", ("exp", a), ("exp", b)))
        case ("exp", a):
            found.append(("/", ONE, ("exp", ("neg", a))))
        case ("sin", ("+", a, b)):
            found.append(("+", ("*", ("sin", a), ("cos", b)), ("*", ("cos", a), ("sin", b))))
        case ("cos", a):
            half = ("/", a, TWO)
            found.append(("+", ONE, ("neg", ("*", TWO, ("square", ("sin", half))))))
        case ("tanh", a):
            found.append(("+", ("*", TWO, ("sigma", ("*", TWO, a))), ("neg", ONE)))
        case ("sigma", a):
            found.append(("/", ONE, ("+", ONE, ("exp", ("neg", a)))))
            found.append(("+", ONE, ("neg", ("sigma", ("neg", a)))))
        case ("abs", a):
            found.append(("max", a, ("neg", a)))
            found.append(("if", a, ("0",), a, ("neg", a)))
        case ("if", a, b, c, d):
            found.append(("if not", a, b, d, c))
    return found


def mutated(tree: Tree) -> list[Tree]:
    """Return trees that differ from this one at the root; most of them, but not all, are unequal to it."""
    found: list[Tree] = [("neg", tree), ("+", tree, ("y",)), ("*", TWO, tree), ("abs", tree)]
    match tree:
        case ("+", a, b):
            found += [("+", a, ("neg", b)), ("*", a, b), a]
        case ("*", a, b):
            found += [("+", a, b), b, ("*", a, ("*", b, b))]
        case ("max" | "min" as sign, a, b):
            found += [("min" if sign == "max" else "max", a, b), a]
        case ("sin" | "cos" | "tanh" | "sigma" | "exp" as name, a):
            found += [({"sin": "cos", "cos": "sin", "tanh": "sigma", "sigma": "tanh", "exp": "square"}[name], a)]
            found += [(name, ("neg", a)), (name, ("*", TWO, a))]
        case ("if", a, b, c, d):
            found += [("if", a, b, d, c), ("if", b, a, c, d), ("if", a, b, c, c)]
        case ("x",) | ("y",):
            found += [("y",) if tree == ("x",) else ("x",)]
    return found


def changed(tree: Tree, choose: Callable[[int], int], change: Callable[[Tree], list[Tree]]) -> Tree:
    """Change one node, chosen on the way down from the root; what is compared stays as it is."""
    free = [place for place in range(1, len(tree)) if not (tree[0] in {"if", "if not"} and place < 3)]
    place = choose(len(free) + 1)
    if not free or place == len(free):
        options = change(tree)
        return options[choose(len(options))]
    at = free[place]
    return (*tree[:at], changed(tree[at], choose, change), *tree[at + 1 :])


def drawn_change(data: st.DataObject, tree: Tree, change: Callable[[Tree], list[Tree]]) -> Tree:
    return changed(tree, lambda count: data.draw(st.integers(0, count - 1)), change)


@pytest.mark.parametrize("trees", [SMOOTH, PIECEWISE], ids=["smooth", "piecewise"])
def test_laws_applied_at_random_places_are_never_refuted(trees: st.SearchStrategy[Tree]) -> None:
    statuses: Counter[Status] = Counter()

    @given(tree=trees, data=st.data(), times=st.integers(1, 4))
    @QUIET
    def never_refuted(tree: Tree, data: st.DataObject, times: int) -> None:
        other = tree
        for _ in range(times):
            other = drawn_change(data, other, rewritten)
        verdict = equal(shown(tree), shown(other), seconds=3)
        statuses[verdict.status] += 1
        assert verdict.status in (Status.PROVED, Status.UNDECIDED), (shown(tree), shown(other), verdict.reason)

    never_refuted()
    assert statuses[Status.PROVED] > 0.9 * statuses.total(), statuses


@pytest.mark.parametrize("trees", [SMOOTH, PIECEWISE], ids=["smooth", "piecewise"])
def test_mutations_at_random_places_are_proved_only_where_50_points_agree(trees: st.SearchStrategy[Tree]) -> None:
    statuses: Counter[Status] = Counter()

    @given(tree=trees, data=st.data())
    @QUIET
    def proved_where_equal(tree: Tree, data: st.DataObject) -> None:
        left, right = shown(tree), shown(drawn_change(data, tree, mutated))
        verdict = equal(left, right, seconds=3)
        statuses[verdict.status] += 1
        assert verdict.status in (Status.PROVED, Status.REFUTED, Status.UNDECIDED), (left, right, verdict.reason)
        agree = agree_at_50_points(left, right)
        assert verdict.status is not Status.PROVED or agree, (left, right)

    proved_where_equal()
    assert statuses[Status.REFUTED] > 0.5 * statuses.total(), statuses
