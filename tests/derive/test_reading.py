"""The reader: what each text means on each surface, what is ambiguous, what is refused and where the caret points."""

import pytest
import sympy as sp

from derive.functions import general_function, indicator, relu, sigma, softplus
from derive.reading import AlgebraFaultError, UnreadableError, Vocabulary, read, split_chain
from derive.reading.meaning import Meaning

VOCABULARY = Vocabulary.from_declarations(
    ["x real", "y real", "z real", "t real", "a positive", "n integer", "0 < p < 1", "0 < y_hat < 1", "h function"]
)
x, y, z, t, p, q, u, w, y_hat = sp.symbols("x y z t p q u w y_hat", real=True)
a = sp.Symbol("a", positive=True)
n = sp.Symbol("n", integer=True)
x_i, y_i, x_1, x_2, w_1, W_ij, alpha, theta, lam, mu, s_ = sp.symbols(
    "x_i y_i x_1 x_2 w_1 W_ij alpha theta lambda mu sigma", real=True
)
h = general_function("h")
h1, h2 = general_function("h'"), general_function("h''")
exp, log, sqrt, sin, cos, tan, tanh = sp.exp, sp.log, sp.sqrt, sp.sin, sp.cos, sp.tan, sp.tanh
half, third = sp.Rational(1, 2), sp.Rational(1, 3)
step = indicator(x > 0)

# One meaning a row, and the texts that have it: plain typing, Python, LaTeX.
MEANINGS: list[tuple[sp.Expr, list[str], list[str], list[str]]] = [
    (
        x * exp(-(x**2)),
        ["x e^(-x^2)", "xe^(-x²)", "x·exp(-x^2)", "x exp(-x²)"],
        ["x*exp(-x**2)", "x*np.exp(-x**2)", "x * math.e**(-x**2)"],
        [r"x e^{-x^2}", r"x\,\exp(-x^{2})", r"xe^{-x^2}"],
    ),
    (
        exp(-x) / (1 + exp(-x)) ** 2,
        ["e^-x/(1+e^-x)^2", "e^(-x) / (1 + e^(-x))²", "e^−x÷(1+e^−x)²"],
        ["np.exp(-x)/(1+np.exp(-x))**2", "exp(-x)*(1+exp(-x))**-2"],
        [r"\frac{e^{-x}}{(1+e^{-x})^2}", r"\dfrac{e^{-x}}{\left(1+e^{-x}\right)^{2}}", r"e^{-x}/(1+e^{-x})^2"],
    ),
    (
        2 * x * sin(3 * x),
        ["2x sin(3x)", "2x sin 3x", "2*x*sin(3*x)", "2 x sin(3 x)"],
        ["2*x*np.sin(3*x)"],
        [r"2x\sin(3x)", r"2x \sin 3x", r"2\cdot x\cdot\sin(3x)"],
    ),
    (
        sigma(x) * (1 - sigma(x)),
        ["σ(x)(1-σ(x))", "sigmoid(x)(1 - sigmoid(x))", "σ(x)·(1−σ(x))", "sigma'(x)", "σ′(x)"],
        ["sigmoid(x)*(1-sigmoid(x))", "expit(x)*(1-expit(x))", "torch.sigmoid(x)*(1-torch.sigmoid(x))"],
        [r"\sigma(x)(1-\sigma(x))", r"\sigma'(x)", r"\sigma^\prime(x)", r"\sigma(x)\bigl(1-\sigma(x)\bigr)"],
    ),
    (
        y_hat - y,
        ["ŷ - y", "y_hat - y", "ŷ−y", "yhat - y"],
        ["y_hat - y"],
        [r"\hat y - y", r"\hat{y}-y", r"\widehat{y} - y"],
    ),
    (
        (y_hat - y) / (y_hat * (1 - y_hat)),
        ["(ŷ-y)/(ŷ(1-ŷ))"],
        ["(y_hat-y)/(y_hat*(1-y_hat))"],
        [r"\frac{\hat y-y}{\hat y(1-\hat y)}"],
    ),
    (
        -y * log(y_hat) - (1 - y) * log(1 - y_hat),
        ["-y ln ŷ - (1-y) ln(1-ŷ)", "-y ln(ŷ) - (1-y)ln(1-ŷ)"],
        ["-y*np.log(y_hat) - (1-y)*np.log(1-y_hat)", "-(y*math.log(y_hat)) - (1-y)*math.log(1-y_hat)"],
        [r"-y\ln\hat y-(1-y)\ln(1-\hat y)", r"-y\log\hat{y}-(1-y)\log(1-\hat{y})"],
    ),
    (-(x**2), ["-x^2", "−x²", "-x**2"], ["-x**2"], [r"-x^2", r"-x^{2}", "-{x}^2"]),
    (
        half,
        ["2^-1", "1/2", "0.5", ".5"],
        ["2**-1", "0.5", "sp.Rational(1, 2)", "1/2"],
        [r"2^{-1}", r"\frac12", r"\tfrac{1}{2}", "0.5"],
    ),
    (
        exp(-x),
        ["e^-x", "e^(-x)", "exp(-x)"],
        ["exp(-x)", "np.e**-x"],
        [r"e^{-x}", r"\exp(-x)", r"\mathrm{e}^{-x}", "e^-x"],
    ),
    (x / 2, ["x/2", "1/2 x", "0.5x", "(1/2)x"], ["x/2", "0.5*x"], [r"\frac{x}{2}", r"\frac12x", r"\frac{1}{2} x"]),
    (x / 10, ["0.1x", "x/10", "0.10 x"], ["0.1*x", "1e-1*x"], [r"0.1x", r"\frac{x}{10}"]),
    (
        relu(x),
        ["relu(x)", "ReLU(x)", "max(0, x)", "max(x,0)"],
        ["np.maximum(0, x)", "max(x, 0)", "F.relu(x)", "sp.Max(0, x)"],
        [r"\max(0,x)", r"\operatorname{ReLU}(x)", r"\text{ReLU}(x)", r"\max\{0, x\}"],
    ),
    (
        step,
        ["1[x > 0]", "𝟙[x>0]", "1(x>0)", "heaviside(x)", "step(x)", "[x > 0]", "1_{x>0}"],
        ["np.where(x > 0, 1, 0)", "1 if x > 0 else 0", "(x > 0)", "np.heaviside(x)", "(x > 0)*1.0"],
        [
            r"\mathbb{1}[x>0]",
            r"\mathbb{1}_{x>0}",
            r"\mathbb 1\{x>0\}",
            r"\mathbf{1}[x \gt 0]",
            r"1_{\{x>0\}}",
            r"\mathbb{1}_{\{x > 0\}}",
        ],
    ),
    (
        sp.Piecewise((x, x > 0), (0, True)),
        ["x if x > 0 else 0"],
        ["np.where(x > 0, x, 0)", "x if x > 0 else 0", "Piecewise((x, x > 0), (0, True))"],
        [
            r"\begin{cases} x & \text{if } x>0 \\ 0 & \text{otherwise} \end{cases}",
            r"\begin{cases} x, & x>0, \\ 0, & \text{otherwise}.\end{cases}",
            r"\begin{cases}x&x>0\\0&\text{else}\end{cases}",
        ],
    ),
    (
        sp.Abs(x),
        ["|x|", "abs(x)", "√(x²)"],
        ["abs(x)", "np.abs(x)", "sp.Abs(x)", "np.sqrt(x**2)"],
        [r"|x|", r"\left|x\right|", r"\lvert x\rvert", r"\sqrt{x^2}"],
    ),
    (
        sqrt(1 + x**2),
        ["√(1+x²)", "sqrt(1+x^2)", "(1+x^2)^(1/2)", "(1+x^2)^0.5"],
        ["np.sqrt(1+x**2)", "(1+x**2)**0.5", "sqrt(1 + x**2)"],
        [r"\sqrt{1+x^2}", r"(1+x^2)^{1/2}", r"\left(1+x^2\right)^{\frac12}"],
    ),
    (sp.sign(x) * sp.Abs(x) ** third, ["∛x", "cbrt(x)"], ["np.cbrt(x)", "root(x, 3)"], [r"\sqrt[3]{x}", r"\sqrt[3]x"]),
    (a**third, ["∛a", "a^(1/3)"], ["a**(1/3)"], [r"\sqrt[3]{a}", r"a^{1/3}"]),
    (h1(z), ["h'(z)", "h′(z)"], [], [r"h'(z)", r"h^{\prime}(z)"]),
    (h(z) * h2(z), ["h(z)h''(z)", "h(z) h″(z)"], [], [r"h(z)\,h''(z)"]),
    (h(x) ** 2, ["h(x)^2", "h^2(x)"], ["h(x)**2"], [r"h(x)^2", r"h^2(x)"]),
    (
        1 - tanh(x) ** 2,
        ["1 - tanh^2 x", "1-tanh²(x)", "1 - tanh(x)^2"],
        ["1 - np.tanh(x)**2"],
        [r"1-\tanh^2 x", r"1-\tanh^2(x)", r"1-\tanh(x)^2"],
    ),
    (
        sp.cosh(x) ** -2,
        ["sech²(x)", "1/cosh(x)^2", "sech^2 x"],
        ["1/np.cosh(x)**2", "np.cosh(x)**-2"],
        [r"\operatorname{sech}^2(x)", r"\frac{1}{\cosh^2 x}"],
    ),
    (
        sin(x) ** 2 + cos(x) ** 2,
        ["sin^2 x + cos^2 x", "sin²x + cos²x", "sin(x)^2+cos(x)^2"],
        ["sin(x)**2 + cos(x)**2"],
        [r"\sin^2x+\cos^2x", r"\sin^{2}(x)+\cos^{2}(x)"],
    ),
    (
        sp.atan(x),
        ["arctan(x)", "arctan x", "atan(x)", "tan^-1(x)"],
        ["np.arctan(x)", "math.atan(x)"],
        [r"\arctan x", r"\tan^{-1}(x)"],
    ),
    (
        y_i * (1 - y_i),
        ["y_i(1-y_i)", "y_i (1 - y_i)", "yᵢ(1-yᵢ)"],
        ["y_i*(1-y_i)"],
        [r"y_i(1-y_i)", r"y_{i}\left(1-y_{i}\right)"],
    ),
    (
        x * y,
        ["xy", "x y", "x*y", "x·y", "x×y", "x⋅y", "yx"],
        ["x*y"],
        [r"xy", r"x y", r"x\cdot y", r"x\times y", r"x\,y"],
    ),
    (6 * x**2 * y, ["6x^2 y", "6x²y", "6*x**2*y", "6x^2y"], ["6*x**2*y"], [r"6x^2y", r"6x^{2}y"]),
    (W_ij * x_i, ["W_ij x_i", "W_ij*x_i"], ["W_ij*x_i"], [r"W_{ij}x_i", r"W_{i j} x_{i}"]),
    (
        alpha * theta - lam,
        ["α θ - λ", "αθ-λ", "alpha*theta - lambda"],
        ["alpha*theta - lamda"],
        [r"\alpha\theta-\lambda", r"\alpha \vartheta - \lambda"],
    ),
    (
        (x - mu) ** 2 / (2 * s_**2),
        ["(x-μ)²/(2σ²)", "(x-mu)^2/(2 sigma^2)"],
        ["(x-mu)**2/(2*sigma**2)"],
        [r"\frac{(x-\mu)^2}{2\sigma^2}"],
    ),
    (
        x_1**2 + x_2**2,
        ["x_1^2 + x_2^2", "x₁²+x₂²", "x_1² + x_2²"],
        ["x_1**2 + x_2**2", "x_1*x_1 + x_2*x_2"],
        [r"x_1^2+x_2^2", r"x_{1}^{2}+x^2_2"],
    ),
    (
        softplus(x),
        ["softplus(x)"],
        ["F.softplus(x)", "softplus(x)"],
        [r"\operatorname{softplus}(x)", r"\mathrm{softplus}(x)"],
    ),
    (
        log(1 + exp(x)),
        ["ln(1+e^x)", "log(1+exp(x))"],
        ["np.log(1+np.exp(x))", "np.log1p(np.exp(x))"],
        [r"\ln(1+e^x)", r"\log\left(1+e^{x}\right)"],
    ),
    (log(x) / log(10), ["log10(x)", "log_10 x"], ["np.log10(x)"], [r"\log_{10}x", r"\log_{10}(x)"]),
    (log(a) / log(2), ["log2(a)", "log_2(a)"], ["np.log2(a)"], [r"\log_2 a"]),
    (exp(sigma(x)), ["e^σ(x)", "e^(σ(x))", "exp(σ(x))"], ["np.exp(sigmoid(x))"], [r"e^{\sigma(x)}"]),
    (
        exp(-(x**2) / 2) / sqrt(2 * sp.pi),
        ["e^(-x²/2)/√(2π)", "exp(-x^2/2)/sqrt(2 pi)"],
        ["np.exp(-x**2/2)/np.sqrt(2*np.pi)"],
        [r"\frac{1}{\sqrt{2\pi}}e^{-x^2/2}", r"\frac{e^{-\frac{x^2}{2}}}{\sqrt{2\pi}}"],
    ),
    (sp.erf(x), ["erf(x)"], ["scipy.special.erf(x)", "math.erf(x)"], [r"\operatorname{erf}(x)"]),
    (
        sp.Symbol("dL_dy_hat", real=True),
        ["∂L/∂ŷ", "∂L / ∂y_hat"],
        ["dL_dy_hat"],
        [r"\frac{\partial L}{\partial \hat y}", r"\partial L/\partial\hat{y}", r"\dfrac{\partial L}{\partial \hat{y}}"],
    ),
    (sp.Symbol("dL_dW_ij", real=True), ["∂L/∂W_ij"], ["dL_dW_ij"], [r"\frac{\partial L}{\partial W_{ij}}"]),
    (x ** (y**z), ["x^y^z", "x^(y^z)"], ["x**y**z", "x**(y**z)"], [r"x^{y^z}"]),
    ((x**y) ** z, ["(x^y)^z"], ["(x**y)**z"], [r"(x^y)^z", r"{(x^y)}^z"]),
    (2**-x, ["2^-x", "2**-x"], ["2**-x"], [r"2^{-x}", "2^-x"]),
    (-2 * x, ["-2x", "2*-x", "x·(-2)", "--(-2x)"], ["2*-x", "-(2*x)", "+-2*x"], [r"-2x", r"2\cdot(-x)", r"2\cdot -x"]),
    (x - (y - z), ["x-(y-z)", "x - y + z", "x--z-y"], ["x-(y-z)"], [r"x-(y-z)", r"x-\left[y-z\right]", r"x-\{y-z\}"]),
    (
        x / y / z,
        ["x/y/z", "x/(yz)"],
        ["x/y/z", "x/(y*z)"],
        [r"\frac{x}{yz}", r"\frac{x/y}{z}", r"\frac{\frac{x}{y}}{z}"],
    ),
    (a**x * (1 + log(a)), ["a^x(1 + ln a)", "a^x (ln a + 1)"], ["a**x*(1+np.log(a))"], [r"a^x(1+\ln a)"]),
    (3 * p * (1 - p) ** 2, ["3p(1-p)^2", "3p(1-p)²"], ["3*p*(1-p)**2"], [r"3p(1-p)^2", r"3p{(1-p)}^2"]),
    (
        sp.Min(1, sp.Max(0, x)),
        ["min(1, max(0, x))", "clip(x, 0, 1)"],
        ["np.clip(x, 0, 1)", "np.minimum(1, np.maximum(0, x))"],
        [r"\min(1, \max(0,x))"],
    ),
    (
        indicator(sp.And(x > 0, x < 1)),
        ["1[0 < x < 1]", "1[x > 0 and x < 1]", "1[x>0 ∧ x<1]"],
        ["np.where((x > 0) & (x < 1), 1, 0)", "1 if 0 < x < 1 else 0"],
        [r"\mathbb{1}[0<x<1]", r"1[x > 0 \land x < 1]"],
    ),
    (
        indicator(sp.Ge(x, y)),
        ["1[x ≥ y]", "1[x >= y]"],
        ["1 if x >= y else 0"],
        [r"\mathbb{1}[x\ge y]", r"\mathbb{1}[x\geq y]"],
    ),
    (sp.Rational(314, 100), ["3.14"], ["3.14", "314e-2"], ["3.14"]),
    (
        x**3 - 4 * x + 1,
        ["x^3-4x+1", "x³ − 4x + 1"],
        ["x**3-4*x+1"],
        [r"x^3-4x+1", r"$x^3 - 4x + 1$", r"\(x^3-4x+1\)", r"\displaystyle x^3-4x+1."],
    ),
]

CASES = [
    pytest.param(surface, text, meaning, id=f"{surface}: {text}")
    for meaning, *surfaces in MEANINGS
    for surface, texts in zip(("plain", "python", "latex"), surfaces, strict=True)
    for text in texts
]


@pytest.mark.parametrize(("surface", "text", "meaning"), CASES)
def test_a_text_has_its_meaning(surface: str, text: str, meaning: sp.Expr) -> None:
    reading = read(text, VOCABULARY, surface=surface)
    assert reading.expression == meaning
    assert reading.surface == surface


@pytest.mark.parametrize(("surface", "text", "meaning"), CASES)
def test_the_surface_is_found_by_itself(surface: str, text: str, meaning: sp.Expr) -> None:
    assert read(text, VOCABULARY).expression == meaning


# surface, text, part of the message, column of the caret
REFUSED = [
    ("plain", "", "there is no formula", 0),
    ("plain", "   ", "there is no formula", 0),
    ("plain", "x +", "ends too early", 3),
    ("plain", "x + * y", "'*' cannot stand here", 4),
    ("plain", "(x + 1", "'(' is never closed", 0),
    ("plain", "2*(x + [y - 1)", "'[' is closed by ')'", 13),
    ("plain", "x + 1)", "')' was never opened", 5),
    ("plain", "|x + 1", "'|' is never closed", 0),
    ("plain", "x # y", "the character '#' has no place", 2),
    ("plain", "y = 3x", "without '='", 2),
    ("plain", "x > 0", "this is a condition", 0),
    ("plain", "sin", "'sin' is a function and needs an argument", 3),
    ("plain", "2 + ln", "'ln' is a function and needs an argument", 6),
    ("plain", "h", "'h' is a function and needs an argument", 1),
    ("plain", "h x", "needs an argument in brackets", 1),
    ("plain", "x/0", "division by zero", 1),
    ("plain", "y + 1/(x - x)", "division by zero", 5),
    ("plain", "0^-2", "division by zero", 2),
    ("plain", "0^0", "0 to the power 0", 2),
    ("plain", "ln(0)", "'ln' is not defined for this argument", 2),
    ("plain", "ln(-2)", "'ln' is not defined for this argument", 2),
    ("plain", "(-1)^(1/2)", "a root of a negative number", 5),
    ("plain", "arcsin(2)", "'arcsin' is not defined", 6),
    ("plain", "9**9**9**9", "beyond ±256", 6),
    ("plain", "x^1000", "beyond ±256", 2),
    ("plain", "x + 2^99999", "beyond ±256", 6),
    ("plain", "(x^200)^200", "beyond ±256", 8),
    ("plain", "(10^200)^200", "too large", 9),
    ("plain", "exp(1000000000*log(2))", "too large", 3),
    ("plain", "x^" * 100 + "x", "nested more than 60 deep", 118),
    ("plain", "(" * 100 + "x" + ")" * 100, "nested more than 60 deep", 60),
    ("plain", "9" * 100, "more than 60 digits", 0),
    ("plain", "1e5000", "power of ten", 0),
    ("plain", "x" * 5000, "5000 characters, more than the limit of 4000", 4000),
    ("plain", "x" + "'" * 50, "more than 8 primes", 1),
    ("plain", "f(x, y)", "'f' is not a function", 0),
    ("plain", "floor(x)", "'floor' is not a known function; declare it with 'floor function', or write floor * (x)", 0),
    ("latex", r"2\operatorname{floor}(x)", "'\\operatorname{floor}' is not a known function", 1),
    ("latex", r"p_i(\delta_{ij} - p_j)", "'\\delta_{ij}' speaks of two indices", 4),
    ("plain", "p_i*(delta_ij - p_j)", "'delta_ij' speaks of two indices", 5),
    ("latex", r"p_i(\mathbb{1}[i=j] - p_j)", "'i=j' speaks of two indices", 15),
    ("plain", "lg x", "the function 'lg' is not read here", 0),
    ("plain", "f'(x)", "'f'' is not a known function; declare it with 'f function'", 0),
    ("latex", r"\sum_{i=1}^m x_i", "x is declared as a number and has no entries", 13),
    ("latex", r"\sum_{i=1}^m (u_i - \bar u)", "the bar over u may mean the mean of its entries", 0),
    ("plain", "max(x)", "'max' takes 2 to 8 arguments", 3),
    ("plain", "x if x > 0", "ends too early", 10),
    ("plain", "3 4 x", "an operator is missing between two numbers", 2),
    ("plain", "x + 10 000", "an operator is missing between two numbers", 7),
    ("plain", "0,5 x", "',' cannot stand here", 1),
    ("plain", "x[1]", "'x' has no entries", 1),
    ("latex", r"\nabla_W L", "∇ is not read", 0),
    ("latex", r"x + \mathrm{d}x", "a differential has no place", 4),
    ("latex", r"\int x", r"the command \int is not known", 0),
    ("plain", "x + oo", "infinity has no place", 4),
    ("plain", "x ∂ y", "∂ is read in a derivative", 2),
    ("plain", "α + β €", "the character '€'", 6),
    ("plain", "ŷ + 1)", "')' was never opened", 5),
    ("plain", "y\u0302 + 1)", "')' was never opened", 6),
    ("plain", "()", "nothing between the brackets", 0),
    ("plain", "sigma'(x)(", "'(' is never closed", 9),
    ("plain", "tanh''''(x)", "more than 3 primes", 8),
    ("plain", "|x|'", "a prime stands after a name", 3),
    ("plain", "Σ_{i=1}^n", "there is nothing after the operator", 9),
    ("plain", "x\x00", "U+0000 has no place", 1),
    ("plain", "'abc'", "''' cannot stand here", 0),
    ("python", "x^2", "'^' is not a power in Python; write **", 1),
    ("python", "2x", "an operator is missing before 'x'", 1),
    ("python", "x y", "an operator is missing before 'y'", 2),
    ("python", "y(1 - y)", "'y' is not a function; write y*(", 1),
    ("python", "foo(x)", "the function 'foo' is not known", 0),
    ("python", "x**2 +", "ends too early", 6),
    ("python", "np.exp", "'np.exp' has no place", 0),
    ("python", "np.exp(x", "'(' is never closed", 6),
    ("python", "__import__('os')", "quoted text", 11),
    ("python", "x.__class__", "'.__class__' is not known here", 2),
    ("python", "lambda x: x", "missing before 'x'", 7),
    ("python", "x = 3", "without '='", 2),
    ("python", "np.where(x, 1, 0)", "a condition such as x > 0", 9),
    ("python", "np.exp(x, y)", "'exp' takes 1 argument", 10),
    ("python", "x[1:2]", None, 3),
    ("python", "x % 2", "'%' is not read between numbers", 2),
    ("python", "np.exp(-x)/(1 + np.exp(-x)**", "'(' is never closed", 11),
    ("latex", r"\frac{x}{0}", "division by zero", 9),
    ("latex", r"\frac{x}", "\\frac needs an argument", 0),
    ("latex", r"\frac{x}{", "never closed", 0),
    ("latex", r"\foo x", r"the command \foo is not known", 0),
    ("latex", r"2 + \foo", r"the command \foo is not known", 4),
    ("latex", r"x^y^z", "two exponents", 3),
    ("latex", r"x_i_j", "two lower indices", 3),
    ("latex", r"\left(x+1", "'(' is never closed", 5),
    ("latex", r"\sqrt{x+}", "'}' cannot stand here", 8),
    ("latex", r"\frac{x+1}{y*}", "'}' cannot stand here", 13),
    ("latex", r"\sin", "'sin' is a function and needs an argument", 4),
    ("latex", r"\begin{cases} x & x>0", "ends too early", 21),
    ("latex", r"x = y", "without '='", 2),
    ("latex", r"\hat{x+y}", "stands over a single name", 5),
    ("latex", r"\sum x", "the sum has no index", 4),
    ("latex", r"\sum_{i=1} x_i", "no upper bound", 10),
    ("latex", r"x \text{ if } y", None, 2),
    ("latex", r"\sigma'", "needs an argument in brackets", 7),
    ("latex", r"\log_x y", "the base of a logarithm", 5),
    ("latex", r"\sum_{k=1}^{1000} k", "too long to be written out", 0),
]


@pytest.mark.parametrize(("surface", "text", "message", "column"), REFUSED)
def test_a_refusal_says_why_and_points_at_the_character(
    surface: str, text: str, message: str | None, column: int
) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(text, VOCABULARY, surface=surface)
    error = caught.value
    assert message is None or message in error.message
    assert error.column == column
    assert error.text == text


AMBIGUOUS = [
    ("plain", "y(1-y)", "read 'y(1-y)' as a product: y is not a function"),
    ("plain", "1/2x", "read '1/2x' from left to right: only 2 is divided by"),
    ("plain", "a/bc", "read 'bc' as one name; write b*c for a product"),
    ("plain", "a/xy", "read 'a/xy' from left to right: only x is divided by"),
    ("plain", "xy", "read 'xy' as the product of its letters, x·y"),
    ("plain", "ln x^2", "read 'ln x^2' as ln(x^2)"),
    ("plain", "sin x (x+1)", "read 'sin x (x+1)' as sin(x)·(x+1)"),
    ("plain", "sin x y", "read 'sin x y' as sin(x y)"),
    ("plain", "e^2x", "read 'e^2x' as e^2 times x"),
    ("plain", "e + 1", "read e as Euler's number 2.718…"),
    ("plain", "tan^-1(x)", "read 'tan^-1' as arctan, not as 1/tan"),
    ("plain", "log(x)", "read log as the natural logarithm"),
    ("plain", "h^2(x)", "read 'h^2' of something as its power, not as a repeated function"),
    ("plain", "1e-3x", "read '1e-3' as one number in powers of ten"),
    ("plain", "σ x", "read 'σ' as a variable, because no bracket follows"),
    ("plain", "w'", "read 'w'' as a name of its own, not as a derivative"),
    ("plain", "xsin(x)", "read 'xsin' as x sin"),
    ("plain", "sinx", "read 'sinx' as sin x"),
    ("plain", "yhat", "read yhat as y_hat, which is declared"),
    ("plain", "√x^2", "read '√x^2' as the root of all of x^2"),
    ("plain", "dL/dx", "read 'dL/dx' as the name of a derivative"),
    ("plain", "relu'(x)", "read the derivative of ReLU as 1 where its argument is positive and 0 elsewhere"),
    ("latex", r"y(1-y)", "read 'y(1-y)' as a product: y is not a function"),
    ("latex", r"\frac{dL}{dx}", r"read '\frac{dL}{dx}' as the name of a derivative"),
    ("latex", r"x^10", "read 'x^10' with all its digits in the exponent"),
    ("latex", r"uv", "read 'uv' as the product of its letters, u·v"),
    ("latex", r"\mathbf{x} + x", "read x as one name, although it stands in more than one font"),
    ("plain", "x^-1/2", "read 'x^-1/2' as x^-1 divided by 2"),
    ("plain", "e^(-x)^2", "read 'e^(-x)^2' from right to left, with '(-x)^2' in the exponent"),
    ("latex", "e^xy", "read 'e^xy' with all its letters in the exponent"),
    ("latex", r"\sin\frac{x}{2}y", r"read '\sin\frac{x}{2}y' as \sin(\frac{x}{2})·y"),
    ("plain", "√2x", "read '√2x' as √2 times x"),
    ("latex", r"a^{(l)}_j", "read the raised (l) as a label, not as an exponent"),
    ("plain", "z^[2]", "read the raised [2] as a label, not as an exponent"),
    ("plain", "x + x2", "read 'x2' as one name, not as a product"),
    ("plain", "x^T", "read the T of 'x^T' as an exponent, because no array stands before it"),
    ("latex", r"x^\top y", r"read 'x^\top' as a number, which is its own transpose"),
    ("latex", r"\frac{d}{dx} x^2", r"read \frac{d}{dx} as acting on 'x^2'"),
    ("python", "E*x", "read E as Euler's number 2.718…, as SymPy writes it"),
]


@pytest.mark.parametrize(("surface", "text", "sentence"), AMBIGUOUS)
def test_an_ambiguous_reading_is_listed(surface: str, text: str, sentence: str) -> None:
    assert sentence in read(text, VOCABULARY, surface=surface).ambiguities


@pytest.mark.parametrize(
    "text", ["2x sin(3x)", "e^-x/(1+e^-x)^2", "σ(x)(1-σ(x))", r"\frac{\hat y-y}{2}", "-x**2", r"-\ln\sigma(x)", "x^2/2"]
)
def test_a_clear_text_lists_nothing(text: str) -> None:
    assert read(text, VOCABULARY).ambiguities == ()


def test_what_is_declared_decides_what_a_name_is() -> None:
    assert read("f(x)").expression == sp.Symbol("f", real=True) * x
    assert read("f(x)", Vocabulary.from_declarations(["f function"])).expression == general_function("f")(x)
    assert read("e", Vocabulary.from_declarations(["e real"])).expression == sp.Symbol("e", real=True)
    assert (
        read("σ(x)", Vocabulary.from_declarations(["σ positive"])).expression == sp.Symbol("sigma", positive=True) * x
    )
    assert read("xy", Vocabulary.from_declarations(["xy real", "x real", "y real"])).expression == sp.Symbol(
        "xy", real=True
    )


def test_a_raised_label_gives_a_name_of_its_own() -> None:
    assert read(r"a^{(l)}_j").expression == sp.Symbol("a_j__l", real=True)
    assert read(r"\frac{\partial L}{\partial z^{[1]}}").expression == sp.Symbol("dL_dz__1", real=True)
    assert read("x^(2)").expression == x**2
    assert read("e^{(x)}").expression == exp(x)


@pytest.mark.parametrize("text", ["ln|x|", "ln |x|", "ln(|x|)", r"\ln|x|", r"\ln\left|x\right|", "np.log(np.abs(x))"])
def test_a_function_before_bars_takes_the_absolute_value(text: str) -> None:
    assert read(text).expression == log(sp.Abs(x))


def test_powers_side_by_side_are_a_product() -> None:
    assert read("2^{x}3^{y}").expression == 2**x * 3**y


def test_bars_side_by_side_are_a_product() -> None:
    assert read("|x||y|").expression == sp.Abs(x) * sp.Abs(y)
    assert read("|x - |y||").expression == sp.Abs(x - sp.Abs(y))


def test_names_of_the_other_side_decide_whether_a_word_is_a_product() -> None:
    plain = Vocabulary()
    assert read("bc", plain).expression == sp.Symbol("bc", real=True)
    b, c = sp.symbols("b c", real=True)
    assert read("bc", plain.knowing(read("b + c").names)).expression == b * c


def test_macros_of_the_preamble_are_expanded_and_errors_point_at_their_call() -> None:
    preamble = (
        r"\newcommand{\X}{\mathbf{x}} \renewcommand{\half}[1]{\frac{#1}{2}} "
        r"\def\s#1{\sigma(#1)} \DeclareMathOperator{\sech}{sech}"
    )
    assert read(r"\half{\X} + \s{\X}", preamble=preamble).expression == x / 2 + sigma(x)
    assert read(r"\sech(x)", preamble=preamble).expression == 1 / sp.cosh(x)
    with pytest.raises(UnreadableError) as caught:
        read(r"y + \half{x +} - 1", preamble=preamble)
    assert caught.value.column == 13
    with pytest.raises(UnreadableError) as caught:
        read(r"y + \half{x}{0}", preamble=r"\newcommand{\half}[2]{\frac{#1}{0}}")
    assert caught.value.column == 4
    with pytest.raises(UnreadableError) as caught:
        read(r"y + \X)", preamble=preamble)
    assert caught.value.caret() == "y + \\X)\n      ^"


@pytest.mark.parametrize(
    "preamble",
    [r"\newcommand{\a}{\a\a}", r"\newcommand{\a}{\b\b}\newcommand{\b}{\a\a}", r"\newcommand{\a}[1]{\a{#1#1}}"],
)
def test_a_macro_that_calls_itself_is_refused(preamble: str) -> None:
    with pytest.raises(UnreadableError, match="expands without end"):
        read(r"\a{x}", preamble=preamble)


def test_a_broken_preamble_is_refused_at_its_place() -> None:
    with pytest.raises(UnreadableError) as caught:
        read("x", preamble=r"\newcommand{\a}", surface="latex")
    assert caught.value.column == 15


def test_the_caret_stands_under_the_character() -> None:
    def caret(text: str) -> str:
        with pytest.raises(UnreadableError) as caught:
            read(text, VOCABULARY)
        return caught.value.caret()

    assert caret("x + 1)") == "x + 1)\n     ^"
    assert caret("y\u0302 + 1)") == "y\u0302 + 1)\n     ^"  # the accent takes no room
    assert caret("x\n+ 1) y") == "+ 1) y\n   ^"
    assert caret("\tx)") == " x)\n  ^"
    long = "x + " * 60 + ")"
    line, mark = caret(long).split("\n")
    assert line[len(mark) - 1] == ")"


def test_the_conditions_that_sympy_cancels_are_kept() -> None:
    assert read("x/x").expression == 1
    assert read("x/x").defined_where == (sp.Ne(x, 0),)
    assert read("a/a", VOCABULARY).defined_where == ()
    assert read("ln(x) - ln(x)").defined_where == (x > 0,)
    assert read("ln(x^2)").defined_where == (x**2 > 0,)
    assert read("√x").defined_where == (x >= 0,)
    assert read("np.where(x > 0, np.log(x), 0)").defined_where == ()
    assert read("np.where(x > 1, np.log(x), 0)").defined_where == (sp.Or(x <= 1, x > 0),)
    assert read("x^(-2)").defined_where == (sp.Ne(x, 0),)


def test_declarations_give_symbols_and_a_domain() -> None:
    made = Vocabulary.from_declarations(
        [
            "x real",
            "a positive",
            "n integer",
            "0 < p < 1",
            "0 <= y <= 1",
            "r != 0",
            "v vector(k)",
            "W matrix(N, M)",
            "h function",
            "u > r",
            "s in {0, 1}",
            "\\hat y real",
            "σ positive",
            "m natural",
            "c nonnegative",
            "b <= 2",
            "j index(N)",
        ]
    )
    domain = made.domain
    symbols = made.symbols
    assert domain.ranges[symbols["a"]] == sp.Interval.open(0, sp.oo)
    assert domain.ranges[symbols["p"]] == sp.Interval.open(0, 1)
    assert domain.ranges[symbols["y"]] == sp.Interval(0, 1)
    assert domain.ranges[symbols["n"]] == sp.S.Integers
    assert domain.ranges[symbols["m"]] == sp.S.Naturals
    assert domain.ranges[symbols["c"]] == sp.Interval(0, sp.oo)
    assert domain.ranges[symbols["b"]] == sp.Interval(-sp.oo, 2)
    assert domain.ranges[symbols["s"]] == sp.FiniteSet(0, 1)
    assert sp.Ne(sp.Symbol("r", real=True), 0) in domain.conditions
    assert (sp.Symbol("u", real=True) > sp.Symbol("r", real=True)) in domain.conditions
    assert set(symbols) >= {"y_hat", "sigma"}
    assert made.shape_of("W") == tuple(sp.symbols("N M", integer=True, positive=True))
    assert made.shape_of("v") == (sp.Symbol("k", integer=True, positive=True),)
    assert made.functions == {"h"}


@pytest.mark.parametrize(
    ("declarations", "message"),
    [
        (["x purple"], "'purple' is no kind of name"),
        (["x"], "the declaration is not understood"),
        (["x matrix(N)"], "the sizes are written like matrix(N, M)"),
        (["x vector(-1)"], "the sizes are written like vector(n)"),
        (["x matrix(N, M)", "x function"], "x is declared twice"),
        (["1 < x < 0"], "no value is left for x"),
        (["x > 1", "x < 0"], "no value is left for x"),
        (["x positive", "x < 0"], "no value is left for x"),
        (["0 < < 1"], "'<' cannot stand here"),
        (["x > 9**9**9**9"], "beyond"),
        (["0 > 1"], "this condition never holds"),
        (["s in {0, a}"], "the values of a set are numbers"),
        (["x vector(n)", "0 < x < 1"], "a condition compares numbers, and this is an array"),
        (["x real(3)"], "'real' takes no sizes"),
        ([""], "the declaration is not understood"),
        (["x real"] * 300, "more than 200 declarations"),
    ],
)
def test_a_bad_declaration_is_refused_with_its_reason(declarations: list[str], message: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        Vocabulary.from_declarations(declarations)
    assert message in caught.value.message


def test_a_chain_is_divided_at_its_equals_signs() -> None:
    assert split_chain("a = b = c") == [("a", 0), ("b", 4), ("c", 8)]
    assert split_chain(r"f &= \sum_{i=1}^n x_i \\ ") == [("f", 0), (r"\sum_{i=1}^n x_i \\", 5)]
    assert split_chain("x") == [("x", 0)]
    assert split_chain("= x") == [("", 0), ("x", 2)]
    assert split_chain("1[x == y] = np.where(x >= y, 1, 0)") == [("1[x == y]", 0), ("np.where(x >= y, 1, 0)", 12)]
    assert split_chain("f(x) := x") == [("f(x)", 0), ("x", 8)]


def test_a_text_is_never_run() -> None:
    for text in ("__import__('os').system('false')", "().__class__.__bases__[0]", "eval('1')", "open('x').read()"):
        with pytest.raises(UnreadableError):
            read(text)


def test_an_accented_letter_ends_the_word_before_and_after_it() -> None:
    assert read("xŷ + 1").expression == x * y_hat + 1
    assert read("ŷx + 1").expression == x * y_hat + 1
    assert read("ln sin x cos y").expression == log(sin(x)) * cos(y)


@pytest.mark.parametrize("failure", [TypeError, ValueError, ArithmeticError, NotImplementedError])
def test_a_failure_of_the_algebra_system_is_a_fault_of_ours(
    failure: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise failure("inside SymPy")

    monkeypatch.setattr(Meaning, "finish", fail)
    with pytest.raises(AlgebraFaultError) as caught:
        read("x^2", surface="plain")
    assert isinstance(caught.value, UnreadableError)
    assert caught.value.message == "the algebra system cannot build this formula"
    assert caught.value.caret() == "x^2\n^"


@pytest.mark.parametrize("text", ["x +", "1/0", "sin(" * 70 + "x" + ")" * 70])
def test_what_is_wrong_with_a_text_is_no_fault_of_ours(text: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(text)
    assert not isinstance(caught.value, AlgebraFaultError)


def test_cases_by_indices_are_read_as_kronecker_deltas() -> None:
    p = sp.IndexedBase(sp.Symbol("p", real=True), shape=(K := sp.Symbol("K", integer=True, positive=True),))
    i, j = sp.Idx("i", K), sp.Idx("j", K)
    vocabulary = Vocabulary({"p": p})
    delta = sp.KroneckerDelta(i, j)
    wanted = delta * p[i] * (1 - p[i]) - (1 - delta) * p[i] * p[j]
    for text in (
        r"\begin{cases} p_i(1-p_i) & i=j \\ -p_i p_j & i\ne j \end{cases}",
        r"\begin{cases} p_i(1-p_i) & i=j \\ -p_i p_j & \text{otherwise} \end{cases}",
        r"\begin{cases} -p_i p_j & i \ne j \\ p_i(1-p_i) & i=j \end{cases}",
        "np.where(i == j, p[i]*(1 - p[i]), -p[i]*p[j])",
    ):
        assert sp.expand(read(text, vocabulary).expression - wanted) == 0
    with pytest.raises(UnreadableError, match="cases by indices are read in two branches"):
        read(r"\begin{cases} 1 & i=j \\ 0 & x > 0 \end{cases} + p_i + p_j", vocabulary)
    with pytest.raises(UnreadableError, match="'i' is an index here and cannot stand as a number"):
        read("i*p_i", vocabulary)
