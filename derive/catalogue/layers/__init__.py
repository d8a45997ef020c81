"""Layers: a single neuron, the linear layer."""
