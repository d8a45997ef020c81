"""Computations for the claims of document 000, neural networks and digital images."""
