"""How large a formula may be: a formula of a course is far below, a hostile one is refused before it costs anything."""

TEXT_LENGTH = 4_000
EXPANDED_LENGTH = 8_000
MACROS = 64
DEPTH = 60
NODES = 1_500
TOKENS = 2_500
DIGITS = 60
EXPONENT = 256
NUMBER_BITS = 4_096
FACTORS = 200
COMPARED = 24  # arguments of max, min, abs and branches of case distinctions, over the whole formula
ROOT_BITS = 256  # numbers under a root are factorised
