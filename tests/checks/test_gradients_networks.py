"""The backward pass of layered networks: wrong ones of a hundred kinds are found, right ones are not rejected."""

import copy
import importlib.util
import math
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import gradproof
from checks.gradients import assert_backward, check_backward
from checks.verdict import Comparison, Counterexample, Status
from numeric.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sigmoid, Tanh
from numeric.losses import BinaryCrossEntropyWithLogits, SoftmaxCrossEntropy, SquaredError
from numeric.net import Net

Array = np.ndarray


def _load() -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "gradient_check_mutants.py"
    spec = importlib.util.spec_from_file_location("gradient_check_mutants", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


bench = _load()
MUTANTS = {mutant.name: mutant for mutant in bench.mutants()}


def dense(seed: int = 0) -> tuple[Net, SoftmaxCrossEntropy, Array, Array]:
    rng = np.random.default_rng(seed)
    net = Net([Linear(7, 6, rng), ReLU(), Linear(6, 5, rng), Tanh(), Linear(5, 4, rng)])
    return net, SoftmaxCrossEntropy(reduction="mean"), rng.standard_normal((8, 7)), np.eye(4)[rng.integers(4, size=8)]


def images(seed: int = 0) -> tuple[Net, SoftmaxCrossEntropy, Array, Array]:
    rng = np.random.default_rng(seed)
    net = Net(
        [Conv2d(2, 3, 3, rng, stride=(2, 1), padding=1), ReLU(), MaxPool2d((3, 2), 1), Flatten(), Linear(120, 4, rng)]
    )
    return (
        net,
        SoftmaxCrossEntropy(reduction="mean"),
        rng.standard_normal((4, 2, 13, 9)),
        np.eye(4)[rng.integers(4, size=4)],
    )


# --- Wrong networks ---------------------------------------------------------------------------------------------------


def test_there_are_at_least_forty_kinds_of_mutant() -> None:
    assert len(MUTANTS) >= 40


@pytest.mark.parametrize("name", MUTANTS)
@pytest.mark.parametrize("mode", ["every", "directions"])
def test_a_wrong_backward_pass_is_refuted(name: str, mode: str) -> None:
    verdict = bench.judged(MUTANTS[name], 0, mode)
    assert verdict.status is Status.REFUTED, verdict.reason
    assert isinstance(verdict.evidence, Counterexample)


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_backward_pass_is_refuted_whatever_the_draw(name: str) -> None:
    for seed in range(1, 6):
        for mode in ("every", "directions"):
            assert bench.judged(MUTANTS[name], seed, mode).status is Status.REFUTED, seed


@pytest.mark.parametrize(
    ("name", "mistake"),
    [
        ("dW: one row 0", "row 8 is not computed (zero)"),
        ("dW: everything x1.0005", "right up to the constant factor 1.0005"),
        ("dW: sign", "sign"),
        ("dW: times B", "1/B missing"),
        ("dW: transposed, not square", "transposed"),
        ("dW: transposed, square", "transposed"),
        ("dW: product of sums", "products of sums for the sum of products"),
        ("dW: stale cache", "stale cache: the input of the batch before"),
        ("dW: added to the batch before", "added to the gradient of the batch before"),
        ("dW: stored once", "not stored: left from the batch before"),
        ("db: sum over the wrong axis", "wrong axis"),
        ("db: sum of x", "sum of the input for the sum of ∂L/∂z"),
        ("dx: weight gradient sent back", "the weight gradient sent back"),
        ("ReLU: mask forgotten", "activation mask forgotten"),
        ("ReLU: mask inverted", "mask inverted"),
        ("ReLU: mask of ∂L/∂y", "mask of ∂L/∂y for the mask of x"),
        ("ReLU: mask of the first batch", "stale cache: something of the batch before"),
        ("sigmoid: slope at the output", "the slope at the output for the slope at the input"),
        ("tanh: 1 − y", "1 − y for 1 − y²"),
        ("conv dW: kernel flipped", "kernel flipped"),
        ("conv dx: kernel flipped", "kernel flipped"),
        ("conv dx: slice [p:-p] with p = 0", "a slice [p:-p] is empty for padding p = 0"),
        ("pool: '=' for '+=' in overlaps", "'=' for '+=' where windows overlap"),
        ("pool: to the whole window", "spread over the whole window"),
        ("pool: window off by one", "window off by one along the columns"),
        ("loss: 1/B missing", "1/B missing"),
        ("loss: 1/B twice", "1/B doubled"),
        ("in place: backward changes W", "changes an array in place"),
    ],
)
def test_a_classic_mistake_is_named(name: str, mistake: str) -> None:
    assert bench.judged(MUTANTS[name], 0, "every").mistake == mistake


@pytest.mark.parametrize(
    ("name", "blamed"),
    [
        ("ReLU: mask forgotten", "layer 1 (ReLU) sends a wrong gradient back"),
        ("dx: sign", "layer 2 (Linear) sends a wrong gradient back"),
        ("dW: sign", "layer 2 (Linear) computes its W gradient wrongly"),
        ("db: sign", "layer 2 (Linear) computes its b gradient wrongly"),
        ("conv dx: kernel flipped", "layer 2 (Conv2d) sends a wrong gradient back"),
        ("pool: spread evenly", "layer 4 (MaxPool2d) sends a wrong gradient back"),
        ("loss: sign", "the gradient of the loss (_WrongLoss)"),
        ("forward: 1.0005 xW + b", "the forward pass of layer 2 (Linear) is not xW + b"),
    ],
)
def test_the_layer_at_fault_is_named_and_not_one_that_it_spoils(name: str, blamed: str) -> None:
    assert blamed in bench.judged(MUTANTS[name], 0, "every").reason


def test_a_refutation_says_layer_parameter_entry_both_values_and_how_many() -> None:
    class Halved(Linear):
        def store_gradients(self, x: Array, dy: Array) -> None:
            super().store_gradients(x, dy)
            self.dW[2, 3] *= 0.5

    net, loss, x, y = dense()
    net.layers[2].__class__ = Halved
    verdict = check_backward(net, loss, x, y, seed=5)
    assert isinstance(verdict.evidence, Counterexample)
    assert verdict.evidence.point == {"layer": "2 (Halved)", "parameter": "2.W", "entry": "[2, 3]"}
    assert "for 2.W[2, 3] (layer 2, Linear 6x5); measured, it is" in verdict.reason
    assert "1 of 30 entries of 2.W are wrong" in verdict.reason
    assert verdict.mistake == "one entry, [2, 3], is 0.5 times the right value"
    assert verdict.reproduce.startswith("gradproof.check_backward(net, loss, x, y, mode='every', seed=5)  # net: ")
    assert verdict.evidence.left.low == pytest.approx(0.5 * verdict.evidence.right.low, rel=1e-9)


def test_a_gradient_of_the_right_numbers_in_the_wrong_order_of_layers_is_no_chain() -> None:
    class Twice(Net):
        def forward(self, x: Array) -> Any:
            output, trace = super().forward(x)
            return 2 * output, trace

    net, loss, x, y = dense()
    verdict = check_backward(Twice(net.layers), loss, x, y)
    assert verdict.status is Status.UNDECIDED
    assert "not that of its layers one after the other" in verdict.reason


def test_code_that_fails_is_named_with_its_layer() -> None:
    class Broken(Tanh):
        def input_gradient(self, x: Array, dy: Array) -> Array:
            raise KeyError("mask")

    net, loss, x, y = dense()
    net.layers[3] = Broken()
    verdict = check_backward(net, loss, x, y)
    assert verdict.status is Status.UNDECIDED
    assert "backward of layer 3 (Broken) failed: KeyError: 'mask'" in verdict.reason


def test_a_harmless_change_of_the_upstream_gradient_is_noted() -> None:
    class Masking(ReLU):
        def input_gradient(self, x: Array, dy: Array) -> Array:
            dy[x <= 0] = 0
            return dy

    net, loss, x, y = dense()
    net.layers[1] = Masking()
    for mode in ("every", "directions"):
        verdict = check_backward(net, loss, x, y, mode=mode)  # type: ignore[arg-type]
        assert verdict.status is Status.AGREES
        assert "Note: layer 1 (Masking), backward changes its argument dy in place" in verdict.reason


# --- Right networks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["every", "directions"])
def test_random_right_networks_are_not_rejected(mode: str) -> None:
    for seed in range(20):
        verdict = check_backward(*bench.right_network(seed), mode=mode, seed=seed)  # type: ignore[arg-type]
        assert verdict.status is not Status.REFUTED, (seed, verdict.reason)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["every", "directions"])
def test_hundreds_of_random_right_networks_are_not_rejected(mode: str) -> None:
    for seed in range(5000, 5300):
        verdict = check_backward(*bench.right_network(seed), mode=mode, seed=seed)  # type: ignore[arg-type]
        assert verdict.status is not Status.REFUTED, (seed, verdict.reason)


@pytest.mark.parametrize("case", [dense, images])
def test_every_parameter_is_compared_to_rounding(case: Any) -> None:
    net, loss, x, y = case()
    verdict = check_backward(net, loss, x, y, seed=1)
    assert verdict.status is Status.AGREES
    assert verdict.compared == sum(array.size for array in net.parameters().values())
    assert verdict.max_error is not None
    assert verdict.max_error < 1e-12
    assert "complex steps" in verdict.reason


def test_one_direction_for_each_block_and_at_least_eight() -> None:
    verdict = check_backward(*dense(), mode="directions", seed=1)
    assert verdict.compared == 8
    assert "all 6 blocks" in verdict.reason


def test_the_network_the_batch_and_the_running_state_are_left_alone() -> None:
    net, loss, x, y = dense()
    before = copy.deepcopy((net.parameters(), x, y))
    check_backward(net, loss, x, y)
    after = (net.parameters(), x, y)
    assert all(np.array_equal(before[0][name], after[0][name]) for name in before[0])
    assert np.array_equal(before[1], x)
    assert np.array_equal(before[2], y)
    assert not hasattr(net.layers[0], "dW")


def test_a_network_of_few_parameters_is_looked_at_on_several_batches() -> None:
    rng = np.random.default_rng(0)
    verdict = check_backward(
        [Linear(1, 1, rng)], SquaredError(reduction="mean"), np.ones((3, 1)), np.zeros((3, 1)), seed=1
    )
    assert verdict.status is Status.AGREES
    assert verdict.compared == 8
    assert "on 4 batches" in verdict.reason


def test_a_network_without_parameters_is_undecided() -> None:
    verdict = check_backward([ReLU()], SquaredError(reduction="mean"), np.ones((3, 1)), np.zeros((3, 1)))
    assert verdict.status is Status.UNDECIDED
    assert "no parameters" in verdict.reason


@pytest.mark.parametrize("loss", [SquaredError(reduction="sum"), BinaryCrossEntropyWithLogits(reduction="mean")])
def test_images_that_are_all_zero_sit_on_every_kink_and_the_value_produced_is_accepted(loss: Any) -> None:
    net, _, x, y = images()
    verdict = check_backward(net, loss, np.zeros_like(x), y, seed=3)
    assert verdict.status is Status.AGREES
    assert "lie exactly at a kink" in verdict.reason


def test_another_element_of_the_subdifferential_is_accepted_too_but_nothing_outside() -> None:
    def relu_with(slope: float) -> ReLU:
        class Chosen(ReLU):
            def input_gradient(self, x: Array, dy: Array) -> Array:
                return np.where(x > 0, dy, np.where(x == 0, slope * dy, 0))

        return Chosen()

    rng = np.random.default_rng(4)
    x = rng.standard_normal((5, 6)).round(0)  # some rows of the product are exactly zero
    for slope, status in ((0.0, Status.AGREES), (0.5, Status.AGREES), (1.0, Status.AGREES), (1.5, Status.REFUTED)):
        first = Linear.of(np.eye(6), np.zeros(6))
        net = Net([first, relu_with(slope), Linear(6, 3, rng)])
        verdict = check_backward(net, SquaredError(reduction="mean"), x, np.zeros((5, 3)), seed=1)
        assert verdict.status is status, (slope, verdict.reason)
        assert (status is Status.AGREES) or "layer 1 (Chosen)" in verdict.reason


def test_a_pool_that_pays_each_winner_of_a_tie_in_full_is_refuted() -> None:
    class Generous(MaxPool2d):
        def input_gradient(self, x: Array, dy: Array) -> Array:
            assert self.size == self.stride
            largest = np.repeat(np.repeat(self.forward(x), self.size[0], axis=2), self.size[1], axis=3)
            given = np.repeat(np.repeat(dy, self.size[0], axis=2), self.size[1], axis=3)
            return np.where(x == largest, given, 0)

    rng = np.random.default_rng(5)
    x = rng.integers(0, 2, (3, 1, 4, 4)).astype(float)
    for pool, status in ((MaxPool2d(2), Status.AGREES), (Generous(2), Status.REFUTED)):
        net = Net([Conv2d.of(np.ones((1, 1, 1, 1)), np.zeros(1)), pool, Flatten(), Linear(4, 3, rng)])
        verdict = check_backward(net, SquaredError(reduction="mean"), x, rng.standard_normal((3, 3)), seed=1)
        assert verdict.status is status, verdict.reason
        assert status is Status.AGREES or "the sum over one sample" in verdict.reason


# --- Layers of other people -------------------------------------------------------------------------------------------


class StudentLinear:
    """A layer as course document 002 asks for: no `parameters`, gradients beside the parameters."""

    def __init__(self, n: int, m: int, rng: np.random.Generator) -> None:
        self.W, self.b = rng.standard_normal((n, m)), np.zeros(m)

    def forward(self, x: Array) -> Array:
        return x @ self.W + self.b

    def backward(self, x: Array, dy: Array) -> Array:
        self.dW, self.db = x.T @ dy, dy.sum(axis=0)
        return dy @ self.W.T

    def step(self, learning_rate: float) -> None:
        self.W -= learning_rate * self.dW


class Scale:
    """y = g · (x − mean) / deviation + s over the batch: rows depend on each other."""

    def __init__(self, n: int, rng: np.random.Generator) -> None:
        self.g, self.s = rng.uniform(0.5, 2, n), rng.standard_normal(n)

    def forward(self, x: Array) -> Array:
        centred = x - x.mean(axis=0)
        return self.g * centred / np.sqrt((centred * centred).mean(axis=0) + 1e-5) + self.s

    def backward(self, x: Array, dy: Array) -> Array:
        centred = x - x.mean(axis=0)
        deviation = np.sqrt((centred * centred).mean(axis=0) + 1e-5)
        hat = centred / deviation
        self.dg, self.ds = (dy * hat).sum(axis=0), dy.sum(axis=0)
        d = dy * self.g
        return (d - d.mean(axis=0) - hat * (d * hat).mean(axis=0)) / deviation


class ForgetfulScale(Scale):
    """The mean and the deviation taken for constants: the classic mistake."""

    def backward(self, x: Array, dy: Array) -> Array:
        super().backward(x, dy)
        return dy * self.g / np.sqrt(x.var(axis=0) + 1e-5)


class Drop:
    """Dropout that draws a new mask at each forward pass and keeps it for the backward one."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def forward(self, x: Array) -> Array:
        self.mask = (self.rng.random(x.shape) < 0.7) / 0.7
        return x * self.mask

    def backward(self, x: Array, dy: Array) -> Array:
        return dy * self.mask


class FreshDrop(Drop):
    """A mask of its own for the backward pass: wrong."""

    def backward(self, x: Array, dy: Array) -> Array:
        return dy * (self.rng.random(x.shape) < 0.7) / 0.7


class Loops:
    """tanh, one float at a time: it cannot carry complex numbers."""

    def forward(self, x: Array) -> Array:
        return np.array([math.tanh(value) for value in x.ravel()]).reshape(x.shape)

    def backward(self, x: Array, dy: Array) -> Array:
        return dy * (1 - np.tanh(x) ** 2)


class WrongLoops(Loops):
    """The slope x1.0005."""

    def backward(self, x: Array, dy: Array) -> Array:
        return 1.0005 * super().backward(x, dy)


class Modulus:
    """|x|: analytic code that loses the imaginary part without an error."""

    def forward(self, x: Array) -> Array:
        return np.abs(x)

    def backward(self, x: Array, dy: Array) -> Array:
        return dy * np.sign(x)


def others(layer: Any, seed: int = 0) -> tuple[list[Any], SoftmaxCrossEntropy, Array, Array]:
    rng = np.random.default_rng(seed)
    layers = [StudentLinear(5, 6, rng), layer, StudentLinear(6, 4, rng)]
    return (
        layers,
        SoftmaxCrossEntropy(reduction="mean"),
        rng.standard_normal((7, 5)),
        np.eye(4)[rng.integers(4, size=7)],
    )


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (Scale(6, np.random.default_rng(1)), ForgetfulScale(6, np.random.default_rng(1))),
        (Drop(2), FreshDrop(2)),
        (Loops(), WrongLoops()),
        (Modulus(), None),
        (Sigmoid(), None),
    ],
    ids=["batch normalisation", "dropout", "real loops", "modulus", "our own"],
)
@pytest.mark.parametrize("mode", ["every", "directions"])
def test_layers_of_any_make_are_judged_by_what_they_do(right: Any, wrong: Any, mode: Any) -> None:
    for seed in range(3):
        assert check_backward(*others(copy.deepcopy(right), seed), mode=mode, seed=seed).status is Status.AGREES
        if wrong is not None:
            verdict = check_backward(*others(copy.deepcopy(wrong), seed), mode=mode, seed=seed)
            assert verdict.status is Status.REFUTED, verdict.reason
            assert "layer 1" in verdict.reason


def test_code_without_complex_numbers_is_measured_by_central_differences_and_said_to_be() -> None:
    verdict = check_backward(*others(Loops()), seed=1)
    assert isinstance(verdict.evidence, Comparison)
    assert verdict.evidence.tolerance == 1e-6
    assert verdict.evidence.max_error < 1e-6
    assert "with differences" in verdict.reason


def test_a_block_too_large_for_its_unknown_structure_is_asked_along_directions(monkeypatch: pytest.MonkeyPatch) -> None:
    import numeric.differences.networks.blocks as blocks

    class Squared(StudentLinear):
        def forward(self, x: Array) -> Array:
            return x @ (self.W * self.W) + self.b

        def backward(self, x: Array, dy: Array) -> Array:
            self.dW, self.db = 2 * self.W * (x.T @ dy), dy.sum(axis=0)
            return dy @ (self.W * self.W).T

    class Wrong(Squared):
        def backward(self, x: Array, dy: Array) -> Array:
            dx = super().backward(x, dy)
            self.dW = self.dW / 2
            return dx

    monkeypatch.setattr(blocks, "BUDGET", 100)
    for kind, status in ((Squared, Status.AGREES), (Wrong, Status.REFUTED)):
        layers, loss, x, y = others(Tanh())
        layers[0] = kind(5, 6, np.random.default_rng(3))
        verdict = check_backward(layers, loss, x, y, seed=2)
        assert verdict.status is status, verdict.reason
        assert "0.W" in verdict.reason
        assert "random direction" in verdict.reason


# --- The measurement --------------------------------------------------------------------------------------------------


def test_the_formula_of_a_linear_layer_is_the_one_that_the_derivation_proves() -> None:
    from derive import catalogue
    from numeric.differences.networks import measure, record

    net, loss, x, y = dense()
    measured = measure(
        record(net.layers, x), lambda output: loss.value(output, y), unit=2.0**-52, rng=np.random.default_rng(1)
    )
    derived = catalogue.load("linear_layer").compiled_gradient
    for place in (0, 2, 4):
        layer, upstream, given = net.layers[place], measured.upstreams[place], measured.probes[place].x
        assert upstream is not None
        for name, structure in (("W", "x transposed times ∂L/∂z"), ("b", "sum of ∂L/∂z")):
            block = measured.blocks[f"{place}.{name}"]
            assert block.structure == structure
            assert block.gradient.value == pytest.approx(
                np.asarray(derived[name](given, layer.W, layer.b, upstream.value)), rel=1e-13, abs=1e-15
            )


def test_the_structures_are_recognised_and_a_batch_larger_than_the_memory_goes_through_in_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import numeric.differences.networks.probe as probing
    from numeric.differences.networks import measure, record

    net, loss, x, y = images()
    found = []
    for memory in (probing.MEMORY, 4000):
        monkeypatch.setattr(probing, "MEMORY", memory)
        found.append(
            measure(record(net.layers, x), lambda z: loss.value(z, y), unit=2.0**-52, rng=np.random.default_rng(1))
        )
    assert found[0].structures == ("", "elementwise", "windows", "elementwise", "the same map for each row")
    assert found[0].structures == found[1].structures
    for name, block in found[0].blocks.items():
        assert np.array_equal(block.gradient.value, found[1].blocks[name].gradient.value)


def test_a_shortcut_for_large_layers_gives_what_entry_by_entry_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    import numeric.differences.networks.adjoint as adjoint
    import numeric.differences.networks.windows as windows
    from numeric.differences.networks import measure, record

    rng = np.random.default_rng(3)
    net, loss, x, y = images()
    net.layers.insert(0, Conv2d(2, 2, (2, 3), rng, stride=(1, 2), padding=(1, 0)))
    net.layers[5:] = [Linear(net.layers[4].forward(_before(net, 4, x)).shape[1], 4, rng)]
    layers, other, u, v = others(Scale(6, rng))
    for cheap, passes in ((1e7, ("windows", "entry by entry")), (0, ("correlation", "symmetric"))):
        monkeypatch.setattr(adjoint, "CHEAP", cheap)
        monkeypatch.setattr(windows, "CHEAP", cheap)
        convolved = measure(record(net.layers, x), lambda z: loss.value(z, y), unit=2.0**-52, rng=rng)
        scaled = measure(record(_run_back(layers, u), u), lambda z: other.value(z, v), unit=2.0**-52, rng=rng)
        assert (convolved.structures[1], scaled.structures[1]) == passes
        found = [convolved.blocks["0.W"].gradient, scaled.blocks["0.W"].gradient]
        if cheap:
            wanted = found
        for one, other_one in zip(found, wanted, strict=True):
            assert one.value == pytest.approx(other_one.value, rel=1e-11, abs=1e-13)
            assert np.all(one.noise < 30 * other_one.noise)
            assert np.all(one.noise > other_one.noise / 30)


def _before(net: Net, place: int, x: Array) -> Array:
    for layer in net.layers[:place]:
        x = layer.forward(x)
    return x


def _run_back(layers: list[Any], x: Array) -> list[Any]:
    """Let layers that name no parameters store a gradient, by which their parameters are known."""
    inputs = [x]
    for layer in layers:
        inputs.append(layer.forward(inputs[-1]))
    dy = np.ones_like(inputs[-1])
    for layer, given in zip(reversed(layers), reversed(inputs[:-1]), strict=True):
        dy = layer.backward(given, dy)
    return layers


def test_whole_numbers_are_a_batch_and_an_empty_one_is_refused() -> None:
    net, loss, _, y = dense()
    pixels = np.random.default_rng(1).integers(0, 256, (8, 7), dtype=np.uint8)
    assert check_backward(net, loss, pixels, y, seed=1).status is Status.AGREES
    with pytest.raises(ValueError, match="the batch must be real numbers"):
        check_backward(net, loss, np.zeros((0, 7)), y[:0])


# --- The public face --------------------------------------------------------------------------------------------------


def test_assert_backward_is_silent_or_says_everything() -> None:
    net, loss, x, y = dense()
    assert_backward(net, loss, x, y)

    class Forgetful(ReLU):
        def input_gradient(self, x: Array, dy: Array) -> Array:
            return dy

    net.layers[1] = Forgetful()
    with pytest.raises(AssertionError) as caught:
        gradproof.assert_backward(net, loss, x, y, seed=11)
    message = str(caught.value)
    assert "mistake: activation mask forgotten" in message
    assert "parameter: 0." in message
    assert (
        "again: gradproof.check_backward(net, loss, x, y, mode='every', seed=11)  # net: Linear, Forgetful" in message
    )
    assert message.endswith("; loss: SoftmaxCrossEntropy; x 8x7 float64, y 8x4 float64")


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="mode must be 'every' or 'directions'"):
        check_backward(*dense(), mode="all")  # type: ignore[arg-type]
