"""Walks down the wave of course document 002 and up the mountain of document 000."""

from dataclasses import dataclass

from numeric.descent import Path, descend
from numeric.functions.landscapes import mountain, mountain_dx, mountain_dy, wave, wave_dx, wave_dy

WAVE_START = (3.0, 2.0)
WAVE_MINIMUM = (-1.0881624, 0.5440812)
"""The global minimum, where f is −2.2807097; there are two other local minima, with f = −0.2493 and 1.2427."""

MOUNTAIN_START = (0.0, 0.0)
MOUNTAIN_TOP = (10.0, 3.0)

EDGE = 100.0
"""Beyond it a walk counts as lost."""


@dataclass(frozen=True)
class Descents:
    """Paths on the wave and on the mountain.

    Attributes
    ----------
    wave : tuple of Path
        From (3, 2): steps too small, stuck in a local minimum, leaping to and fro, diverging, and
    best : Path
        with a shrinking step into the global minimum; it is also the last of ``wave``.
    mountain : tuple of Path
        Up from (0, 0), towards 4000 at (10, 3).
    """

    wave: tuple[Path, ...]
    best: Path
    mountain: tuple[Path, ...]


def run() -> Descents:
    """Return all paths; no randomness.

    Returns
    -------
    Descents
        Five paths on the wave, the settings (η₀, d) being (0.01, 1), (0.1, 1), (0.5, 1), (0.8, 1) and (0.5, 0.95), and
        three on the mountain with η = 0.02, 0.1 and 0.35, of which the last leaps over the top and away.

    Notes
    -----
    Source: course documents 002, section 1.1, and 000, exercise 5.
    """
    settings = ((0.01, 1.0), (0.1, 1.0), (0.5, 1.0), (0.8, 1.0), (0.5, 0.95))
    on_wave = tuple(
        descend(wave, wave_dx, wave_dy, WAVE_START, learning_rate=rate, steps=100, decay=decay, limit=EDGE)
        for rate, decay in settings
    )
    on_mountain = tuple(
        descend(
            mountain, mountain_dx, mountain_dy, MOUNTAIN_START, learning_rate=rate, steps=50, ascend=True, limit=EDGE
        )
        for rate in (0.02, 0.1, 0.35)
    )
    return Descents(on_wave, on_wave[-1], on_mountain)
