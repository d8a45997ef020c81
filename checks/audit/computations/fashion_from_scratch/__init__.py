"""Computations for the claims of document 003, Fashion from scratch."""
