"""True claims of the documents: altered a little they are caught, in another form they still hold."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from checks.audit import Outcome, find, judge_row, ledgers
from checks.audit.compare import CLAIMS
from checks.audit.row import Check, Row, Statement, Value
from checks.verdict import Status
from numeric.threads import single_thread


def with_check(row: Row, check: Check) -> Row:
    """Return the row with the statement that holds and this check of it."""
    holding = row.correction or row.stated
    return replace(row, stated=Statement(holding.claim, check), correction=None, recorded=Outcome.HOLDS)


def decided(row: Row) -> Any:
    with single_thread():
        return judge_row(row, quick=True)


# -- altered a little ------------------------------------------------------------------------------


def altered_value(value: Value) -> Value:
    """Return another value near by: the next whole number, two units of the last digit or 0.1 % more, another text."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        return [altered_value(value[0]), *value[1:]] if value else ["N"]
    text = str(value)
    if re.fullmatch(r"-?\d*\.?\d+", text):
        digits = len(text.partition(".")[2])
        step = max(2 * Decimal(10) ** -digits, abs(Decimal(text)) / 1000)
        return f"{Decimal(text) + step:.{digits}f}"
    return f"not {text}"


def altered(check: Check) -> Check:
    """Return a check of a claim that is a little wrong."""
    options, value = dict(check.options), check.value
    if "is" in options:
        options["is"] = altered_value(options["is"])
    elif "at_most" in options:
        options["at_most"] = "-1000000"
    elif "at_least" in options:
        options["at_least"] = "1000000"
    elif "between" in options:
        options["between"] = ["1000000", "1000001"]
    elif check.kind == "equal" and isinstance(value, list):
        value = [value[0], f"({value[1]})*1.001 + 0.001" if value[1] == "0" else f"({value[1]})*1.001"]
    elif check.kind == "derivative" and isinstance(value, list):
        value = [*value[:2], f"({value[2]})*1.001"]
    elif check.kind == "places" and isinstance(value, list):
        value = [value[0], {**value[1], "says": "another thing"}]  # type: ignore[dict-item]
    return Check(check.kind, value, options)


HOLDING = [
    row
    for ledger in ledgers()
    for row in ledger.rows
    if row.recorded is not Outcome.NOT_REPRODUCIBLE and (row.correction or row.stated).check.kind != "irreproducible"
]
EACH = max(1, len(HOLDING) // 60)


@pytest.mark.parametrize("row", HOLDING[::EACH], ids=lambda row: f"{row.ledger}/{row.name}")
def test_a_true_claim_altered_a_little_is_caught(row: Row) -> None:
    check = (row.correction or row.stated).check
    judged = decided(with_check(row, altered(check)))
    if judged is None:
        pytest.skip("this claim trains a network")
    assert judged.verdict.status is Status.REFUTED, f"{altered(check).to_json()}: {judged.verdict.reason}"


@pytest.mark.slow
def test_every_true_claim_altered_a_little_is_caught() -> None:
    missed = []
    for row in HOLDING:
        judged = decided(with_check(row, altered((row.correction or row.stated).check)))
        if judged is not None and judged.verdict.status is not Status.REFUTED:
            missed.append((row.ledger, row.name, judged.verdict.reason))
    assert not missed


def test_at_least_fifty_altered_claims_are_tried() -> None:
    assert len(HOLDING[::EACH]) >= 50


# -- in another form -------------------------------------------------------------------------------

OTHER_FORMS: list[tuple[str, Mapping[str, Value]]] = [
    ("network-theory/pixels-of-an-image", {"number": "28^2"}),
    ("network-theory/pixels-of-an-image", {"number": "(30-2)(26+2)", "between": [784, 784]}),
    ("network-theory/new-function", {"equal": ["(v/3) relu(3 w x)", "v max(0, w x)"]}),
    ("network-theory/affine-shape", {"shape": "b + (h^T W^T)^T"}),
    ("network-theory/logits-of-all-layers", {"equal": [r"\ln(e^{a-b})", "a - b"]}),
    ("network-theory/relu-form", {"equal": ["relu(z)", "(z + |z|)/2"]}),
    ("network-theory/relu-form", {"equal": ["np.maximum(z, 0)", "np.where(z > 0, z, 0)"]}),
    ("network-theory/relu-is-not-linear", {"number": "max(0, 1) + max(0, -1) - max(0, 1 - 1)"}),
    ("network-theory/last-layer-linear", {"equal": ["W x + W y", "W(y + x)"]}),
    ("network-theory/shallow-shape", {"shape": "b_2 + W_2 relu(b_1 + W_1 x)"}),
    ("network-theory/piecewise-linear", {"equal": ["2 w max(0, v x)", "w max(0, 2 v x)"]}),
    ("network-theory/digit-network-shape", {"shape": "b_3 + W_3 relu(b_2 + W_2 relu(b_1 + W_1 x))"}),
    ("network-theory/parameters-first-layer", {"number": "(784 + 1) 256"}),
    ("network-theory/parameters-second-layer", {"number": "2^8 2^7 + 2^7"}),
    ("network-theory/parameters-third-layer", {"number": "129*10"}),
    ("network-theory/parameters-sum", {"number": "785*256 + 257*128 + 129*10"}),
    ("network-theory/parameters-sum", {"number": "235146", "at_least": 235146}),
    ("network-theory/optimal-values", {"number": "(c - d)/c"}),
    ("network-theory/optimal-values", {"is": "0.280"}),
    (
        "backprop-from-scratch/surface-by-x",
        {"derivative": ["x^2 + y^2 + x y + 2x + cos(3x)", "x", "2(x+1) + y - 3sin(3x)"]},
    ),
    (
        "backprop-from-scratch/surface-by-x",
        {"equal": [r"\frac{\partial}{\partial x}(x^2 + x(y+2) + \cos 3x)", r"2x + y + 2 - 3\sin 3x"]},
    ),
    ("backprop-from-scratch/surface-by-y", {"derivative": ["x^2 + y^2 + x(y+2) + cos(3x)", "y", "2(y + x/2)"]}),
    ("backprop-from-scratch/forward-difference-error", {"equal": ["((x+h)^3 - x^3)/h", "(x+h)^2 + x(x+h) + x^2"]}),
    ("backprop-from-scratch/central-difference-error", {"equal": ["((2x+h)^3 - (2x-h)^3)/(8h)", "3x^2 + (h/2)^2"]}),
    ("backprop-from-scratch/linear-shapes", {"shape": "b + x @ W"}),
    ("backprop-from-scratch/linear-by-entries", {"equal": ["(b + W^T x)_j", r"b_j + \sum_{k=1}^{N} W_{kj} x_k"]}),
    ("backprop-from-scratch/weight-vector-transposed", {"shape": "w x^T"}),
    ("backprop-from-scratch/xavier-variance", {"equal": [r"\frac{n+m}{6} \cdot \frac{6}{n+m}", "1"]}),
    ("backprop-from-scratch/xavier-first-layer", {"number": "sqrt(6)/sqrt(64*32)"}),
    ("backprop-from-scratch/xavier-first-layer", {"number": "sqrt(3/1024)", "is": "0.05413"}),
    ("backprop-from-scratch/xavier-second-layer", {"number": "sqrt(3)/4 - sqrt(2/11)"}),
    ("backprop-from-scratch/batch-shape", {"shape": "(W^T X^T)^T + b"}),
    ("backprop-from-scratch/input-gradient-shape", {"shape": "(W G^T)^T"}),
    ("backprop-from-scratch/doubled-layer", {"equal": ["2 x w + 2 b + 1", "2 (b + w x + 1/2)"]}),
    (
        "backprop-from-scratch/gradient-of-the-loss",
        {"derivative": ["-(y log(p) + (1-y) log(1-p))/B", "p", "((1-y)/(1-p) - y/p)/B"]},
    ),
    ("backprop-from-scratch/points-of-the-assignment", {"number": "2*16 + 13"}),
    (
        "conv-by-hand/leaky-relu-derivative",
        {"derivative": ["leaky_relu", "x", r"\begin{cases} 1 & x > 0 \\ a & x < 0 \end{cases}"]},
    ),
    ("conv-by-hand/sigmoid-form", {"equal": ["1/(1+e^{-x})", "(1 + tanh(x/2))/2"]}),
    ("conv-by-hand/sigmoid-form", {"equal": ["1 - 1/(1+e^x)", r"\sigma(x)"]}),
    ("conv-by-hand/sigmoid-derivative", {"equal": [r"\frac{d}{dx} \sigma(x)", "e^{-x}/(1+e^{-x})^2"]}),
    ("conv-by-hand/both-probabilities", {"number": "2 - p - 1"}),
    ("conv-by-hand/first-probabilities", {"is": "0.0751146263590760"}),
    ("conv-by-hand/second-probabilities", {"is": "0.0745710552483966"}),
    ("conv-by-hand/bias-frees-zero", {"equal": ["b + 0 w", "b"]}),
    ("conv-by-hand/post-activation-label", {"number": "-1/(1 + exp(z))"}),
    ("conv-by-hand/loss-of-printed-z4", {"number": "log(1 + exp(-z))"}),
    ("conv-by-hand/perfect-loss", {"equal": ["ln(1)", "0"]}),
    (
        "conv-by-hand/chain-rule-weights",
        {"derivative": ["softplus(w^T a + b) - y (w^T a + b)", "w", "a sigma(a^T w + b) - y a"]},
    ),
    (
        "conv-by-hand/chain-rule-bias",
        {"derivative": ["log(1+exp(w^T a + b)) - y (w^T a + b)", "b", "1/(1+exp(-(w^T a + b))) - y"]},
    ),
    (
        "conv-by-hand/delta-is-product",
        {"derivative": ["-(y log(sigma(z)) + (1-y) log(1-sigma(z)))", "z", "sigma(z) - y"], "given": []},
    ),
    (
        "conv-by-hand/sent-back",
        {"derivative": ["log(1+exp(w^T a + b)) - y (w^T a + b)", "a", "w sigma(b + a^T w) - y w"]},
    ),
    ("conv-by-hand/relu-derivative", {"derivative": ["relu", "x", r"\mathbb{1}[x > 0]"]}),
    (
        "conv-by-hand/conv-bias-annotated",
        {"derivative": [r"\sum_{i,j} D_{ij} (c + \sum_{a,b} K_{ab} X_{i+a,j+b})", "c", r"\sum_{j,i} D_{ij}"]},
    ),
    ("conv-by-hand/softmax-is-sigmoid", {"equal": ["1/(1 + e^{b-a})", r"\frac{e^a}{e^a+e^b}"]}),
    ("conv-by-hand/softmax-trains-the-same", {"equal": ["u - v - h x delta", "(u - h delta x/2) - (v + delta h x/2)"]}),
    (
        "conv-by-hand/elu-derivative",
        {"derivative": ["elu", "x", r"\begin{cases} 1 & x > 0 \\ a e^x & x < 0 \end{cases}"]},
    ),
    ("conv-by-hand/square-recognised", {"number": "q - p", "at_most": "-0.0005"}),
]


def restated(check: Check, changes: Mapping[str, Value]) -> Check:
    """Return the check with what is said in another form; a new claim about the value takes the place of the first."""
    said = {key: value for key, value in check.to_json().items() if not (key in CLAIMS and set(CLAIMS) & set(changes))}
    if "equal" in changes and check.kind != "equal":
        said = {}
    found = {**said, **changes}
    kind = next(key for key in ("equal", "derivative", "number", "shape") if key in found)
    return Check(kind, found.pop(kind), found)


@pytest.mark.parametrize(("name", "changes"), OTHER_FORMS)
def test_a_true_claim_in_another_form_still_holds(name: str, changes: Mapping[str, Value]) -> None:
    ledger, _, claim = name.partition("/")
    row = next(row for row in find(ledger).rows if row.name == claim)
    check = (row.correction or row.stated).check
    other = restated(check, changes)
    assert other.to_json() != check.to_json()
    judged = decided(with_check(row, other))
    assert judged.outcome is Outcome.HOLDS, judged.verdict.reason


def test_at_least_fifty_claims_are_restated() -> None:
    assert len(OTHER_FORMS) >= 50
