"""Exact piecewise-linear geometry of small ReLU networks, on rational numbers and symbols.

`landscape` finds where a network with one hidden layer bends and counts its pieces; `ring` writes down the ring
detector for general a < b and its score as a function of r = |x₁| + |x₂|; `circle` compares the diamond-shaped ring
with the circular one that it stands in for.
"""

from derive.piecewise_linear.arrangement import (
    Hyperplane,
    cells,
    crossings,
    greatest_number_of_regions,
    regions_by_crossings,
)
from derive.piecewise_linear.circle import (
    BestDiamond,
    Misclassified,
    best_diamond,
    circular_ring_area,
    disc_and_diamond,
    false_alarms,
    misclassified,
    misses,
)
from derive.piecewise_linear.landscape import Crease, Fold, Landscape, Piece, Wall, along, analyse, restrict
from derive.piecewise_linear.network import HiddenLayerNetwork, exact
from derive.piecewise_linear.ring import RingDetector, number_of_parameters, ring_detector, score_by_radius

__all__ = [
    "BestDiamond",
    "Crease",
    "Fold",
    "HiddenLayerNetwork",
    "Hyperplane",
    "Landscape",
    "Misclassified",
    "Piece",
    "RingDetector",
    "Wall",
    "along",
    "analyse",
    "best_diamond",
    "cells",
    "circular_ring_area",
    "crossings",
    "disc_and_diamond",
    "exact",
    "false_alarms",
    "greatest_number_of_regions",
    "misclassified",
    "misses",
    "number_of_parameters",
    "regions_by_crossings",
    "restrict",
    "ring_detector",
    "score_by_radius",
]
