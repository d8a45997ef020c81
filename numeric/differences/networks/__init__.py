"""All gradients of a layered network, measured: the forward pass of each layer is believed, no backward pass is asked.

The gradient ∂L/∂y of the output of each layer is measured from the loss backwards, layer by layer, with tangents of the
layer's own forward pass (complex step where the code carries it, central differences where not). For each parameter the
gradient then follows from ∂L/∂y of its layer, as ∂L/∂W = xᵀ ∂L/∂z does. Which structure a layer has is never believed:
it is a guess that one random tangent must confirm, entry by entry, before it is used.
"""

from numeric.differences.networks.measured import Choice, Measured, MeasuredBlock, NotMeasurableError, measure
from numeric.differences.networks.plain import Sampled, along_block, sample_weights
from numeric.differences.networks.probe import Probe
from numeric.differences.networks.record import Record, record

__all__ = [
    "Choice",
    "Measured",
    "MeasuredBlock",
    "NotMeasurableError",
    "Probe",
    "Record",
    "Sampled",
    "along_block",
    "measure",
    "record",
    "sample_weights",
]
