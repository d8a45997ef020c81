"""Networks while they train: every gradient that back-propagation stores, beside the compiled derivation."""

from checks.networks.compare import check_network

__all__ = ["check_network"]
