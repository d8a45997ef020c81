"""Computations for the claims of document 004, the convolutional example."""
