"""Gradients of any function: containers, shapes, precision, directions, in-place changes, and messages that help."""

import re
import sys
import types
from collections import namedtuple
from functools import partial
from typing import Any

import numpy as np
import pytest

import gradproof
from checks.gradients import assert_gradient, check_gradient, check_taylor
from checks.gradients.trees import leaves, rebuilt, to_numpy
from checks.verdict import Comparison, Counterexample, Status

Array = np.ndarray


def two_layers(params: Any, x: Array) -> Any:
    return np.sum(np.tanh(x @ params["W"][0] + params["b"]) @ params["W"][1])


def two_layers_gradient(params: Any, x: Array) -> Any:
    h = np.tanh(x @ params["W"][0] + params["b"])
    d = (np.ones((len(x), 2)) @ params["W"][1].T) * (1 - h * h)
    return {"W": [x.T @ d, np.outer(h.sum(axis=0), np.ones(2))], "b": d.sum(axis=0)}


def nested() -> tuple[Any, Array]:
    rng = np.random.default_rng(0)
    return {"W": [rng.normal(size=(3, 4)), rng.normal(size=(4, 2))], "b": rng.normal(size=4)}, rng.normal(size=(5, 3))


def spoiled(params: Any, x: Array) -> Any:
    gradient = two_layers_gradient(params, x)
    gradient["W"][0][1, 2] *= 1.1
    return gradient


@pytest.mark.parametrize("mode", ["every", "directions"])
def test_nested_dictionaries_and_lists_of_arrays_are_one_gradient(mode: Any) -> None:
    verdict = check_gradient(two_layers, two_layers_gradient, nested(), "params", mode=mode, seed=1)
    assert verdict.status is Status.AGREES
    assert verdict.compared == (24 if mode == "every" else 9)
    assert "params['W'][0], params['W'][1], params['b']" in verdict.reason


@pytest.mark.parametrize("mode", ["every", "directions"])
def test_the_one_wrong_entry_of_a_nested_gradient_is_found(mode: Any) -> None:
    for seed in range(5):
        verdict = check_gradient(two_layers, spoiled, nested(), "params", mode=mode, seed=seed)
        assert verdict.status is Status.REFUTED
        assert isinstance(verdict.evidence, Counterexample)
        assert verdict.evidence.point["entry"] == "params['W'][0][1, 2]"
        ratio = verdict.evidence.left.low / verdict.evidence.right.high
        assert ratio == pytest.approx(1.1, rel=1e-6)


def test_an_unnamed_point_takes_the_names_of_the_signature_and_all_real_arguments_are_on_trial() -> None:
    def f(weights: Array, count: int, bias: Array) -> Any:
        return count * np.sum(weights**2) + np.sum(bias**3)

    def gradient(weights: Array, count: int, bias: Array) -> Any:
        return 2 * count * weights, 3 * bias**2

    verdict = check_gradient(f, gradient, (np.ones((2, 3)), 4, np.arange(1.0, 6.0)))
    assert verdict.status is Status.AGREES
    assert "by weights, bias" in verdict.reason
    assert verdict.compared == 11


def test_a_gradient_as_a_dictionary_by_name_may_hold_more_than_is_asked() -> None:
    verdict = check_gradient(
        lambda a, b: np.sum(a * b), lambda a, b: {"a": b, "b": a}, {"a": np.ones(9), "b": np.arange(9.0)}, "b"
    )
    assert verdict.status is Status.AGREES
    both = check_gradient(
        lambda a, b: np.sum(a * b), lambda a, b: {"a": b, "b": 2 * a}, {"a": np.ones(9), "b": np.arange(9.0)}
    )
    assert both.status is Status.REFUTED
    assert both.mistake == "factor 2"


def test_whole_numbers_stay_whole_where_they_are_not_on_trial() -> None:
    labels = np.array([0, 2, 1])

    def f(z: Array, labels: Array) -> Any:
        return -np.sum(z[np.arange(3), labels]) + np.sum(np.log(np.sum(np.exp(z), axis=1)))

    def gradient(z: Array, labels: Array) -> Any:
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        p[np.arange(3), labels] -= 1
        return p

    point = {"z": np.random.default_rng(2).normal(size=(3, 4)), "labels": labels}
    assert check_gradient(f, gradient, point, "z").status is Status.AGREES


def test_single_precision_is_asked_in_double_and_judged_as_single() -> None:
    x = np.linspace(0.5, 3, 12, dtype=np.float32)
    right = check_gradient(lambda x: np.sum(np.exp(x)), np.exp, x)
    assert right.status is Status.AGREES
    assert isinstance(right.evidence, Comparison)
    assert 1e-5 < right.evidence.tolerance < 1e-4
    assert check_gradient(lambda x: np.sum(np.exp(x)), lambda x: 1.0005 * np.exp(x), x).status is Status.REFUTED


@pytest.mark.parametrize("mode", ["every", "directions"])
def test_a_function_that_insists_on_single_precision_is_asked_in_it(mode: Any) -> None:
    def f(x: Array) -> Any:
        return np.sum(np.sin(x.astype(np.float32)), dtype=np.float32)

    x = np.linspace(0.5, 3, 12, dtype=np.float32)
    for seed in range(5):
        assert check_gradient(f, np.cos, x, mode=mode, seed=seed).status is Status.AGREES
        assert check_gradient(f, lambda x: 1.2 * np.cos(x), x, mode=mode, seed=seed).status is Status.REFUTED


def softmax(z: Array) -> Array:
    return np.exp(z) / np.exp(z).sum()


def softmax_jacobian(z: Array) -> Array:
    s = softmax(z)
    return np.diag(s) - np.outer(s, s)


@pytest.mark.parametrize("mode", ["every", "directions"])
def test_a_jacobian_is_known_by_its_shape(mode: Any) -> None:
    z = np.random.default_rng(3).normal(size=5)
    verdict = check_gradient(softmax, softmax_jacobian, z, mode=mode, seed=1)
    assert verdict.status is Status.AGREES
    assert "taken for a Jacobian" in verdict.reason
    wrong = check_gradient(softmax, lambda z: softmax_jacobian(z) + np.eye(5, k=1) * 1e-3, z, mode=mode, seed=1)
    assert wrong.status is Status.REFUTED
    if mode == "every":
        assert "z[1] for entry [0] of the value" in wrong.reason


def test_an_elementwise_derivative_is_known_by_its_shape() -> None:
    verdict = check_gradient(np.tanh, lambda x: 1 - np.tanh(x) ** 2, np.linspace(-2, 2, 9))
    assert verdict.status is Status.AGREES
    assert "taken for the elementwise derivative" in verdict.reason


def test_the_diagonal_of_a_jacobian_is_no_elementwise_derivative() -> None:
    z = np.random.default_rng(4).normal(size=9)
    verdict = check_gradient(softmax, lambda z: softmax(z) * (1 - softmax(z)), z)
    assert verdict.status is Status.UNDECIDED
    assert "its derivative is a Jacobian of shape (9, 9), not (9,)" in verdict.reason


@pytest.mark.parametrize("mode", ["every", "directions"])
def test_a_backward_function_is_judged_with_a_random_upstream_gradient(mode: Any) -> None:
    rng = np.random.default_rng(5)
    x, W = rng.normal(size=(5, 3)), rng.normal(size=(3, 4))

    def backward(x: Array, W: Array, G: Array) -> Any:
        return G @ W.T, x.T @ G

    assert check_gradient(lambda x, W: x @ W, backward, (x, W), upstream="random", mode=mode).status is Status.AGREES
    wrong = check_gradient(
        lambda x, W: x @ W, lambda x, W, G: (G @ W.T, x.T @ G / len(x)), (x, W), upstream=np.ones((5, 4)), mode=mode
    )
    assert wrong.status is Status.REFUTED
    assert "W" in wrong.reason


@pytest.mark.parametrize(
    ("factor", "mistake"),
    [
        (-1.0, "sign"),
        (2.0, "factor 2"),
        (0.0, "not computed (zero)"),
        (4.0, "factor 4: division by the number of samples missing"),
        (1 / 12, "factor 1/12: divided by the number of samples once too often"),
        (1.3, "right up to the constant factor 1.3"),
    ],
)
@pytest.mark.parametrize("method", ["complex", "central"])
def test_a_classic_mistake_is_named_only_when_it_fits_every_entry(factor: float, mistake: str, method: str) -> None:
    x = np.random.default_rng(6).normal(size=(4, 3))
    verdict = check_gradient(lambda x: np.sum(x**3), lambda x: factor * 3 * x**2, x, method=method)
    assert verdict.status is Status.REFUTED
    assert verdict.mistake == mistake
    spoilt = check_gradient(
        lambda x: np.sum(x**3), lambda x: factor * 3 * x**2 + (np.arange(12).reshape(4, 3) == 5), x, method=method
    )
    assert spoilt.mistake is None


def test_a_transposed_gradient_of_a_square_matrix_is_named() -> None:
    rng = np.random.default_rng(7)
    W, x = rng.normal(size=(3, 3)), rng.normal(size=3)
    verdict = check_gradient(
        lambda W, x: np.sum(np.sin(x @ W)), lambda W, x: np.outer(np.cos(x @ W), x), {"W": W, "x": x}, "W"
    )
    assert verdict.mistake == "transposed"


def test_who_changes_an_argument_in_place_is_named() -> None:
    def greedy(x: Array) -> Any:
        x *= 2
        return x

    def sly(x: Array) -> Any:
        x += 1
        return np.sum((x - 1) ** 2)

    point = np.linspace(1, 2, 9)
    first = check_gradient(lambda x: np.sum(x**2), greedy, point)
    assert first.status is Status.AGREES
    assert re.search(r"Note: .*greedy changes its argument x in place", first.reason)
    second = check_gradient(sly, lambda x: 2 * x, point)
    assert second.status is Status.AGREES
    assert re.search(r"Note: .*sly changes its argument x in place", second.reason)
    assert np.array_equal(point, np.linspace(1, 2, 9))


def test_a_function_of_random_numbers_is_undecided() -> None:
    rng = np.random.default_rng(8)
    verdict = check_gradient(lambda x: np.sum(x) + rng.normal(), np.ones_like, np.ones(9))
    assert verdict.status is Status.UNDECIDED
    assert "gives another value at each call" in verdict.reason


def test_a_function_that_is_not_finite_is_undecided() -> None:
    verdict = check_gradient(lambda x: np.sum(np.log(x)), lambda x: 1 / x, np.arange(9.0))
    assert verdict.status is Status.UNDECIDED
    assert "not finite" in verdict.reason


def test_a_tiny_point_gets_a_tiny_step() -> None:
    x = 1e-8 * np.linspace(1, 2, 9)
    right = check_gradient(lambda x: np.sum(np.log(x)), lambda x: 1 / x, x, method="central")
    assert right.status is Status.AGREES
    wrong = check_gradient(lambda x: np.sum(np.log(x)), lambda x: 1.001 / x, x, method="central")
    assert wrong.status is Status.REFUTED


def test_extrapolation_tells_more_than_central_differences() -> None:
    x = np.linspace(1, 2, 9)
    verdict = check_gradient(lambda x: np.sum(np.log(x)), lambda x: 1 / x, x, method="richardson")
    assert verdict.status is Status.AGREES
    assert "Richardson" in verdict.reason
    assert verdict.max_error is not None
    assert verdict.max_error < 1e-9


def test_a_new_seed_is_drawn_at_each_call_and_told() -> None:
    def line() -> str:
        return check_gradient(lambda x: np.sum(x**2), lambda x: 2 * x, np.ones(9), mode="directions").reproduce

    seeds = {re.search(r"seed=(\d+)", line()).group(1) for _ in range(5)}  # type: ignore[union-attr]
    assert len(seeds) == 5
    fixed = check_gradient(lambda x: np.sum(x**2), lambda x: 2 * x, np.ones((3, 3)), mode="directions", seed=12)
    assert "seed=12" in fixed.reproduce
    assert "x 3x3 float64" in fixed.reproduce


def test_directions_skip_a_kink_nearby_and_accept_a_slope_between_the_sides_at_one() -> None:
    x = np.zeros(9)
    accepted = check_gradient(lambda x: np.sum(np.abs(x)), lambda x: np.full(9, 0.5), x, mode="directions", seed=3)
    assert accepted.status is Status.AGREES
    assert "exactly at a kink" in accepted.reason
    outside = check_gradient(
        lambda x: np.sum(np.abs(x)), lambda x: np.full(9, 3.0), x, mode="directions", method="central", seed=3
    )
    assert outside.status is not Status.AGREES
    far = np.linspace(1, 2, 9)
    near = np.where(np.arange(9) == 4, 1e-7, far)
    for wrong in (np.ones(9) + (np.arange(9) == 4), np.where(np.arange(9) == 2, 0.9, 1.0)):
        hidden = check_gradient(lambda x: np.sum(np.abs(x)), lambda x, g=wrong: g, near, mode="directions", seed=3)
        assert hidden.status is not Status.AGREES


def test_assert_gradient_is_silent_or_says_everything() -> None:
    assert_gradient(two_layers, two_layers_gradient, nested(), "params")
    with pytest.raises(AssertionError) as caught:
        gradproof.assert_gradient(two_layers, spoiled, nested(), "params", seed=7)
    message = str(caught.value)
    for part in (
        "refuted: The gradient by params['W'][0] is",
        "entry: params['W'][0][1, 2]",
        "gradient on trial: ",
        "measured (estimated): ",
        "again: gradproof.check_gradient(two_layers, spoiled, point, wrt='params', mode='every', seed=7)",
        "params['W'][0] 3x4 float64",
    ):
        assert part in message


def test_assert_gradient_fails_where_nothing_was_decided() -> None:
    with pytest.raises(AssertionError, match="undecided: Only 3 entries"):
        assert_gradient(lambda x: np.sum(x**2), lambda x: 2 * x, np.ones(3))
    with pytest.raises(AssertionError, match="what is undecided does not pass"):
        assert_gradient(lambda x: np.sum(x**2), lambda x: 2 * x, np.ones(3))


def cube(x: Array) -> Array:
    return x**3


def cube_gradient_off(x: Array) -> Array:
    return 3 * x**2 * np.where(np.arange(x.size) == 4, 1.001, 1.0)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_small_point_is_written_out_so_that_the_line_can_be_pasted(dtype: str) -> None:
    point = np.random.default_rng(2).uniform(1, 2, 9).astype(dtype)
    with pytest.raises(AssertionError) as caught:
        gradproof.assert_gradient(cube, cube_gradient_off, point, elementwise=True, method="central", seed=4)
    first = str(caught.value)
    line = first.rpartition("  again: ")[2]
    assert "elementwise=True, method='central', seed=4)  # point: x 9" in line
    names = {"gradproof": gradproof, "np": np, "cube": cube, "cube_gradient_off": cube_gradient_off}
    pasted = eval(line, names)
    assert first.startswith(f"refuted: {pasted.reason}")
    assert pasted.reproduce == line


def test_a_function_without_a_name_is_told_by_its_place() -> None:
    def scaled(x: Array, g: float, by: float) -> Array:
        return by * x * g

    verdict = check_gradient(lambda x: np.sum(x**2), partial(scaled, by=3.0), np.arange(20.0), upstream=np.float64(1))
    assert "check_gradient(function, gradient, point, wrt=" in verdict.reproduce
    assert "upstream=upstream" in verdict.reproduce
    place = f"function: <lambda> in {__file__}, line "
    assert place in verdict.reproduce
    assert verdict.reproduce.endswith("gradient: partial; upstream: scalar float64")


def test_a_forgotten_return_is_said_with_the_name_of_its_function() -> None:
    def forgetful(x: Array) -> None:
        x * 2

    with pytest.raises(TypeError, match=r"forgetful returned None: is a 'return' missing\?"):
        assert_gradient(lambda x: np.sum(x**2), forgetful, np.ones(9))
    with pytest.raises(TypeError, match=r"forgetful returned None: is a 'return' missing\?"):
        assert_gradient(forgetful, lambda x: 2 * x, np.ones(9))


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((np.ones(9),), {"mode": "some"}, "mode must be"),
        ((np.ones(9),), {"method": "magic"}, "method must be one of"),
        (({"x": np.ones(9)}, "y"), {}, "no argument is called 'y'; the arguments are x"),
        (({"x": "text"},), {}, "no argument holds real numbers"),
        ((np.ones(9),), {"upstream": np.ones(3)}, r"upstream must have the shape \(\)"),
        ((np.ones(9),), {"upstream": "chance"}, "upstream must be an array or 'random'"),
        (({"a": [np.ones(9)]}, "a"), {}, r"no a\[0\]: it must have the containers"),
    ],
)
def test_bad_questions_are_refused_in_words(arguments: Any, options: Any, message: str) -> None:
    def f(x: Any) -> Any:
        return np.sum(x[0] if isinstance(x, list) else x)

    with pytest.raises(ValueError, match=message):
        check_gradient(f, lambda *x: None if isinstance(x[0], list) else np.ones(9), *arguments, **options)


def test_a_gradient_by_several_arguments_must_be_a_tuple_or_a_dictionary() -> None:
    with pytest.raises(ValueError, match="must be a tuple in that order or a dictionary"):
        check_gradient(lambda a, b: np.sum(a * b), lambda a, b: b, (np.ones(9), np.ones(9)))


def test_the_taylor_test_tells_right_from_wrong() -> None:
    x = np.random.default_rng(9).normal(size=(3, 3))
    right = check_taylor(lambda x: np.sum(x**4), lambda x: 4 * x**3, x, seed=1)
    assert right.status is Status.AGREES
    assert right.compared == 16
    wrong = check_taylor(lambda x: np.sum(x**4), lambda x: 4.01 * x**3, x, seed=1)
    assert wrong.status is Status.REFUTED
    assert "remainder is of order 1.1" in wrong.reason
    assert check_taylor(np.sum, np.ones_like, x, seed=1).status is Status.AGREES
    assert check_taylor(lambda x: np.sum(x**4), lambda x: 4 * x[0] ** 3, x).status is Status.UNDECIDED


# --- Containers -------------------------------------------------------------------------------------------------------

Pair = namedtuple("Pair", "left right")


def test_a_container_comes_back_as_it_was_with_fresh_arrays() -> None:
    value = {"a": [np.ones(2), 3.0], "b": (np.zeros(1), None), "c": Pair(np.ones(1), "text"), "d": [1.0, 2.0]}
    again = rebuilt("p", value, {"p['a'][0]": np.array([5.0, 6.0])})
    assert again["a"][0].tolist() == [5.0, 6.0]
    assert again["a"][1] == 3.0
    assert again["b"][1] is None
    assert isinstance(again["b"], tuple)
    assert isinstance(again["c"], Pair)
    assert again["c"].right == "text"
    again["c"].left[0] = 7
    assert value["c"].left[0] == 1
    assert [leaf.path for leaf in leaves("p", value)] == ["p['a'][0]", "p['a'][1]", "p['b'][0]", "p['c'][0]", "p['d']"]


def test_what_is_no_number_is_no_array() -> None:
    with pytest.raises(TypeError, match="expected numbers, not str"):
        to_numpy("x")


class FakeTensor:
    """What a torch tensor shows of itself, for machines without torch."""

    __module__ = "torch"

    def __init__(self, array: Array) -> None:
        self.array = array

    def detach(self) -> "FakeTensor":
        return self

    cpu = detach

    def numpy(self) -> Array:
        return self.array


def test_tensors_are_seen_through_their_numpy_view_and_handed_back_as_tensors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", types.SimpleNamespace(from_numpy=FakeTensor))  # type: ignore[arg-type]

    def f(x: FakeTensor) -> FakeTensor:
        assert isinstance(x, FakeTensor)
        return FakeTensor(np.asarray(np.sum(x.array**2)))

    verdict = check_gradient(f, lambda x: FakeTensor(2 * x.array), {"x": FakeTensor(np.linspace(1, 2, 9))})
    assert verdict.status is Status.AGREES


def test_real_torch_tensors_are_taken_where_torch_is_installed() -> None:
    torch = pytest.importorskip("torch")
    for dtype in (torch.float64, torch.float32):
        a = torch.randn(3, 4, dtype=dtype, generator=torch.Generator().manual_seed(1)).requires_grad_()
        b = torch.randn(4, 2, dtype=dtype, generator=torch.Generator().manual_seed(2))

        def gradient(a: Any, b: Any) -> Any:
            return torch.cos(a) * b.sum(1), torch.outer(torch.sin(a).sum(0), torch.ones(2, dtype=a.dtype))

        verdict = check_gradient(lambda a, b: torch.sum(torch.sin(a) @ b), gradient, (a, b))
        assert verdict.status is Status.AGREES
        assert verdict.compared == 20


def test_nothing_imports_torch_or_jax_by_itself() -> None:
    import subprocess

    code = "import sys, numpy as np, gradproof; gradproof.check_gradient(np.sum, np.ones_like, np.ones(9)); " \
           "print(sorted({'torch', 'jax', 'sympy', 'matplotlib'} & set(sys.modules)))"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
