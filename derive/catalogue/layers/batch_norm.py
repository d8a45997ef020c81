"""Batch normalisation in training: each column is centred and scaled by its own mean and variance."""

from derive.catalogue.layers._normalisation import normalisation

entry = normalisation(
    by_row=False, title="Batch normalisation", source="Ioffe, Szegedy: Batch normalization (2015), section 3"
)
