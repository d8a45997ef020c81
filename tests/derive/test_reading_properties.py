"""What holds for every text: printed formulas read back as themselves; no text crashes, hangs or is run."""

import random

import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sympy.printing.latex import LatexPrinter

from derive.functions import relu, sigma
from derive.reading import Reading, UnreadableError, Vocabulary, read

x, y, z = sp.symbols("x y z", real=True)
VOCABULARY = Vocabulary.from_declarations(["x real", "y real", "z real", "h function"])
ARRAYS = Vocabulary.from_declarations(
    ["X matrix(B, N)", "W matrix(N, M)", "x vector(n)", "A matrix(n, n)", "h function"]
)

NUMBERS = st.one_of(
    st.integers(-9, 9).map(sp.Integer),
    st.fractions(-5, 5, max_denominator=9).map(lambda q: sp.Rational(q.numerator, q.denominator)),
)
FUNCTIONS = (sp.exp, sp.sin, sp.cos, sp.tanh, sp.atan, sp.sinh, sigma, sp.Abs, relu)


def _power(base: sp.Expr, exponent: int) -> sp.Expr:
    return base if base == 0 else base**exponent


def _nested(inner: st.SearchStrategy[sp.Expr]) -> st.SearchStrategy[sp.Expr]:
    return st.one_of(
        st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] * pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] - pair[1]),
        st.tuples(inner, st.integers(-3, 4)).map(lambda pair: _power(*pair)),
        st.tuples(st.sampled_from(FUNCTIONS), inner).map(lambda pair: pair[0](pair[1])),
    )


EXPRESSIONS = st.recursive(st.one_of(NUMBERS, st.sampled_from([x, y, z])), _nested, max_leaves=12).filter(
    lambda value: (
        not value.has(sp.zoo, sp.nan) and all(abs(p.exp) < 200 for p in value.atoms(sp.Pow) if p.exp.is_Rational)
    )
)


def plain(value: sp.Expr) -> str:
    """Print as people type: implicit products, ^, no sign that is not needed."""
    if value.is_Rational:
        return str(value) if value >= 0 and value.q == 1 else f"({value})"
    if value.is_Symbol:
        return str(value)
    if value.is_Add:
        return "(" + " + ".join(plain(term) for term in value.args).replace("+ -", "- ") + ")"
    if value.is_Mul:
        return " ".join(f"({plain(factor)})" if factor.is_Number else plain(factor) for factor in value.args)
    if value.is_Pow and value.base != sp.E:
        return f"({plain(value.base)})^({plain(value.exp)})"
    if value in (sp.E, sp.pi):
        return "e" if value == sp.E else "π"
    if isinstance(value, sp.exp):
        return f"e^({plain(value.args[0])})"
    if isinstance(value, sigma):
        return f"σ({plain(value.args[0])})"
    if isinstance(value, sp.Abs):
        return f"|{plain(value.args[0])}|"
    if isinstance(value, sp.Max):
        return f"max({', '.join(map(plain, value.args))})"
    name = {"atan": "arctan"}.get(value.func.__name__, value.func.__name__)
    return f"{name}({', '.join(map(plain, value.args))})"


class _Latex(LatexPrinter):  # type: ignore[misc]
    def _print_sigma(self, expr: sp.Expr, exp: str | None = None) -> str:
        call = rf"\sigma\left({self._print(expr.args[0])}\right)"
        return call if exp is None else f"{call}^{{{exp}}}"


def _unambiguous_latex(value: sp.Expr) -> str:
    return str(_Latex({"inv_trig_style": "full"}).doprint(value))


def same(found: sp.Expr, value: sp.Expr) -> bool:
    """Tell whether two expressions are one, up to the sign that SymPy multiplies into a sum of its own accord."""
    return bool(found == value or sp.expand(found - value) == 0)


ROUND_TRIPS = settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@given(EXPRESSIONS)
@ROUND_TRIPS
def test_what_sympy_prints_is_read_back_as_itself(value: sp.Expr) -> None:
    assert same(read(str(value), VOCABULARY, surface="python").expression, value)
    if not value.has(sp.E):  # a bare E is a name, unless SymPy is known to have written it
        assert same(read(str(value), VOCABULARY).expression, value)


@given(EXPRESSIONS)
@ROUND_TRIPS
def test_what_sympy_typesets_is_read_back_as_itself(value: sp.Expr) -> None:
    found = read(_unambiguous_latex(value), VOCABULARY, surface="latex").expression
    assert same(found, value)


@given(EXPRESSIONS)
@ROUND_TRIPS
def test_what_people_type_is_read_back_as_itself(value: sp.Expr) -> None:
    found = read(plain(value), VOCABULARY, surface="plain").expression
    assert same(found, value)


@given(EXPRESSIONS)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_reading_is_the_same_each_time(value: sp.Expr) -> None:
    first, second = (read(plain(value), VOCABULARY) for _ in range(2))
    assert first == second


SEEDS = [
    "x*exp(-x**2)",
    "e^-x/(1+e^-x)^2",
    "2x sin(3x)",
    "σ(x)(1-σ(x))",
    "|x| + √(1+x²)",
    "x if x > 0 else 0",
    "Σ_{i=1}^n x_i y_i",
    "np.where(x > 0, np.log(x), 0)",
    "X.T @ (X @ W) / n",
    "sum(x[i]*x[i] for i in range(n))",
    "G * (Y > 0)",
    "1[0 < x < 1]",
    r"\frac{\hat y - y}{\hat y(1-\hat y)}",
    r"\sum_{j=1}^{n} A_{ij} x_j",
    r"\mathbf{x}^\top A \mathbf{x}",
    r"\sqrt[3]{x^2}",
    r"\begin{cases} x & \text{if } x>0 \\ 0 & \text{otherwise} \end{cases}",
    r"\mathbb{1}[x>0]\,\sigma'(z)",
    r"\|x\|_2^2",
    r"\frac{\partial L}{\partial W_{ij}}",
    r"\left(1 + e^{-x}\right)^{-1}",
    "h'(x)h''(x)",
    "∂L/∂ŷ",
    r"\frac{d}{dx} x^2",
]
SIGNS = "xyzσ\\{}()[]|_^+-*/=<>.,'0123456789 eπ∑√ŷ²ᵀ&%#@!~$\n\t\u0302𝟙∂"
PARTS = [
    r"\frac",
    r"\sum",
    r"\left",
    r"\right",
    "**",
    "np.",
    r"\begin{cases}",
    r"\end{cases}",
    r"\\",
    "1[",
    "max(",
    " if ",
    " else ",
    "for i in range(n)",
    r"\hat",
    ".T",
    r"\sqrt",
    "_{",
    "^{",
    "||",
    "log",
    "\\partial",
]


def answered(text: str, seed: int) -> Reading | UnreadableError:
    """Read, and check that the answer is one a person can use."""
    vocabulary = (Vocabulary(), VOCABULARY, ARRAYS)[seed % 3]
    surface = ("auto", "latex", "python", "plain")[seed % 4]
    try:
        return read(text, vocabulary, surface=surface)
    except UnreadableError as refusal:
        error = refusal
    assert error.message
    assert "algebra system" not in error.message
    assert 0 <= error.column <= len(text)
    assert len(error.caret().split("\n")) == 2
    return error


def mutated(generator: random.Random) -> str:
    """Return a formula with a few characters lost, added, or taken from another one."""
    text = generator.choice(SEEDS)
    for _ in range(generator.randint(1, 4)):
        place = generator.randint(0, len(text))
        kind = generator.randrange(4)
        other = generator.choice(SEEDS)
        start = generator.randint(0, len(other))
        new = ("", generator.choice(SIGNS), generator.choice(PARTS), other[start : start + generator.randint(1, 12)])[
            kind
        ]
        text = text[:place] + new + text[place + (kind == 0) :]
    return text


def test_two_thousand_random_byte_strings_are_answered() -> None:
    generator = random.Random(20)
    for seed in range(2000):
        data = generator.randbytes(generator.randint(0, 80))
        answered(data.decode(("latin-1", "utf-8")[seed % 2], errors="replace"), seed)


def test_two_thousand_mutated_formulas_are_answered_and_some_are_still_formulas() -> None:
    generator = random.Random(21)
    answers = [answered(mutated(generator), seed) for seed in range(2000)]
    readable = sum(isinstance(answer, Reading) for answer in answers)
    assert 50 < readable < 1900


HOSTILE = [
    "9**9**9**9",
    "x**x" * 200,
    "+".join(["x"] * 1999),
    "*".join(["x"] * 1999),
    "(" * 3999,
    "(" * 1999 + "x" + ")" * 1999,
    "x^" * 1900 + "x",
    "-" * 3999 + "x",
    "9" * 3999,
    "1e999999999",
    "10^-9999999",
    "exp(" * 600 + "x" + ")" * 600,
    "2^2^2^2^2^2",
    "|" * 3000,
    "||x|-|y||" * 100,
    "max(" * 900 + "x",
    "((x+1)^256)^256",
    "x y " * 999,
    "1/" * 1999 + "x",
    "√" * 3999 + "2",
    "x" + "'" * 3998,
    "²" * 3999,
    "∂" * 3999,
    "Σ_i " * 900 + "x_i",
    "exp(10^200*log(2))",
    "2^(10^9*log(3))",
    "if x>0 else ".join(["x "] * 300),
    "*".join(f"(x_{i}+y)^200" for i in range(250)),
    "abs(" * 24 + "x" + ")" * 24,
    r"\frac" * 700,
    r"\frac{1}{" * 400 + "x" + "}" * 400,
    r"\sqrt" * 700,
    r"\left(" * 600,
    r"\hat{" * 700,
    "{" * 3999,
    r"\sum_{i=1}^{16}\sum_{j=1}^{16}\sum_{k=1}^{16} i j k",
    r"\sum_{i=1}^{1000000000} i",
    r"\begin{cases}" * 250,
    "x_{" * 1300,
    "np." * 1300,
    "x[0]" * 900,
    "f(" * 1900,
    "x.T" * 1300,
    "x" + ".T" * 1900,
    "not " * 900 + "x",
    "x>" * 1900 + "x",
    "x@" * 1900 + "x",
    "123456789012345678901234567890123456789^(1/2)",
    "exp(exp(exp(exp(exp(9)))))",
    "sin(10^60)",
    "[" * 2000 + "]" * 2000,
    "sum(" * 300 + "x" + " for i in range(n))" * 100,
    "log(" * 58 + "x" + ")" * 58,
    "x\u0302" * 1900,
    "\u0302" * 3999,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:24] for text in HOSTILE])
@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_a_hostile_text_is_answered(text: str, seed: int) -> None:
    answered(text, seed)


def test_a_deep_python_stack_does_not_let_a_recursion_error_escape() -> None:
    def deeper(levels: int) -> Reading | UnreadableError:
        return answered("sin(" * 55 + "x" + ")" * 55, 0) if levels == 0 else deeper(levels - 1)

    deeper(700)
