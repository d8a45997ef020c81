"""What names are called: Greek letters, commands of LaTeX, words of Python, all in one spelling."""

_GREEK_WORDS = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "omicron",
    "pi",
    "rho",
    "sigma",
    "tau",
    "upsilon",
    "phi",
    "chi",
    "psi",
    "omega",
]

GREEK = {
    **dict(zip("αβγδεζηθικλμνξοπρστυφχψω", _GREEK_WORDS, strict=True)),
    **dict(zip("ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ", (word.capitalize() for word in _GREEK_WORDS), strict=True)),
    "ς": "sigma",
    "ϕ": "phi",
    "ϵ": "epsilon",
    "ϑ": "theta",
    "ℓ": "ell",
    "∇": "nabla",
}

GREEK_WORDS = frozenset(GREEK.values())

WORDS = {
    **{word: word for word in _GREEK_WORDS if word != "omicron"},
    **{word.capitalize(): word.capitalize() for word in _GREEK_WORDS},
    **{f"var{word}": word for word in ("epsilon", "theta", "phi", "rho", "sigma", "kappa", "pi")},
    **{
        f"var{word}": word for word in ("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega")
    },
    "ell": "ell",
    "hbar": "hbar",
    "nabla": "nabla",
    "imath": "i",
    "jmath": "j",
    "ln": "ln",
    "log": "log",
    "lg": "log10",
    "exp": "exp",
    **{
        word: word
        for word in [
            "sin",
            "cos",
            "tan",
            "sinh",
            "cosh",
            "tanh",
            "cot",
            "sec",
            "csc",
            "arcsin",
            "arccos",
            "arctan",
            "coth",
            "max",
            "min",
        ]
    },
}

ALIASES = {
    "lamda": "lambda",
    "lambda_": "lambda",
    "varepsilon": "epsilon",
    "vartheta": "theta",
    "varphi": "phi",
}
