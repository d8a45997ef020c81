"""Computations for the claims of document 001, the theory of digital images and ReLU networks."""
