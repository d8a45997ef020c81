"""Proofs and refutations of what is said about piecewise-linear networks: the landscape, the ring detector, areas."""

from checks.piecewise_linear.areas import check_common_area, check_misclassified_area, check_misclassified_points
from checks.piecewise_linear.best_diamond import check_best_diamond, check_best_diamond_of_wide_rings
from checks.piecewise_linear.inequalities import Inequality, common_point
from checks.piecewise_linear.landscape import check_landscape
from checks.piecewise_linear.ring import check_ring, check_ring_decision, check_ring_score, check_scores

__all__ = [
    "Inequality",
    "check_best_diamond",
    "check_best_diamond_of_wide_rings",
    "check_common_area",
    "check_landscape",
    "check_misclassified_area",
    "check_misclassified_points",
    "check_ring",
    "check_ring_decision",
    "check_ring_score",
    "check_scores",
    "common_point",
]
