"""The replayer alone: what it accepts is true, every planted error is rejected with its reason, and nothing hangs."""

import copy
import json
import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.formulas import answer
from checks.replay import LimitError, RejectedError, UnreadableCertificateError, replay
from checks.replay.wording import in_words

ARRAYS = ("x vector(n)", "y vector(n)", "A matrix(n, n)", "W matrix(n, m)")
PAIRS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "sigmoid": ("sigma(x)(1-sigma(x))", "1/(4cosh(x/2)^2)", ()),
    "logarithm": ("ln(a b^2)", "ln a + 2 ln b", ("a positive", "b positive")),
    "unknown factor": ("ln(x y)", "ln(y) + ln(x)", ("y > 0",)),
    "root": ("1/(sqrt(x)+1)", "(sqrt(x)-1)/(x-1)", ("x > 1",)),
    "two halves": ("max(x,0) + max(-x,0)", "|x|", ()),
    "square in a logarithm": ("ln(x^2)", "2 ln|x|", ()),
    "given order": ("max(x,y)", "x", ("x > z", "z > y")),
    "two values": ("y^2", "y", ("y in {0, 1}",)),
    "equation": ("p q", "p - p^2", ("p + q = 1",)),
    "angle": ("sin(2x)", "2 sin(x) cos(x)", ()),
    "arctan": ("arctan(x) + arctan(1/x)", "pi/2", ("x > 0",)),
    "kink": (r"\frac{d}{dx}[x|x|]", "2|x|", ()),
    "regions": ("max(0,x) + min(0,e^x-1)", "elu(x)", ()),
    "larger exponent": ("max(e^(2x), e^y)", "e^max(2x, y)", ()),
    "product of one": (r"\begin{cases} 0 & xy=1\\ 1-xy & \text{otherwise}\end{cases}", "1 - xy", ()),
    "function": (r"\frac{d}{dx}[h(x)^2]", "2 h(x) h'(x)", ("h function",)),
    "second derivative": (r"\frac{d}{dx}[\frac{d}{dx}[x^3 e^{x}]]", "e^x (x^3 + 6x^2 + 6x)", ()),
    "logarithm of a root": ("ln sqrt(x)", "ln(x)/2", ()),
    "terms": (r"\sum_i |x_i|", r"\sum_i x_i \operatorname{sign}(x_i)", ARRAYS),
    "delta": (r"\sum_k \delta_{ik} x_k", "x_i", ARRAYS),
    "free delta": (r"\delta_{ij} x_i", r"\delta_{ij} x_j", ARRAYS),
    "entries": (r"\sum_i \ln(x_i y_i)", r"\sum_i \ln x_i + \sum_i \ln y_i", (*ARRAYS, "x > 0", "y > 0")),
    "entries in nested sums": ("x^T A x", "x^T A^T x", ("A matrix(n, n)", "x vector(n)", "0 < x_i < 1")),
    "quadratic form": ("x^T A x", r"\sum_{i,j} x_j A_{ij} x_i", ARRAYS),
    "given sum": (r"\left(\sum_k y_k\right) x_i", "x_i", (*ARRAYS, r"\sum_k y_k = 1")),
    "whole numbers": (r"\sum_{i=1}^n i^2", "n(n+1)(2n+1)/6", ()),
    "absolute values": (r"\sum_i |x_i| y_i + \sum_i y_i", r"\sum_k y_k (|x_k| + 1)", ARRAYS),
    "mask": ("np.where(W@y > 0, x, 0)", "x * (W@y > 0)", ("x vector(n)", "y vector(m)", "W matrix(n, m)")),
    "sigmoids": (r"\sum_i \sigma(x_i)", r"n - \sum_i \sigma(-x_i)", ARRAYS),
}


@cache
def _made(name: str) -> str:
    left, right, given_ = PAIRS[name]
    found = answer(left, right, given_)
    assert found.certificate is not None, (name, found.verdict.reason, found.without_certificate)
    return json.dumps(found.certificate)


def made(name: str) -> dict[str, Any]:
    """Return a fresh copy of the certificate of one of the pairs."""
    return json.loads(_made(name))  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", PAIRS)
def test_the_certificate_is_accepted_as_text_and_as_an_object(name: str) -> None:
    certificate = made(name)
    assert replay(certificate).cases == replay(_made(name)).cases >= 1
    assert " = " in in_words(replay(certificate).statement)[0]


def test_the_replayer_imports_nothing_of_the_prover() -> None:
    code = (
        "import json, sys\nfrom checks.replay import replay\nimport checks.replay.wording\n"
        "replay(sys.argv[1])\nprint(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, _made("regions")], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    heads = {name.split(".")[0] for name in loaded}
    assert not heads & {"sympy", "flint", "numpy", "scipy", "mpmath", "lark", "derive", "numeric", "worksheets"}
    ours = {name for name in loaded if name.split(".")[0] in {"checks", "gradproof"}}
    assert all(name in {"checks", "checks.replay"} or name.startswith("checks.replay.") for name in ours)
    assert heads - {"checks"} <= set(sys.stdlib_module_names) | {"__main__"} | startup()


def startup() -> set[str]:
    """Return what a bare interpreter of this environment loads by itself, such as the hooks of an editable install."""
    done = subprocess.run(
        [sys.executable, "-c", "import json, sys; print(json.dumps(sorted(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.split(".")[0] for name in json.loads(done.stdout)}


# -- planted errors ------------------------------------------------------------------------------------------


def put(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Return a change that puts a value at a place, such as `proof/steps/0/1/1`."""

    def change(certificate: dict[str, Any]) -> None:
        *way, last = path.split("/")
        here: Any = certificate
        for part in way:
            here = here[int(part)] if isinstance(here, list) else here[part]
        if isinstance(here, list):
            here[int(last)] = value
        else:
            here[last] = value

    return change


def drop(path: str) -> Callable[[dict[str, Any]], None]:
    """Return a change that takes out what stands at a place."""

    def change(certificate: dict[str, Any]) -> None:
        *way, last = path.split("/")
        here: Any = certificate
        for part in way:
            here = here[int(part)] if isinstance(here, list) else here[part]
        del here[int(last) if isinstance(here, list) else last]

    return change


LEFT, RIGHT = "statement/left", "statement/right"
NOT_EQUAL = "not shown to be equal"


def turned_round(certificate: dict[str, Any]) -> None:
    right = json.dumps(certificate["statement"]["right"])
    certificate["statement"]["right"] = json.loads(right.replace('">"', '"<"'))


ERRORS: list[tuple[str, str, Callable[[dict[str, Any]], None], str]] = [
    # the statement
    ("a swapped formula", "sigmoid", put(RIGHT, ["sigma", "x"]), "ends where a step|not shown to be equal"),
    ("a coefficient of a formula", "sigmoid", put(RIGHT + "/1", ["/", 1, 5]), NOT_EQUAL),
    ("a sign of a formula", "angle", put(RIGHT + "/1", -2), NOT_EQUAL),
    ("an exponent of a formula", "equation", put(RIGHT + "/2/2/2", 3), NOT_EQUAL),
    ("another function", "angle", put(LEFT + "/0", "cos"), NOT_EQUAL),
    ("the wrong entry", "free delta", put(RIGHT + "/1/1", "y"), "."),
    ("a dropped side condition", "logarithm", drop("statement/given/1"), "no condition 1"),
    ("a weaker side condition", "logarithm", put("statement/given/1", ["<=", 0, "b"]), "sign|positive"),
    ("a side condition about something else", "logarithm", put("statement/given/1", ["<", 0, "a"]), "sign|positive"),
    ("an order that is turned round", "given order", put("statement/given/0", ["<", "x", "z"]), "add up|less"),
    ("a value that is left out", "two values", put("statement/given/0", ["in", "y", 0, 2]), NOT_EQUAL),
    ("one value more", "two values", put("statement/given/0", ["in", "y", 0, 1, 2]), "one for each value"),
    ("another equation", "equation", put("statement/given/0/2", 2), NOT_EQUAL),
    ("a kink that is not excepted", "kink", put("statement/except", []), "a case is missing"),
    ("a name that is not declared", "angle", put("statement/names", []), "not declared"),
    ("an index that is not declared", "delta", put("statement/indices", []), "not declared"),
    ("another range of a free index", "delta", put("statement/indices/0/1", 5), "two ranges|not shown"),
    (
        "a size that may be zero",
        "delta",
        put("statement/given", [["integer", "n"]]),
        "positive whole number|no condition",
    ),
    ("a given sum of another value", "given sum", put("statement/given/0/2", 2), NOT_EQUAL),
    # exponentials, logarithms, roots, angles
    ("a multiple in an exponent", "sigmoid", put("proof/steps/0/1/1", -3), "do not add up"),
    ("the exponent of a generator", "sigmoid", put("proof/steps/0/1/2", [[2, 0, 1]]), "do not add up"),
    ("the fineness of a generator", "sigmoid", put("proof/steps/0/1/3", 3), "do not add up"),
    ("a fineness of zero", "sigmoid", put("proof/steps/0/1/3", 0), "must be positive"),
    ("an exponential made of an angle", "sigmoid", put("proof/steps/1/1/0", 0), "something that is none"),
    ("a multiple in a logarithm", "logarithm", put("proof/steps/2/2/1", 1), "do not multiply"),
    ("a factor in a logarithm", "logarithm", put("proof/steps/2/1/2", [[3, 0, 1]]), "do not multiply"),
    (
        "a logarithm of a negative number",
        "square in a logarithm",
        put("proof/-/steps/2/1/2", [[1, 0, 1]]),
        "add up|sign",
    ),
    ("a logarithm that is split without positivity", "unknown factor", drop("proof/steps/0"), "."),
    ("a factor in a root", "root", put("proof/steps/2/1/2", [[4, 0, 1]]), "do not multiply"),
    ("the degree of a root", "root", put("proof/steps/2/1/3", 3), "do not multiply"),
    ("a degree of one", "root", put("proof/steps/2/1/3", 1), "degree"),
    ("a multiple of an angle", "angle", put("proof/steps/0/1/1", 3), "do not add up"),
    ("a generator that there is not", "angle", put("proof/steps/1/1/0", 77), "no generator 77"),
    ("another argument of a function", "function", put("proof/steps/1", ["apply", 1]), "taken for"),
    # signs and cases
    ("a sign that is turned round", "given order", put("proof/steps/2/1", "-"), "add up"),
    ("a fact that is left out of a proof", "given order", drop("proof/steps/2/3/1"), "add up"),
    ("a fact that there is not", "given order", put("proof/steps/2/3/0/1", [9]), "no fact 9"),
    ("a negative multiple of a fact", "given order", put("proof/steps/2/3/0/0", [[-1]]), "may be negative"),
    ("a sign divided by zero", "given order", put("proof/steps/2/2", [[], []]), "may be zero"),
    ("a missing region", "two halves", drop("proof/-"), "a case is missing"),
    ("a missing border", "regions", drop("proof/0"), "a case is missing"),
    ("a region settled as another", "regions", lambda c: c["proof"].update({"-": c["proof"]["+"]}), "."),
    ("a case split by something undefined", "two halves", put("proof/split", ["/", 1, 0]), "need not be defined"),
    ("a case split by a logarithm", "two halves", put("proof/split", ["log", "x"]), "need not be defined"),
    ("an empty case that is none", "two halves", put("proof/+/steps", [["empty", []]]), "add up"),
    ("what holds in one case, used in another", "two halves", put("proof/+/steps/0/1", 7), "no condition 7"),
    ("a value of a name that is skipped", "two values", drop("proof/cases/1"), "one for each value"),
    ("an equation solved for something else", "equation", put("proof/steps/0/2", [0, 2]), "does not hold by itself"),
    ("steps that are left over", "angle", lambda c: c["proof"]["steps"].append(["empty", []]), "add up|not used"),
    ("steps that are missing", "angle", drop("proof/steps/1"), "ends where a step 'angle'"),
    ("another kind of step", "angle", put("proof/steps/1/0", "exp"), "a step 'angle' is needed"),
    ("a function that does not grow", "regions", put("proof/+/steps/2/2", 0), "how symbol grows|form"),
    # equal derivatives
    ("a larger interval", "arctan", put("proof/between", []), "no condition|sign|step|defined everywhere"),
    ("an interval that the case leaves", "arctan", put("proof/between/0/1", 1), "add up|less|ends|sign"),
    ("a number outside the interval", "arctan", put("proof/at", -1), "beyond its interval"),
    ("a place that is no number", "arctan", put("proof/at", "x"), "holds a number"),
    ("another constant", "arctan", put(RIGHT + "/1", ["/", 1, 3]), NOT_EQUAL),
    # indices
    ("a delta with another index", "delta", put(LEFT + "/1/2", ["delta", "k", "n"]), NOT_EQUAL),
    ("a sum over another range", "delta", put(LEFT + "/2", ["range", "k", "m"]), "positive whole number"),
    ("a sum that uses the name of a free index", "delta", put(LEFT + "/2/1", "i"), "name of its own"),
    ("an order that is none", "quadratic form", put("proof/steps/1", ["order", 0, 0]), "not put in an order"),
    ("a case of indices left out", "free delta", drop("proof/unequal"), "a case is missing"),
    ("equal indices taken as unequal", "free delta", lambda c: c["proof"].update(same=["i", "i"]), "not declared"),
    ("a fact for an index out of reach", "entries", put("proof/steps/5/3", [["i'", "q"]]), "another range"),
    ("a condition used for no index", "entries", drop("proof/steps/5"), "."),
    ("a wrong root in a logarithm", "logarithm of a root", put(RIGHT + "/1/2", 3), NOT_EQUAL),
    ("terms that are not equal", "terms", put("proof/right", ["entry", "x", "i"]), "step|used|shown"),
    ("terms without a proof", "terms", drop("proof/termwise"), "a list is needed"),
    ("terms with one case only", "terms", drop("proof/termwise/-"), "a case is missing"),
    ("terms that lead nowhere", "terms", drop("proof/then"), "a case is missing"),
    ("terms over another range", "terms", put("proof/index/1", "m"), "defined|positive whole number|two ranges"),
    ("terms that need not be defined", "terms", put("proof/left", ["log", ["entry", "x", "i"]]), "need not be defined"),
    ("a sum of other powers", "whole numbers", put(LEFT + "/1/2", 3), NOT_EQUAL),
    ("an absolute value that is dropped", "absolute values", put(RIGHT + "/1/2/2", ["entry", "x", "k"]), "."),
    ("a mask that is turned round", "mask", turned_round, "ends where|not shown"),
]


@pytest.mark.parametrize(("what", "name", "change", "reason"), ERRORS, ids=[row[0] for row in ERRORS])
def test_a_planted_error_is_rejected_with_its_reason(
    what: str, name: str, change: Callable[[dict[str, Any]], None], reason: str
) -> None:
    certificate = made(name)
    change(certificate)
    assert certificate != made(name), what
    with pytest.raises(RejectedError, match=reason):
        replay(certificate)


def proved(left: Any, right: Any, steps: list[Any], **said: Any) -> dict[str, Any]:
    statement = {
        "left": left,
        "right": right,
        "names": ["x", "y"],
        "indices": [],
        "given": [],
        "where": [],
        "except": [],
    }
    return {"certificate": 1, "statement": {**statement, **said}, "proof": {"steps": steps}}


SIZE = {"names": ["n", "m"], "given": [["integer", s] for s in "nm"] + [["<", 0, s] for s in "nm"]}
X_I, X_K = ["entry", "x", "i"], ["entry", "x", "k"]
K = ["range", "k", "n"]
ILLEGAL: dict[str, tuple[dict[str, Any], str]] = {
    "the root of a square is the number": (
        proved(["^", ["^", "x", 2], ["/", 1, 2]], "x", [["root", [-1, 2, [[1, 0, 1]], 2]]]),
        "step 'sign'",
    ),
    "a logarithm split without positivity": (
        proved(
            ["log", ["*", "x", "y"]],
            ["+", ["log", "x"], ["log", "y"]],
            [["log", [-1, 1, [[1, 0, 1]], [[1]]], [-1, 1, [[1, 1, 1]], [[1]]]]],
        ),
        "step 'sign'",
    ),
    "two logarithms for one": (
        proved(["log", ["^", "x", 2]], ["*", 2, ["log", "x"]], [["log", [-1, 2, [[1, 0, 1]], [[1]]]]]),
        "step 'sign'",
    ),
    "sine and cosine exchanged": (
        proved(["sin", "x"], ["cos", "x"], [["angle", [-1, 1, [[1, 0, 1]], 1]]]),
        NOT_EQUAL,
    ),
    "the exponential of a sum is a sum": (
        proved(["exp", ["+", "x", "y"]], ["+", ["exp", "x"], ["exp", "y"]], [["exp", [-1, 1, [[1, 0, 1]], 1]]]),
        "do not add up",
    ),
    "an absolute value without a sign": (proved(["abs", "x"], "x", []), "step 'sign'"),
    "equal functions of different arguments": (
        proved(["call", "h", "x"], ["call", "h", ["*", 2, "x"]], [["apply"], ["apply", 1]]),
        "something else",
    ),
    "an odd function that is none": (
        proved(["call", "h", "x"], ["*", -1, ["call", "h", ["*", -1, "x"]]], [["apply"], ["apply", 1, -1]]),
        "something else",
    ),
    "an odd function of another argument": (
        proved(["atan", "x"], ["*", -1, ["atan", ["*", -2, "x"]]], [["apply"], ["apply", 1, -1]]),
        "something else",
    ),
    "different functions of one argument": (
        proved(["call", "h", "x"], ["call", "g", "x"], [["apply"], ["apply", 1]]),
        "taken for",
    ),
    "zero is positive": (proved(["sign", 0], 1, [["sign", "+", [[[1]], []], []]]), NOT_EQUAL),
    "a derivative at a kink": (
        proved(["D", ["abs", "x"], "x"], 0, [["use", 0, 0]], given=[["=", "x", 0]]),
        "at a kink",
    ),
    "a condition that is an alternative": (
        proved(["abs", "x"], "x", [["use", 0]], given=[["or", ["<", 0, "x"], ["<", "x", 0]]]),
        "is no fact",
    ),
    "a sum without its index": (
        proved(["sum", X_K, K], ["*", "n", X_I], [], indices=[["i", "n"]], **SIZE),
        NOT_EQUAL,
    ),
    "a product of sums for a sum of products": (
        proved(
            ["sum", ["*", X_K, ["entry", "y", "k"]], K],
            ["*", ["sum", X_K, K], ["sum", ["entry", "y", "k"], K]],
            [],
            **SIZE,
        ),
        NOT_EQUAL,
    ),
    "sums over different ranges": (
        proved(["sum", X_K, K], ["sum", ["entry", "x", "l"], ["range", "l", "m"]], [], **SIZE),
        NOT_EQUAL,
    ),
    "a transposed matrix": (
        proved(["entry", "A", "i", "j"], ["entry", "A", "j", "i"], [], indices=[["i", "n"], ["j", "n"]], **SIZE),
        NOT_EQUAL,
    ),
    "a delta over another range": (
        proved(["sum", ["*", ["delta", "i", "k"], X_K], K], X_I, [], indices=[["i", "m"]], **SIZE),
        NOT_EQUAL,
    ),
    "one case used for every index": (
        {
            **proved(["sum", ["abs", X_K], K], ["sum", X_K, K], [], indices=[["i", "n"]], **SIZE),
            "proof": {
                "split": X_I,
                "+": {"steps": [["use", 4, -1, [["i", "k"]]], ["apply"]]},
                "-": {"steps": []},
                "0": {"steps": []},
            },
        },
        "used for all values",
    ),
    "a name kept for the replayer": (
        proved(["sum", ["entry", "x", "1.0:n"], ["range", "1.0:n", "n"]], 0, [], **SIZE),
        "name of its own",
    ),
    "an index outside its sum": (proved(["+", ["sum", X_K, K], X_K], 0, [], **SIZE), "is not declared"),
    "a logarithm in a branch inside a sum": (
        proved(["sum", ["cases", ["case", ["log", X_K], ["<", 0, X_K]], ["case", 0, ["true"]]], K], 0, [], **SIZE),
        "where it is not chosen",
    ),
    "an unknown operation": (proved(["gamma", "x"], "x", []), "is not known"),
    "an operation of the replayer itself": (proved(["power", "x", 2], ["^", "x", 2], []), "is not known"),
}


@pytest.mark.parametrize("what", ILLEGAL)
def test_an_illegal_rewriting_is_rejected_with_its_reason(what: str) -> None:
    certificate, reason = ILLEGAL[what]
    with pytest.raises(RejectedError, match=reason):
        replay(certificate)


def test_there_are_more_than_forty_planted_errors() -> None:
    assert len(ERRORS) + len(ILLEGAL) >= 40
    assert len({row[0] for row in ERRORS} | set(ILLEGAL)) == len(ERRORS) + len(ILLEGAL)


def test_an_index_cannot_be_caught_by_the_sum_it_is_put_into() -> None:
    """An exponent divided over a dangling index must not become a sum over that index."""
    for dangling in range(4):
        steps = [["exp", [-1, 1, [[1, 0, 1], [1, dangling, 1]], 1], [-1, -1, [[1, dangling, 1]], 1]]]
        claim = proved(["sum", ["exp", X_K], K], ["sum", ["exp", ["*", 2, X_K]], K], steps * 2, **SIZE)
        with pytest.raises(RejectedError):
            replay(claim)


# -- what is accepted is true --------------------------------------------------------------------------------


class UndefinedHereError(Exception):
    """A formula has no value at this point."""


FUNCTIONS: dict[str, Callable[[float], float]] = {
    "exp": math.exp, "sin": math.sin, "cos": math.cos, "atan": math.atan, "erf": math.erf, "abs": abs,
    "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh, "tan": math.tan, "asin": math.asin, "acos": math.acos,
    "asinh": math.asinh, "acosh": math.acosh, "atanh": math.atanh, "log": math.log, "open": lambda u: u,
    "sigma": lambda u: 1 / (1 + math.exp(-u)), "softplus": lambda u: math.log1p(math.exp(u)),
    "sign": lambda u: math.copysign(1.0, u) if u else 0.0, "sech": lambda u: 1 / math.cosh(u),
}  # fmt: skip
STEP = 1e-5


def number(tree: Any, at: dict[Any, float]) -> float:
    """Return the value of a tree in floats, by the meaning of its operations and by nothing of the replayer."""
    if isinstance(tree, (int, str)):
        return at[tree] if isinstance(tree, str) else float(tree)
    op, *parts = tree
    if op == "/":
        return parts[0] / parts[1]
    if op == "pi":
        return math.pi
    if op == "+":
        return math.fsum(number(part, at) for part in parts)
    if op == "*":
        return math.prod(number(part, at) for part in parts)
    if op == "^":
        base, exponent = number(parts[0], at), number(parts[1], at)
        if base < 0 and exponent != int(exponent):
            raise UndefinedHereError
        return base**exponent
    if op in ("max", "min"):
        return (max if op == "max" else min)(number(part, at) for part in parts)
    if op == "step":
        value = number(parts[0], at)
        return 1.0 if value > 0 else 0.0 if value < 0 else number(parts[1], at)
    if op == "cases":
        for _, value, condition in parts:
            if true(condition, at):
                return number(value, at)
        raise UndefinedHereError
    if op == "D":
        there = [number(parts[0], {**at, parts[1]: at[parts[1]] + side * STEP}) for side in (1, -1)]
        return (there[0] - there[1]) / (2 * STEP)
    if op == "call":
        value = number(parts[1], at)
        return {"h": value**3 - value, "h'": 3 * value**2 - 1}[parts[0]]
    if op == "sum":
        body, (_, name, size), *more = parts
        inner = ["sum", body, *more] if more else body
        return math.fsum(number(inner, {**at, name: k}) for k in range(int(number(size, at))))
    if op == "index":
        return number(parts[0], at)
    if op == "delta":
        return float(number(parts[0], at) == number(parts[1], at))
    if op == "entry":
        place = ",".join(str(int(number(part, at))) for part in parts[1:])
        positive = at.get("positive arrays")
        drawn = Random(f"{at['seed']} {parts[0]} {place}")
        return drawn.uniform(0.2, 2) if positive else drawn.choice((-1.5, -0.7, 0.3, 1.1, 2.0))
    return FUNCTIONS[op](number(parts[0], at))


def true(condition: Any, at: dict[Any, float]) -> bool:
    op, *parts = condition
    if op == "true":
        return True
    if op == "integer":
        return number(parts[0], at) == int(number(parts[0], at))
    if op == "in":
        return number(parts[0], at) in [number(part, at) for part in parts[1:]]
    if op in ("and", "or", "not"):
        found = [true(part, at) for part in parts]
        return {"and": all(found), "or": any(found), "not": not found[0]}[op]
    first, second = (number(part, at) for part in parts)
    return {
        "<": first < second, "<=": first <= second, ">": first > second, ">=": first >= second,
        "=": math.isclose(first, second, abs_tol=1e-12), "!=": first != second,
    }[op]  # fmt: skip


def disagreements(statement: dict[str, Any], seed: int = 0, tries: int = 200) -> Iterator[dict[Any, float]]:
    """Yield points of the stated domain at which the two formulas have clearly different values."""
    random = Random(seed)
    for attempt in range(tries):
        at: dict[Any, Any] = {"seed": attempt, "positive arrays": attempt % 2}
        for name in statement["names"]:
            whole = ["integer", name] in statement["given"]
            at[name] = random.randint(1, 4) if whole else random.choice((0.0, 1.0, -1.0, random.uniform(-4, 4)))
        for condition in statement["given"]:
            if condition[0] == "in":
                at[condition[1]] = float(number(random.choice(condition[2:]), at))
        for name, size in statement["indices"]:
            at[name] = random.randrange(int(number(size, at)))
        try:
            if not all(true(c, at) for c in (*statement["given"], *statement["where"])):
                continue
            if any(abs(number(tree, at)) < 10 * STEP for tree in statement["except"]):
                continue
            left, right = number(statement["left"], at), number(statement["right"], at)
        except (UndefinedHereError, ValueError, ZeroDivisionError, OverflowError):
            continue
        if not math.isclose(left, right, rel_tol=1e-4, abs_tol=1e-4):
            yield at


@pytest.mark.parametrize("name", PAIRS)
def test_the_statement_holds_in_floats(name: str) -> None:
    assert not list(disagreements(made(name)["statement"]))


def test_the_floats_see_a_false_statement() -> None:
    for name in ("sigmoid", "angle", "equation", "delta", "quadratic form", "regions", "arctan"):
        statement = made(name)["statement"]
        statement["right"] = ["+", statement["right"], ["/", 1, 50]]
        assert list(disagreements(statement)), name


ALPHABET = st.one_of(
    st.integers(-3, 3),
    st.sampled_from(
        ["x", "y", "a", "n", "i", "k", "+", "*", "^", "exp", "log", "abs", "sign", "use", "empty", "use 1"]
    ),
    st.sampled_from([[], [1], [[1]], [[[1]], []], [-1, 1, [[1, 0, 1]], 1], ["*", -1, "x"], ["<", 0, "x"], ["use", 0]]),
)


def places(data: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each part of a certificate."""
    yield way
    parts = enumerate(data) if isinstance(data, list) else data.items() if isinstance(data, dict) else ()
    for key, part in parts:
        yield from places(part, (*way, key))


@settings(max_examples=1500, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data(), name=st.sampled_from(sorted(PAIRS)))
def test_a_random_change_is_rejected_or_states_the_truth(data: st.DataObject, name: str) -> None:
    certificate = made(name)
    for _ in range(data.draw(st.integers(1, 3))):
        ways = [way for way in places(certificate) if way]
        way = data.draw(st.sampled_from(ways))
        here: Any = certificate
        for key in way[:-1]:
            here = here[key]
        kind = data.draw(st.sampled_from(("put", "put", "drop", "twice", "copy")))
        if kind == "put":
            here[way[-1]] = copy.deepcopy(data.draw(ALPHABET))
        elif kind == "drop":
            del here[way[-1]]
        elif kind == "twice" and isinstance(here, list):
            here.insert(way[-1], copy.deepcopy(here[way[-1]]))
        else:
            other: Any = made(data.draw(st.sampled_from(sorted(PAIRS))))
            for key in data.draw(st.sampled_from(list(places(other)))):
                other = other[key]
            here[way[-1]] = other
    try:
        found = replay(certificate)
    except RejectedError:
        return
    statement = json.loads(json.dumps(found.statement))
    try:
        wrong = list(disagreements(statement, tries=60))
    except (KeyError, TypeError, IndexError, ValueError):
        return  # a statement about names or functions that floats know nothing of
    assert not wrong, statement


# -- hostile certificates ------------------------------------------------------------------------------------


def nested(depth: int) -> list[Any]:
    tree: Any = "x"
    for _ in range(depth):
        tree = ["*", -1, tree]
    return tree  # type: ignore[no-any-return]


def nested_in(op: str, tree: Any, depth: int, *more: Any) -> Any:
    for _ in range(depth):
        tree = [op, tree, *more]
    return tree


def cycle() -> dict[str, Any]:
    certificate = proved("x", "x", [])
    certificate["statement"]["left"] = tree = ["+", "x"]
    tree.append(tree)
    return certificate


def cases_within_cases(depth: int) -> dict[str, Any]:
    proof: dict[str, Any] = {"steps": []}
    for _ in range(depth):
        proof = {"split": "x", "+": proof, "-": proof, "0": proof}
    return {**proved(["abs", "x"], "x", []), "proof": proof}


POWER = ["^", ["+", "x", "y", 1, ["^", "x", 2]], 200]
HOSTILE: dict[str, Callable[[], Any]] = {
    "nothing": lambda: "",
    "no JSON": lambda: "{",
    "no object": lambda: "[1, 2]",
    "null": lambda: "null",
    "no certificate": lambda: "{}",
    "an unknown version": lambda: {**proved("x", "x", []), "certificate": 99},
    "a fraction as a number": lambda: '{"certificate": 1.0}',
    "not a number": lambda: '{"certificate": NaN}',
    "a key twice": lambda: '{"certificate": 1, "certificate": 1}',
    "a key twice inside": lambda: json.dumps(proved("x", "x", [])).replace('"where"', '"left": "y", "where"'),
    "another type": lambda: 7,
    "true for one": lambda: {**proved("x", "x", []), "certificate": True},
    "true as a coefficient": lambda: proved(["exp", "x"], ["exp", "x"], [["exp", [-1, True, [[1, 0, 1]], 1]]]),
    "a set": lambda: proved({"x"}, "x", []),
    "bytes": lambda: proved(b"x", "x", []),
    "a deep formula": lambda: proved(nested(5000), "y", []),
    "a deep text": lambda: "[" * 100_000,
    "a cycle": cycle,
    "a long text": lambda: " " * 2_000_000,
    "a huge number in a text": lambda: '{"certificate": ' + "9" * 100_000 + "}",
    "a huge number": lambda: proved(10**10_000, "y", []),
    "a huge exponent": lambda: proved(["^", "x", 10**9], "y", []),
    "a huge negative exponent": lambda: proved(["^", "x", -(10**9)], "y", []),
    "powers of powers": lambda: proved(["^", ["^", ["^", ["+", "x", 1], 500], 500], 500], "y", []),
    "growing numbers": lambda: proved(["^", ["^", ["^", 99, 500], 500], 500], "y", []),
    "a large polynomial": lambda: proved(["*", POWER, POWER], "y", []),
    "a large multiple": lambda: proved(["exp", "x"], "y", [["exp", [-1, 10**6, [[1, 0, 1]], 10**6]]]),
    "a large angle": lambda: proved(["sin", "x"], "y", [["angle", [-1, 10**6, [[1, 0, 1]], 10**6]]]),
    "a large root": lambda: proved(["^", "x", ["/", 1, 10**6]], "y", [["root"]]),
    "a relation that never ends": lambda: proved("x", "y", [["use", 0, 0]], given=[["=", "x", ["*", "x", "y"]]]),
    "a relation that grows": lambda: proved(
        "x", "y", [["use", 0, 0]], given=[["=", "x", ["+", ["*", "x", "y"], ["*", "x", "x"], "y"]]]
    ),
    "cases within cases": lambda: cases_within_cases(12),
    "many generators": lambda: proved(["+", *(["call", f"h{n}", "x"] for n in range(900))], 0, [["apply"]] * 900),
    "many products": lambda: proved(
        ["*", *(["+", ["call", f"h{n}", "x"], "y"] for n in range(40))], 0, [["apply"]] * 40
    ),
    "derivatives of derivatives": lambda: proved(nested_in("D", ["*", ["exp", "x"], ["sin", "x"]], 40, "x"), "y", []),
    "a derivative of functions of functions": lambda: proved(["D", nested_in("tanh", "x", 30), "x"], "y", []),
    "functions of functions": lambda: proved(nested_in("tanh", "x", 90), "y", []),
    "many sums": lambda: proved(["^", ["sum", X_K, K], 500], ["sum", ["^", ["+", X_K, 1], 500], K], [], **SIZE),
    "sums in sums": lambda: proved(
        ["sum", ["^", ["sum", ["entry", "A", "i", "k"], ["range", "i", "n"]], 9], K], 0, [["order", *range(10)]], **SIZE
    ),
    "no operation": lambda: proved([], "x", []),
    "an operation that is a list": lambda: proved([["+"], "x"], "x", []),
    "an operation of Python": lambda: proved(["__class__", "x"], "x", []),
    "operands that are missing": lambda: proved(["exp"], "x", []),
    "too many operands": lambda: proved(["abs", "x", "y"], "x", []),
    "steps that are a text": lambda: {**proved("x", "y", []), "proof": {"steps": "use"}},
    "a step that is a number": lambda: proved(["exp", "x"], "y", [5]),
    "a step that is empty": lambda: proved(["exp", "x"], "y", [[]]),
    "a proof that is a list": lambda: {**proved("x", "y", []), "proof": []},
    "no proof": lambda: {"certificate": 1, "statement": proved("x", "x", [])["statement"]},
    "another statement": lambda: {**proved("x", "x", []), "statement": {"left": "x", "right": "x"}},
    "names that are numbers": lambda: proved("x", "y", [], names=[1, 2]),
    "an object in a formula": lambda: proved({"x": 1}, "x", []),
    "a condition that is a text": lambda: proved("x", "y", [["use", 0]], given=["x"]),
    "one divided by zero": lambda: proved("x", "y", [["sign", "+", [[], []], []]], given=[["<", 0, ["/", 1, 0]]]),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_certificate_is_refused_within_the_limits(what: str) -> None:
    with pytest.raises(RejectedError) as caught:
        replay(HOSTILE[what]())
    assert str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_certificate_is_told_from_what_is_wrong_and_what_is_too_large() -> None:
    with pytest.raises(UnreadableCertificateError, match="no JSON"):
        replay("{")
    with pytest.raises(LimitError, match=r"more work|larger than the limit"):
        replay(HOSTILE["a large polynomial"]())
    with pytest.raises(RejectedError, match=NOT_EQUAL) as caught:
        replay(proved("x", "y", []))
    assert not isinstance(caught.value, (LimitError, UnreadableCertificateError))


def test_random_text_is_refused() -> None:
    random = Random(11)
    for _ in range(300):
        text = "".join(random.choice('{}[]":,0123abc\\ \n') for _ in range(random.randint(0, 60)))
        with pytest.raises(UnreadableCertificateError):
            replay(text)


def test_a_condition_on_some_entries_is_no_condition_on_those_of_another_range() -> None:
    given = ["x vector(n)", "j index(n)", "0 < x_i"]
    certificate = copy.deepcopy(answer("|x_j|", "x_j", given).certificate)
    assert certificate is not None
    replay(certificate)  # as it is, for an index j of the same range
    statement = certificate["statement"]
    statement["names"] = ["m", "n"]
    statement["indices"] = [[name, "m" if name == "j" else size] for name, size in statement["indices"]]
    statement["given"] += [["integer", "m"], ["<", 0, "m"]]
    with pytest.raises(RejectedError, match="another range"):
        replay(certificate)
