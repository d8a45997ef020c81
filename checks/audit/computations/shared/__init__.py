"""Computations that more than one ledger uses."""
