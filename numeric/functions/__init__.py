"""Hand-written formulas with hand-written gradients, each the twin of a catalogue entry.

Each module is found by ``numeric.twins``; to add a function, write it in a module here and decorate it.
"""
