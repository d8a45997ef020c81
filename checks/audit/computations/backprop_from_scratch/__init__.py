"""Computations for the claims of document 002, back-propagation from scratch."""
