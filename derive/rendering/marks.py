"""Unicode and LaTeX names of the letters and signs of the field."""

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip

SIGNS = {
    "partial": "∂", "cdot": "·", "times": "×", "circ": "∘", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠",
    "neq": "≠", "infty": "∞", "sum": "∑", "int": "∫", "in": "∈", "ldots": "…", "land": "∧", "lor": "∨", "neg": "¬",
    "to": "→",
}  # fmt: skip

FUNCTIONS = {
    "log": "ln", "sign": "sgn", "atan": "arctan", "asin": "arcsin", "acos": "arccos", "Max": "max", "Min": "min",
    "asinh": "arsinh", "acosh": "arcosh", "atanh": "artanh", "softplus": "softplus",
}  # fmt: skip
"""How functions are called in a textbook, where SymPy calls them otherwise."""

LATEX_FUNCTIONS = frozenset(
    {"sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "coth", "arcsin", "arccos", "arctan"}
    | {"ln", "exp", "max", "min", "log", "det"}
)
"""The functions for which LaTeX has a command of the same name."""

TO_LATEX = {
    **{sign: f"\\{name}" for name, sign in (GREEK | SIGNS).items()},
    "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "−": "-", "′": "'", "𝟙": r"\mathbf{1}", "𝟏": r"\mathbf{1}", "ᵀ": r"\top",
    "{": r"\{", "}": r"\}", "%": r"\%", "_": r"\_", "#": r"\#", "&": r"\&", "$": r"\$", "ε": r"\varepsilon",
    "⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil", "⌉": r"\rceil",
}  # fmt: skip
