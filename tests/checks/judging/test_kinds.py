"""Each way in which code fails has its own answer, and what earns points is said."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from checks.submissions.judging import CodeQuestion, Kind, Model
from checks.submissions.judging.apart import errors_of, taken_apart
from checks.verdict import Comparison, Counterexample, Status


@pytest.mark.parametrize(
    ("source", "kind", "status", "words"),
    [
        ("", Kind.MISSING, Status.UNREADABLE, "sigmoid is missing."),
        ("def sigmoid(x) return x", Kind.MISSING, Status.UNREADABLE, "cell 1, line 2, cannot be read"),
        ("sigmoid = 3", Kind.MISSING, Status.UNREADABLE, "sigmoid is no function but a value of type int."),
        ("def sigmoid(x):\n    pass", Kind.NONE, Status.UNREADABLE, "sigmoid returns None."),
        ("def sigmoid(x):\n    return ...", Kind.NOT_WRITTEN, Status.UNREADABLE, "the placeholder still stands there"),
        ("def sigmoid(x):\n    raise NotImplementedError", Kind.NOT_WRITTEN, Status.UNREADABLE, "not written yet"),
        ("def sigmoid(x):\n    return x / [1]['a']", Kind.RAISES, Status.UNREADABLE, "(cell 1, line 3)"),
        ("def sigmoid(x):\n    return 1 / (1 + exp(-x))", Kind.RAISES, Status.UNREADABLE, "NameError: name 'exp'"),
        ("def sigmoid():\n    return 1", Kind.SIGNATURE, Status.UNREADABLE, "takes other arguments"),
        ("def sigmoid(x):\n    return 'one half'", Kind.NO_NUMBERS, Status.UNREADABLE, "the text 'one half'"),
        ("def sigmoid(x):\n    return lambda: x", Kind.NO_NUMBERS, Status.UNREADABLE, "a value of type function"),
        ("def sigmoid(x):\n    return 1j + x", Kind.NO_NUMBERS, Status.UNREADABLE, "holds complex numbers"),
        ("def sigmoid(x):\n    return np.append(1 / (1 + np.exp(-x)), 0)", Kind.SHAPE, Status.UNREADABLE, "is wanted"),
        ("def sigmoid(x):\n    return np.tanh(x)", Kind.WRONG, Status.REFUTED, "the model gives"),
        ("def sigmoid(x):\n    return np.log(0 * x - 1)", Kind.NOT_FINITE, Status.UNREADABLE, "is nan; the model"),
        ("def sigmoid(x):\n    return 1 / (1 + np.exp(-x)) + np.random.rand()", Kind.RANDOM, Status.REFUTED, "equal"),
        ("import torch\ndef sigmoid(x):\n    return torch.sigmoid(x)", Kind.ENVIRONMENT, Status.UNDECIDED, "not here"),
        ("def sigmoid(x):\n    return open('data.csv')", Kind.ENVIRONMENT, Status.UNDECIDED, "data.csv"),
        ("def sigmoid(x):\n    return 1 / (1 + np.exp(-x)) + 2e-6", Kind.CLOSE, Status.UNDECIDED, "digits only"),
        ("def sigmoid(x):\n    import os\n    os._exit(0)", Kind.ENDED, Status.UNDECIDED, "ended its process"),
    ],
)  # fmt: skip
def test_each_failure_has_its_own_answer(
    judged: Any, source: str, kind: Kind, status: Status, words: str, asked: SimpleNamespace
) -> None:
    found = judged(asked.sigmoid, source)
    assert (found.kind, found.status) == (kind, status), found.reason
    assert words in found.reason
    assert found.earned == 0
    assert found.open == (1 if status is Status.UNDECIDED else 0)


def test_a_call_that_does_not_come_back_is_for_a_person_and_the_player_goes_on(
    judged: Any, asked: SimpleNamespace
) -> None:
    found = judged(asked.sigmoid, "def sigmoid(x):\n    while True:\n        pass", seconds=0.2)
    assert (found.kind, found.status, found.gone) == (Kind.TIME, Status.UNDECIDED, False)


def test_a_player_that_ended_is_told(judged: Any, asked: SimpleNamespace) -> None:
    assert judged(asked.sigmoid, "def sigmoid(x):\n    import os\n    os._exit(0)").gone


def test_a_name_that_other_cells_define_when_run_is_no_error(judged: Any, asked: SimpleNamespace) -> None:
    source = "def sigmoid(x):\n    return 1 / (1 + np.exp(-scale * x))\n\nscale = compute()"
    found = judged(asked.sigmoid, source)
    assert (found.kind, found.status) == (Kind.NOT_RUN, Status.UNDECIDED)


@pytest.mark.parametrize(
    ("source", "kind", "words"),
    [
        ("class Linear:\n    pass", Kind.SIGNATURE, "takes no arguments"),
        ("", Kind.MISSING, "Linear is missing"),
        ("{}\n    def backward(self, G):\n        return G @ self.W.T", Kind.TOO_LITTLE, "has no attribute 'dW'"),
        ("{}\n    def backward(self, G):\n        raise NotImplementedError()", Kind.NOT_WRITTEN, "not written yet"),
        ("{}\n    def backward(self, G):\n        self.dW = self.db = None\n        return self.dW", Kind.NONE, ""),
    ],
)  # fmt: skip
def test_what_a_class_leaves_out_is_named(
    judged: Any, source: str, kind: Kind, words: str, asked: SimpleNamespace
) -> None:
    head = "class Linear:\n    def __init__(self, W, b):\n        self.W, self.b = W, b\n"
    head += "    def forward(self, X):\n        self.X = X\n        return X @ self.W + self.b"
    found = judged(asked.layer, source.replace("{}", head))
    assert found.kind is kind, found.reason
    assert words in found.reason
    assert found.status is Status.UNREADABLE


@pytest.mark.parametrize(
    ("source", "kind", "words"),
    [
        ("def pair(x, y):\n    return x * y", Kind.TOO_LITTLE, "pair returns one array; 2 values are wanted."),
        ("def pair(x, y):\n    return x * y,", Kind.TOO_LITTLE, "pair returns 1 value; 2 are wanted."),
        ("def pair(x, y):\n    return x, y, x", Kind.TOO_MUCH, "pair returns 3 values; 2 are wanted."),
        ("def pair(x, y):\n    return None, x + 2 * y", Kind.NONE, "result 1 of pair is None."),
        ("def pair(x, y):\n    return x * y, 'a'", Kind.NO_NUMBERS, "result 2 of pair is no array of numbers"),
    ],
)
def test_too_few_and_too_many_results_are_named(
    judged: Any, source: str, kind: Kind, words: str, asked: SimpleNamespace
) -> None:
    found = judged(asked.pair, source)
    assert found.kind is kind, found.reason
    assert words in found.reason


def test_one_right_result_of_two_earns_half(judged: Any, asked: SimpleNamespace) -> None:
    found = judged(asked.pair, "def pair(x, y):\n    return x * y, x - y")
    assert [part.kind for part in found.parts] == [Kind.RIGHT, Kind.WRONG]
    assert (found.earned, found.open, found.status) == (0.5, 0, Status.REFUTED)
    assert found.reason.endswith("1 of 2 results are right.")


def test_three_right_results_of_four_earn_three_quarters(judged: Any, asked: SimpleNamespace) -> None:
    found = judged(asked.layer, asked.layer.model.replace("G.sum(axis=0)", "G.sum(axis=0) * 3 + 1"))
    assert {part.name: part.kind for part in found.parts}["linear: db"] is Kind.WRONG
    assert found.earned == 0.75


def test_a_refutation_shows_an_entry_both_values_and_a_line_that_makes_the_call_again(
    judged: Any, asked: SimpleNamespace
) -> None:
    found = judged(asked.sigmoid, "def my_sigmoid(x):\n    return np.tanh(x)", {"sigmoid": "my_sigmoid"})
    evidence = found.verdict.evidence
    assert isinstance(evidence, Counterexample)
    assert {"sample", "entry", "x"} <= set(evidence.point)
    line = found.verdict.reproduce
    assert line.startswith("my_sigmoid(np.array([")
    inside = np.array([float(word) for word in line.split("[")[1].split("]")[0].split(",")])
    place = int(evidence.point["entry"].strip("[]"))
    assert evidence.left.low == pytest.approx(float(np.tanh(inside)[place]), rel=1e-12)
    assert evidence.right.low < 1 / (1 + np.exp(-inside[place])) < evidence.right.high


def test_agreement_counts_its_numbers(judged: Any, asked: SimpleNamespace) -> None:
    found = judged(asked.sigmoid, "def sigmoid(x):\n    return 1 / (1 + np.exp(-x))")
    assert isinstance(found.verdict.evidence, Comparison)
    assert found.verdict.evidence.compared >= 8
    assert found.earned == 1


def test_a_function_of_one_number_is_compared_at_eight_points_at_least(judged: Any, question: Any, probe: Any) -> None:
    asked = question("def square(x):\n    return x * x", probe("square", x="number", samples=1))
    found = judged(asked, "def square(x):\n    return x ** 2")
    assert found.status is Status.AGREES
    assert (found.verdict.compared or 0) >= 8


def test_hidden_inputs_follow_from_the_seed_and_only_from_it(asked: SimpleNamespace) -> None:
    from checks.submissions.judging.inputs import ordinary

    one, same, other = (ordinary(asked.layer.probes[0], seed, 4) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for x, y in zip(one, same, strict=True) for a, b in zip(x, y, strict=True))
    assert not any(np.array_equal(a, b) for x, y in zip(one, other, strict=True) for a, b in zip(x, y, strict=True))


def test_every_stride_comes_a_class_is_missing_and_sizes_are_unequal(question: Any, probe: Any) -> None:
    from checks.submissions.judging.inputs import ordinary

    asked = question("", probe("f", X="matrix(B, N)", Y="one-hot matrix(B, K)", stride="integer number in [1, 3]"))
    drawn = ordinary(asked.probes[0], 7, 4)
    assert {int(stride) for _, _, stride in drawn} == {1, 2, 3}
    assert drawn[1][1].any(axis=0).sum() == 1
    assert len({*drawn[0][0].shape, drawn[0][1].shape[1]}) == 3


def test_a_model_that_fails_is_no_fault_of_the_student(judged: Any, question: Any, probe: Any) -> None:
    asked = question("def f(x):\n    return x / 0 + unknown", probe("f", x="vector(n)"))
    found = judged(asked, "def f(x):\n    return x")
    assert (found.status, found.kind, found.open) == (Status.FAULT, Kind.FAULT, 1)


def test_a_model_that_differs_from_call_to_call_judges_nobody(judged: Any, question: Any, probe: Any) -> None:
    asked = question("def f(x):\n    return x + np.random.rand()", probe("f", x="vector(n)"))
    assert judged(asked, "def f(x):\n    return x").status is Status.FAULT


def test_only_a_question_of_the_key_is_read() -> None:
    with pytest.raises(ValueError, match="has no code question 'nothing'"):
        CodeQuestion.of_key({"worksheet": "w", "questions": [], "given": []}, "nothing")


def test_what_stands_before_a_question_is_loaded_in_the_order_of_the_worksheet() -> None:
    blank = {"kind": "code", "points": 1, "probes": [], "functions": [], "of": None, "names": {}, "defines": [],
             "conventions": {}, "wrong": []}  # fmt: skip
    key = {
        "worksheet": "w",
        "given": [
            {"cell": f"given-{place}", "source": source, "before": before}
            for place, (source, before) in enumerate([("a", "one"), ("b", "two"), ("c", None)], start=1)
        ],
        "questions": [{"id": "one", "model": "m1", **blank}, {"id": "two", "model": "m2", **blank}],
    }  # fmt: skip
    assert [cell.source for cell in CodeQuestion.of_key(key, "two").before] == ["a", "m1", "b"]
    assert [cell.source for cell in CodeQuestion.of_key(key, "one").before] == ["a"]


def test_the_model_runs_once_for_all_students(question: Any, probe: Any) -> None:
    class Counting:
        calls = 0

        def player(self, *_: object) -> object:
            Counting.calls += 1
            raise AssertionError

    model = Model(Counting(), seed=1)  # type: ignore[arg-type]
    asked = question("def f(x):\n    return x", probe("f", x="vector(n)", accept=["f > 0"]))
    assert model.expected(asked) is model.expected(asked)
    assert Counting.calls == 0


def test_an_adapter_does_not_overwrite_a_function_of_the_same_name(judged: Any, asked: SimpleNamespace) -> None:
    source = asked.layer.model.replace("return X @ self.W + self.b", "return linear(X, self.W, self.b)")
    found = judged(asked.layer, f"def linear(X, W, b):\n    return X @ W + b\n\n{source}")
    assert found.kind is Kind.RIGHT, found.reason


def test_names_of_an_adapters_own_are_not_asked_of_the_student(judged: Any, question: Any, probe: Any) -> None:
    adapter = "def doubled(x):\n    y = double(x)\n    return y"
    model = "x = 3\ny = 4\ndef double(z):\n    return 2 * z"
    asked = question(model, probe("doubled", adapter, x="vector(n)"), defines=["x", "y", "double"])
    assert judged(asked, "def double(z):\n    return z + z").kind is Kind.RIGHT


def test_a_stand_in_for_a_missing_module_is_for_the_submission_only(judged: Any, question: Any, probe: Any) -> None:
    asked = question("def f(x):\n    return x + 1", probe("f", x="vector(n)"))
    # mimetypes tries for _winapi and does without where there is none.
    tried = "mimetypes._mimetypes_read_windows_registry is None"
    source = f"import mimetypes\nimport tensorflow as tf\ndef f(x):\n    return x + ({tried})"
    assert judged(asked, source).kind is Kind.RIGHT
    assert judged(asked, "import tensorflow as tf\ndef f(x):\n    return tf.add(x, 1)").kind is Kind.ENVIRONMENT


def test_results_that_are_right_only_together_earn_nothing_apart(judged: Any, question: Any, probe: Any) -> None:
    adapter = "def row(x):\n    J = jacobian(x)\n    return {'J': np.ravel(J), 'shape': np.shape(J)}"
    asked = question("def jacobian(x):\n    return 2 * x[None]", probe("row", adapter, x="vector(n)"))
    assert judged(asked, "def jacobian(x):\n    return 2 * x[None]").earned == 1
    assert judged(asked, "def jacobian(x):\n    return 2 * x[:, None]").earned == 0
    assert judged(asked, "def jacobian(x):\n    return x[None]").earned == 0


def test_conditions_are_held_to_where_no_value_is_prescribed(judged: Any, question: Any, probe: Any) -> None:
    adapter = "def trained():\n    return {'accuracy': accuracy}"
    asked = question(
        "def unused():\n    pass", probe("trained", adapter, accept=["accuracy > 0.9"], state=True, samples=1)
    )
    assert judged(asked, "accuracy = 0.95", run=True).status is Status.PROVED
    assert judged(asked, "accuracy = 0.5", run=True).status is Status.REFUTED
    assert judged(asked, "accuracy = ...", run=True).earned == 0


def test_variables_that_a_cell_sets_are_compared_one_and_all(judged: Any, question: Any, probe: Any) -> None:
    adapter = "def corner():\n    return {'corner': corner_pixels}"
    model = "corner_pixels = np.array([0.25, 0.5])"
    asked = question(model, probe("corner", adapter, state=True, samples=1), defines=["corner_pixels"])
    assert judged(asked, model, run=True).status is Status.PROVED
    assert judged(asked, "corner_pixels = [0.25, 0.75]", run=True).status is Status.REFUTED
    assert judged(asked, "corner_pixels = ...", run=True).kind is Kind.NOT_WRITTEN
    assert judged(asked, "other = compute()\ncorner_pixels = other", run=False).kind is Kind.NOT_RUN


def test_the_page_on_judging_code_explains_every_finding() -> None:
    page = (Path(__file__).parents[3] / "docs" / "judging-code.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| ([^|]+?) \|", page, flags=re.M)) >= {str(kind) for kind in Kind}


def test_one_part_in_a_thousand_is_wrong(judged: Any, asked: SimpleNamespace) -> None:
    found = judged(asked.sigmoid, "def sigmoid(x):\n    return 1.001 / (1 + np.exp(-x))")
    assert (found.status, found.mistake) == (Status.REFUTED, "it is right up to the factor 1.001")


HEAD = """
class Linear:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, X):
        self.X = X
        return X @ self.W + self.b

    def backward(self, G):
"""


@pytest.mark.parametrize(
    ("backward", "kinds"),
    [
        ("self.dW = self.X.T @ G\n        return G @ self.W.T", ("right", "right", "right", "too few results")),
        (
            "self.dW = 3 * self.X.T @ G + 1\n        return G @ self.W.T",
            ("right", "right", "wrong value", "too few results"),
        ),
        (
            "self.dW, self.db = self.X.T @ G, G.sum(axis=0)\n        raise KeyError('dX')",
            ("right", "raises an error", "right", "right"),
        ),
        ("raise NotImplementedError", ("right", "not written yet", "not written yet", "not written yet")),
        (
            "self.dW, self.db = self.X, None\n        raise KeyError('dX')",
            ("right", "raises an error", "raises an error", "raises an error"),
        ),
        (
            "self.dW = np.random.rand(*self.W.shape)\n        return G @ self.W.T",
            ("right", "right", "differs from call to call", "too few results"),
        ),
    ],
)
def test_what_is_right_beside_a_result_that_is_not_there_earns_its_part(
    judged: Any, backward: str, kinds: tuple[str, ...], asked: SimpleNamespace
) -> None:
    found = judged(asked.layer, f"{HEAD}        {backward}\n")
    assert tuple(str(part.kind) for part in found.parts) == kinds
    assert [part.name for part in found.parts] == ["linear: Y", "linear: dX", "linear: dW", "linear: db"]
    assert found.earned == kinds.count("right") / 4
    assert found.open == 0


def test_nothing_is_earned_beside_a_failure_by_what_is_wrong(judged: Any, asked: SimpleNamespace) -> None:
    found = judged(asked.layer, HEAD.replace("X @ self.W", "2 * X @ self.W") + "        self.dW = self.W\n")
    assert (found.earned, found.kind, found.status) == (0, Kind.TOO_LITTLE, Status.UNREADABLE)


def test_errors_that_a_student_s_process_made_up_are_passed_over() -> None:
    forged = [None, [], {}, {"gradproof_errors": {"Y": ["a", "b"]}}, {"gradproof_failed": "no", "gradproof_errors": 3}]
    assert errors_of(forged, ["Y"]) == ({}, None)


def test_an_adapter_of_one_result_or_with_several_ways_out_is_not_taken_apart() -> None:
    assert taken_apart("def f(x):\n    return {'y': g(x)}", "f", "new") is None
    assert taken_apart("def f(x):\n    if x:\n        return 1, 2\n    return 3, 4", "f", "new") is None
    assert taken_apart("def f(x):\n    return g(x)", "f", "new") is None
    assert taken_apart("def f(x):\n    return g(x), h(x)", "f", "new") is not None
