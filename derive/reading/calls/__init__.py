"""Calls: which things that stand side by side are a function and its argument, and what the functions mean."""
