"""Witness 2: the course's formulas, layers and networks, written by hand in NumPy.

Nothing here knows of symbols. A formula in this package is the work of a person with a textbook, so that comparing
it with the derived one compares two independent witnesses. Sub-packages are imported where they are needed:
``numeric.functions`` (twins of catalogue entries), ``numeric.differences`` (numerical derivatives),
``numeric.layers``, ``numeric.losses``, ``numeric.net``, ``numeric.training``, ``numeric.data``,
``numeric.experiments``.
"""
