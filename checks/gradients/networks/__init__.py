"""Judge the backward pass of a layered network: every parameter, or one random direction for each block."""

from checks.gradients.networks.judge import check_backward

__all__ = ["check_backward"]
