"""Layer normalisation: each row is centred and scaled by its own mean and variance."""

from derive.catalogue.layers._normalisation import normalisation

entry = normalisation(
    by_row=True, title="Layer normalisation", source="Ba, Kiros, Hinton: Layer normalization (2016), eq. 4"
)
