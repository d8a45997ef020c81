import inspect

import pytest

from numeric import twins
from numeric.twins import Registry, TwinError

AGREED = {
    "wave": (["x", "y"], ["x", "y"]),
    "bowl": (["x", "y"], ["x", "y"]),
    "mountain": (["x", "y"], ["x", "y"]),
    "sigmoid": (["x"], ["x"]),
    "relu": (["x"], ["x"]),
    "leaky_relu": (["x", "a"], ["x"]),
    "identity": (["x"], ["x"]),
    "tanh": (["x"], ["x"]),
    "bce_prediction": (["y", "y_hat"], ["y_hat"]),
    "bce_logit": (["y", "z"], ["z"]),
    "softmax_cross_entropy": (["Z", "Y"], ["Z"]),
    "squared_error": (["x", "y"], ["x"]),
    "linear_layer": (["X", "W", "b"], ["X", "W", "b"]),
    "batch_norm": (["x", "gamma", "beta", "eps"], ["x", "gamma", "beta"]),
    "layer_norm": (["x", "gamma", "beta", "eps"], ["x", "gamma", "beta"]),
    "neuron_sigmoid": (["w", "x", "b", "l"], ["w", "x", "b"]),
    "conv_example": (["X", "y", "K", "c", "W", "d"], ["K", "c", "W", "d"]),
}


def test_every_agreed_entry_has_a_twin_and_there_is_no_other():
    assert twins.names() == tuple(sorted(AGREED))


@pytest.mark.parametrize("name", AGREED)
def test_a_twin_has_the_agreed_parameters_and_gradients(name):
    twin = twins.twin(name)
    parameters, variables = AGREED[name]
    assert twin.name == name
    assert list(inspect.signature(twin.function).parameters) == parameters
    assert list(twin.gradients) == variables
    upstream = ["G"] if name in ("linear_layer", "batch_norm", "layer_norm") else []
    for gradient in twin.gradients.values():
        assert list(inspect.signature(gradient).parameters) == parameters + upstream


def test_an_entry_without_a_twin_has_none():
    assert twins.twin("no such entry") is None


def test_changing_what_was_handed_out_does_not_change_the_list():
    twins.twin("sigmoid").gradients.clear()
    assert list(twins.twin("sigmoid").gradients) == ["x"]


def test_a_second_twin_of_one_name_is_refused():
    registry = Registry()
    registry.twin_of("f")(lambda x: x)
    with pytest.raises(TwinError, match="'f' has a twin already"):
        registry.twin_of("f")(lambda x: x)


def test_a_second_gradient_by_one_variable_is_refused():
    registry = Registry()
    registry.twin_of("f")(lambda x: x)
    registry.twin_of("f", wrt="x")(lambda x: 1)
    with pytest.raises(TwinError, match="'f' has a gradient by x already"):
        registry.twin_of("f", wrt="x")(lambda x: 1)


def test_a_gradient_without_its_function_is_refused():
    with pytest.raises(TwinError, match="comes before the function"):
        Registry().twin_of("f", wrt="x")(lambda x: 1)


def test_a_gradient_by_a_variable_that_the_function_lacks_is_refused():
    registry = Registry()
    registry.twin_of("f")(lambda x, y: x)
    with pytest.raises(TwinError, match="'f' has no variable z; it has x, y"):
        registry.twin_of("f", wrt="z")(lambda x, y: 1)


def test_a_gradient_with_parameters_in_another_order_is_refused():
    registry = Registry()
    registry.twin_of("f")(lambda x, y: x)
    with pytest.raises(TwinError, match=r"takes \(y, x\); it must take \(x, y\)"):
        registry.twin_of("f", wrt="x")(lambda y, x: 1)


def test_a_gradient_may_take_the_upstream_gradient_last():
    registry = Registry()
    registry.twin_of("f")(lambda x, y: x)
    registry.twin_of("f", wrt="x")(lambda x, y, G: G)
    assert list(registry.twin("f").gradients) == ["x"]
