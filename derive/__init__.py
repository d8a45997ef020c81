"""Witness 1: symbols. Declares functions once, derives their gradients step by step, compiles them to NumPy."""
