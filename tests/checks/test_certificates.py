"""Certificates of proved pairs: made for nearly all, replayed before `proved` is said, no cover for a wrong proof."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sympy as sp
from flint import fmpq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import checks.formulas.scalars
from checks.certificates import Claim, NoCertificateError, NotShownError, certificate_of, statement_of
from checks.certificates.search import Search
from checks.certificates.sign_search import SplitNeededError
from checks.certificates.trees import NotWrittenError, Writer
from checks.enclosure import NotEvaluableError, UndefinedHereError, UnknownHereError, enclose
from checks.formulas import Answer, answer, arrays, check_steps
from checks.formulas.equality import claim_of, read_both
from checks.replay import RejectedError, replay
from checks.verdict import Attempt, Proof, Status
from derive.domain import Domain

FOLDER = Path(__file__).parents[1] / "formula_pairs"
FILES = ("arrays", "calculus", "domains", "piecewise")
x, y = sp.symbols("x y", real=True)


def rows(name: str) -> list[dict[str, Any]]:
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("name", FILES)
def test_at_least_95_percent_of_the_proved_pairs_have_a_certificate_that_replays(
    name: str, answer_of: Callable[[dict[str, Any]], Answer]
) -> None:
    without, count = [], 0
    for row in rows(name):
        if row["expected"] not in {"equal", "either"}:
            continue
        found = answer_of(row)
        if found.verdict.status is not Status.PROVED:
            assert found.certificate is None
            continue
        count += 1
        if found.certificate is None:
            assert found.without_certificate
            without.append(f"{row['left']} | {row['right']}: {found.without_certificate}")
            continue
        text = json.dumps(found.certificate)
        assert replay(text).statement["left"] == frozen(found.certificate["statement"]["left"])
        claim = claim_of(read_both(row["left"], row["right"], row["given"]))
        stated = json.loads(json.dumps(statement_of(claim)))
        assert {**found.certificate["statement"], "except": []} == stated
    assert count > 40
    assert len(without) <= 0.05 * count, "\n".join(without)


def frozen(tree: Any) -> Any:
    return tuple(map(frozen, tree)) if isinstance(tree, list) else tree


@pytest.mark.parametrize("name", FILES)
def test_no_certificate_is_made_for_a_pair_that_is_unequal(name: str) -> None:
    tried: Counter[str] = Counter()
    for row in rows(name):
        if row["expected"] != "unequal":
            continue
        claim = claim_of(read_both(row["left"], row["right"], row["given"]))
        with pytest.raises((NoCertificateError, NotShownError)) as caught:
            certificate_of(claim)
        tried[type(caught.value).__name__] += 1
    assert tried["NotShownError"] > 10


def test_a_search_that_lies_finds_no_certificate_for_an_unequal_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(7)
    lies = 0

    def lie(self: Search, kind: str, *context: Any) -> tuple[Any, ...]:
        nonlocal lies
        try:
            step = list(getattr(self, f"find_{kind}")(*context))
        except SplitNeededError:
            if kind != "sign" or random.random() < 0.4:
                raise
            facts = [(((random.randint(1, 3),),), (random.randrange(9),)) for _ in range(random.randint(0, 2))]
            step = [random.choice("+-"), (((1,),), ()), tuple(facts)]
            lies += 1
        if step and random.random() < 0.2:
            lies += 1
            place = random.randrange(len(step))
            if kind in ("exp", "log", "root", "angle"):
                number, _, *new = step[place]
                step[place] = (random.choice((number, random.randrange(6))), random.randint(-2, 3), *new)
            elif kind == "sign" and step[0] != "grows":
                step[0] = random.choice(("+", "-", ">=", "<="))
            else:
                random.shuffle(step)
        self.steps.append((kind, *step))
        return tuple(step)

    monkeypatch.setattr(Search, "ask", lie)
    for name in FILES:
        for row in rows(name):
            if row["expected"] == "unequal":
                claim = claim_of(read_both(row["left"], row["right"], row["given"]))
                for _ in range(3):
                    with pytest.raises((NoCertificateError, NotShownError, RejectedError, SplitNeededError)):
                        certificate_of(claim)
    assert lies > 100


def test_a_prover_that_errs_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Proof(procedure="a prover that says yes to everything")
    monkeypatch.setattr(checks.formulas.scalars, "_proved", lambda *_, **__: (wrong, ""))
    monkeypatch.setattr(arrays, "_proof", lambda *_: wrong)
    for left, right, given_ in [
        ("sigma(x)(1-sigma(x))", "e^-x/(1+e^-x)^3", []),
        ("sqrt(x^2)", "x", []),
        ("max(x,y)", "x", []),
        ("sin(2x)", "2 sin(x)", []),
        ("log(a+b)", "log(a)+log(b)", ["a positive", "b positive"]),
        ("A C", "C A", ["A matrix(n,n)", "C matrix(n,n)"]),
        (r"\sum_i x_i y_i", r"\sum_i x_i \sum_i y_i", ["x vector(n)", "y vector(n)"]),
    ]:
        found = answer(left, right, given_)
        assert found.verdict.status is Status.UNDECIDED, (left, right, found.verdict.reason)
        assert "no certificate bears it out" in found.verdict.reason
        assert isinstance(found.verdict.evidence, Attempt)
        assert found.certificate is None


def test_a_certificate_that_the_replayer_rejects_is_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def reject(_: object) -> None:
        raise RejectedError("a planted error")

    monkeypatch.setattr("checks.certificates.certificate.replay", reject)
    found = answer("sin(2x)", "2 sin(x) cos(x)")
    assert found.verdict.status is Status.FAULT
    assert "a planted error" in found.verdict.reason
    assert found.certificate is None


def test_what_certificates_do_not_cover_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise NotWrittenError("certificates do not cover gamma")

    monkeypatch.setattr(Writer, "tree", none)
    found = answer("(x+1)^2", "x^2+2x+1")
    assert found.verdict.status is Status.PROVED
    assert found.certificate is None
    assert found.to_json()["certificate"] is None
    assert found.to_json()["without_certificate"] == "certificates do not cover gamma"


def test_steps_of_a_derivation_are_replayed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "(x+1)^2 = x^2+2x+1 = x(x+2)+1"
    assert check_steps(text).status is Status.PROVED
    wrong = Proof(procedure="a prover that says yes to everything")
    monkeypatch.setattr(checks.formulas.scalars, "_proved", lambda *_, **__: (wrong, ""))
    assert check_steps("(x+1)^2 = x^2+2x+2").status is Status.UNDECIDED


def test_a_refuted_pair_has_no_certificate() -> None:
    found = answer("2x", "3x").to_json()
    assert found["certificate"] is None
    assert "without_certificate" not in found


def test_the_statement_says_what_was_declared_and_what_is_left_out() -> None:
    found = answer(r"\frac{d}{dx}|x|", r"\frac{x}{|x|}", ["x > -1"]).certificate
    assert found is not None
    statement = found["statement"]
    assert statement["given"] == [["<", -1, "x"]]
    assert ["!=", ["abs", "x"], 0] in statement["where"] or ["!=", "x", 0] in statement["where"]
    assert statement["except"] == ["x"]


def test_a_formula_that_is_too_deep_or_too_large_has_no_certificate() -> None:
    deep: sp.Expr = x
    for _ in range(150):
        deep = sp.exp(deep + y, evaluate=False)
    with pytest.raises(NoCertificateError, match=r"nested|too deep|work"):
        certificate_of(Claim(deep, deep + 1 - 1 + x * 0 + sp.sin(y) ** 2 + sp.cos(y) ** 2 - 1, Domain()))
    terms = sp.Add(*sp.symbols("a:12", real=True))
    with pytest.raises(NoCertificateError, match=r"work|limit"):
        certificate_of(Claim(terms**12, terms**11 * (terms + x - y) + terms**11 * (y - x), Domain()))


# -- the trees are the formulas that were read -----------------------------------------------------------------


def back(tree: Any, symbols: dict[str, sp.Symbol]) -> sp.Expr:
    """Return the SymPy formula of a tree, by a way of its own."""
    if isinstance(tree, int):
        return sp.Integer(tree)
    if isinstance(tree, str):
        return symbols[tree]
    op, *parts = tree
    if op == "/":
        return sp.Rational(*parts)
    if op == "cases":
        return sp.Piecewise(*((back(value, symbols), told(condition, symbols)) for _, value, condition in parts))
    if op == "D":
        return sp.Derivative(back(parts[0], symbols), symbols[parts[1]])
    from derive.functions import sigma, softplus

    made = {
        "+": sp.Add, "*": sp.Mul, "^": sp.Pow, "exp": sp.exp, "log": sp.log, "abs": sp.Abs, "sign": sp.sign,
        "max": sp.Max, "min": sp.Min, "step": sp.Heaviside, "sigma": sigma, "softplus": softplus, "pi": lambda: sp.pi,
    }  # fmt: skip
    return made.get(op, getattr(sp, op, None))(*(back(part, symbols) for part in parts))  # type: ignore[misc]


def told(condition: Any, symbols: dict[str, sp.Symbol]) -> Any:
    op, *parts = condition
    if op == "true":
        return sp.true
    if op in ("and", "or", "not"):
        return {"and": sp.And, "or": sp.Or, "not": sp.Not}[op](*(told(part, symbols) for part in parts))
    kinds = {"<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge, "=": sp.Eq, "!=": sp.Ne}
    return kinds[op](*(back(part, symbols) for part in parts))


def test_a_tree_has_the_value_of_the_formula_that_it_was_written_from() -> None:
    compared = 0
    for name in ("calculus", "domains", "piecewise"):
        for row in rows(name)[::3]:
            if row["expected"] == "unreadable":
                continue
            sides = read_both(row["left"], row["right"], row["given"])
            for formula in (sides.left.expression, sides.right.expression):
                if formula.atoms(sp.core.function.AppliedUndef) or "h" in str(formula):
                    continue
                writer = Writer()
                again = back(writer.tree(formula), writer.symbols)
                for values in ((3, 5, 7, 11), (-1, 2, -3, 5), (1, -4, 9, 2)):
                    point = {
                        s: fmpq(v, 4) for s, v in zip(sorted(writer.symbols.values(), key=str), values, strict=False)
                    }
                    try:
                        balls = [enclose(one.doit(), point, 128) for one in (formula, again)]
                    except (UndefinedHereError, UnknownHereError, NotEvaluableError):
                        continue
                    assert balls[0].overlaps(balls[1]), (formula, again)
                    compared += 1
    assert compared > 300


# -- random formulas ---------------------------------------------------------------------------------------------

LEAVES = st.sampled_from(["x", "y", "a", "p", "2", "3", "1/2", "0.3"])
UNARY = ["exp({})", "sigma({})", "tanh({})", "sin({})", "max(0, {})", "abs({})", "({})^2", "softplus({})",
         "ln(1+({})^2)",
         "sqrt(1+({})^2)", "arctan({})", "1/(1+({})^2)", "ln(a)*({})", "sqrt(a)*({})", "({})/a", "min({}, y)",
         "np.where({} > 0, x, y)", "ln(p/(1-p))*({})"]  # fmt: skip
REWRITINGS = ["(({}) + x) - x", "({})*(sin(y)^2 + cos(y)^2)", "({})*sqrt(a)*sqrt(a)/a", "({}) + |x| - max(x,-x)",
              "({}) + sigma(x) + sigma(-x) - 1", "({}) + softplus(y) - softplus(-y) - y", "({}) + ln(p^2)-2ln(p)",
              "({})*p^x/e^(x ln p)", "({}) + max(p,1) - 1", "({}) + ln(a/p) - ln(a) + ln(p)"]  # fmt: skip
MUTATIONS = ["({}) + 10^-9", "-({})", "({})*2", "({}) + x", "({})*x", "({})^2", "max(0, {})", "abs({})", "sin({})"]
DECLARED = ("a positive", "0 < p < 1")


def grown(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.tuples(children, st.sampled_from("+-*"), children).map(lambda t: f"({t[0]} {t[1]} {t[2]})")
    return st.one_of(binary, st.tuples(st.sampled_from(UNARY), children).map(lambda t: t[0].replace("{}", t[1])))


FORMULAS = st.recursive(LEAVES, grown, max_leaves=6)
QUIET = settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@given(formula=FORMULAS, rewriting=st.sampled_from(REWRITINGS))
@QUIET
def test_what_is_proved_of_a_random_formula_is_replayed(formula: str, rewriting: str) -> None:
    found = answer(formula, rewriting.replace("{}", formula), DECLARED, seconds=4)
    assert found.verdict.status is not Status.FAULT, found.verdict.reason
    assert "no certificate bears it out" not in found.verdict.reason, found.verdict.reason
    if found.verdict.status is Status.PROVED:
        assert found.certificate is not None, found.without_certificate


@given(formula=FORMULAS, mutation=st.sampled_from(MUTATIONS))
@QUIET
def test_no_certificate_is_made_where_a_point_refutes(formula: str, mutation: str) -> None:
    try:
        claim = claim_of(read_both(formula, mutation.replace("{}", formula), DECLARED))
    except ValueError:
        return
    try:
        certificate_of(claim)
    except (NoCertificateError, NotShownError):
        return
    verdict = answer(formula, mutation.replace("{}", formula), DECLARED, seconds=4).verdict
    assert verdict.status in {Status.PROVED, Status.UNDECIDED}, verdict.reason
