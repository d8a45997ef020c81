import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import sympy as sp
from sympy.parsing.sympy_parser import implicit_multiplication, parse_expr, standard_transformations

from derive import catalogue
from derive.derivation import D
from derive.entry import ArrayEntry, ScalarEntry
from derive.functions import defined, general_function, indicator, relu, sigma, softplus
from derive.indices import array, indices, size, total
from derive.matrices import matrix, ones
from derive.moments import E, PositiveRoot
from derive.rendering import (
    derivation_json,
    derivation_latex,
    derivation_mathml,
    derivation_text,
    index_ranges,
    label_mathml,
    latex,
    mathml,
    text,
)
from derive.rendering.mathml_writer import ELEMENTS, NAMESPACE

x, y, z, w, b, l, a, t, u, v = sp.symbols("x y z w b l a t u v", real=True)  # noqa: E741
y_hat, n_in = sp.symbols("y_hat n_in", real=True)
B, N, M = size("B"), size("N"), size("M")
i, p = indices("i p", B)
k, q = indices("k q", N)
(j,) = indices("j", M)
X, W, G, bias, c = array("X", B, N), array("W", N, M), array("G", B, M), array("b", M), array("c", B)
h, h_prime = general_function("h"), general_function("h'")

EXPECTED = [
    (sigma(x) * (1 - sigma(x)), "σ(x) (1 − σ(x))", r"\sigma(x)\,(1 - \sigma(x))"),
    (1 / (1 + sp.exp(-x)), "1/(1 + e^(−x))", r"\frac{1}{1 + e^{-x}}"),
    (-sp.exp(-x) / (1 + sp.exp(-x)) ** 2, "−e^(−x)/(1 + e^(−x))²", r"-\frac{e^{-x}}{(1 + e^{-x})^{2}}"),
    (-y + y_hat, "ŷ − y", r"\hat{y} - y"),
    ((y_hat - y) / (y_hat * (1 - y_hat)), "(ŷ − y)/(ŷ (1 − ŷ))", r"\frac{\hat{y} - y}{\hat{y}\,(1 - \hat{y})}"),
    (3 * (x - 1) ** 2 + y**2 + 4, "y² + 3(x − 1)² + 4", "y^{2} + 3(x - 1)^{2} + 4"),
    (4000 - 3 * (x - 10) ** 2, "4000 − 3(x − 10)²", "4000 - 3(x - 10)^{2}"),
    (6 * (x - 1), "6(x − 1)", "6(x - 1)"),
    (6 * x + 4, "6x + 4", "6x + 4"),
    (2 * x - 3 * sp.sin(3 * x) + y + 2, "2x + y − 3 sin(3x) + 2", r"2x + y - 3\,\sin(3x) + 2"),
    (1 - sp.tanh(x) ** 2, "1 − tanh²(x)", r"1 - \tanh^{2}(x)"),
    (-y * sp.log(sigma(z)), "−y ln(σ(z))", r"-y\,\ln(\sigma(z))"),
    (softplus(z) - y * z, "softplus(z) − y z", r"\operatorname{softplus}(z) - yz"),
    (relu(x), "max(0, x)", r"\max(0, x)"),
    (indicator(x > 0), "𝟙[x > 0]", r"\mathbf{1}[x > 0]"),
    (
        sp.Piecewise((x, x < 0), (1, True)),
        "{x if x < 0; 1 otherwise}",
        r"\begin{cases} x & \text{if } x < 0 \\ 1 & \text{otherwise} \end{cases}",
    ),
    ((h(w * x + b) - l) * h_prime(w * x + b), "(h(w x + b) − l) h′(w x + b)", r"(h(wx + b) - l)\,h'(wx + b)"),
    (D(x**2, x), "∂/∂x[x²]", r"\frac{\partial}{\partial x}[x^{2}]"),
    (
        total(X[i, k] * W[k, j], k) + bias[j],
        "Σ_k X_ik W_kj + b_j",
        r"\sum_{k}X_{ik}\,W_{kj} + b_{j}",
    ),
    (total(G[i, j] * bias[j], i, j) / B, "1/B · Σ_{i,j} b_j G_ij", r"\frac{1}{B}\,\sum_{i, j}b_{j}\,G_{ij}"),
    (sp.KroneckerDelta(i, p) * c[p], "δ_ip c_p", r"\delta_{ip}\,c_{p}"),
    (array("Q", B, N)[i, 2 * k + 1], "Q_{i, 2k+1}", "Q_{i, 2k+1}"),
    (sp.Sum(t**2, (t, 1, N)), "Σ_{t=1}^N t²", r"\sum_{t = 1}^{N}t^{2}"),
    (matrix(X).T * matrix(G), "Xᵀ G", r"X^{\top}\,G"),
    (ones(1, B) * matrix(G) / B, "1/B · 𝟏ᵀ G", r"\frac{1}{B}\,\mathbf{1}^{\top}\,G"),
    (
        sp.Integral(t**2 / (2 * a), (t, -a, a)),
        "∫_{−a}^a t²/(2a) dt",
        r"\int_{-a}^{a}\frac{t^{2}}{2a}\,\mathrm{d}t",
    ),
    (sp.Subs(t**3 / (6 * a), t, a), "[t³/(6a)]_{t=a}", r"\left[ \frac{t^{3}}{6a} \right]_{t = a}"),
    (E(c[i] * bias[j]) ** 2, "E[b_j c_i]²", r"\operatorname{E}[b_{j}\,c_{i}]^{2}"),
    (PositiveRoot(a**2 - 1, a), "the a > 0 with a² − 1 = 0", r"\text{the}\,a > 0\text{ with }a^{2} - 1 = 0"),
    (sp.sqrt(6 / (N + M)), "√(6/(M + N))", r"\sqrt{\frac{6}{M + N}}"),
    (n_in / 2, "n_in/2", r"\frac{n_{\mathrm{in}}}{2}"),
    (sp.Eq(total(c[i], i), 1), "Σ_i c_i = 1", r"\sum_{i}c_{i} = 1"),
    (sp.oo, "∞", r"\infty"),
    (sp.Rational(-1, 2), "−1/2", r"-\frac{1}{2}"),
]


@pytest.mark.parametrize(("expression", "as_text", "as_latex"), EXPECTED, ids=[row[1] for row in EXPECTED])
def test_an_expression_reads_as_in_a_textbook(expression, as_text, as_latex):
    assert text(expression) == as_text
    assert latex(expression) == as_latex


def test_mathml_of_a_fraction_is_this_element():
    assert mathml(1 / (1 + sp.exp(-x))) == (
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mrow><mfrac><mn>1</mn><mrow><mn>1</mn>'
        '<mo form="infix">+</mo><msup><mi>e</mi><mrow><mo form="prefix">−</mo><mi>x</mi></mrow></msup></mrow></mfrac>'
        "</mrow></math>"
    )


def test_display_mathml_stands_on_a_line_of_its_own():
    assert mathml(x, display=True).startswith(f'<math xmlns="{NAMESPACE}" display="block">')


def test_declared_latex_takes_the_place_of_a_name():
    assert latex(n_in + 1, {n_in: r"\hat{n}"}) == r"\hat{n} + 1"
    assert text(n_in + 1, {n_in: r"\hat{n}"}) == "n̂ + 1"


def test_what_nothing_arranges_is_refused_by_name():
    with pytest.raises(TypeError, match="nothing says how Order is typeset"):
        latex(sp.O(x))


def test_a_label_beyond_the_known_latex_is_refused():
    with pytest.raises(ValueError, match=r"\\boldsymbol"):
        label_mathml(r"\boldsymbol{x}")


def test_index_ranges_are_listed_by_length():
    assert index_ranges(total(X[i, k] * G[p, j], k)) == {B: ["i", "p"], M: ["j"], N: ["k"]}


@pytest.fixture(scope="module")
def entries():
    return catalogue.load_all()


def expressions(entry):
    """Yield every expression that an entry shows: value, textbook forms, wrong answers, both sides of every step."""
    if isinstance(entry, (ScalarEntry, ArrayEntry)):
        yield entry.value
    if isinstance(entry, ArrayEntry):
        yield from (form for form in map(entry.matrix_form, entry.targets) if form is not None)
        yield from entry.conditions
    yield from map(entry.textbook, entry.targets)
    yield from (wrong.formula for wrong in entry.wrong)
    for derivation in entry.derivations:
        yield derivation.start
        for step in derivation.steps:
            yield step.after
            if step.condition is not None:
                yield step.condition


def test_every_expression_of_the_catalogue_is_well_formed_mathml_core(entries):
    for entry in entries:
        for expression in expressions(entry):
            written = mathml(expression, entry.symbol_names)
            for element in ET.fromstring(written).iter():
                namespace, _, name = element.tag[1:].partition("}")
                assert namespace == NAMESPACE
                assert name in ELEMENTS, name
                assert not (element.text and element.text.strip() and len(element)), "text beside elements"
            assert not re.search(r"&(?!amp;|lt;|gt;|quot;|apos;)", written)
            assert "idx(" not in written.lower()


def test_elements_of_mathml_have_as_many_children_as_they_need(entries):
    wanted = {"mfrac": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3}
    for entry in entries:
        for expression in expressions(entry):
            for element in ET.fromstring(mathml(expression, entry.symbol_names)).iter():
                name = element.tag.rpartition("}")[2]
                assert len(element) == wanted.get(name, len(element)), name


def test_brackets_and_braces_balance_everywhere(entries):
    for entry in entries:
        for expression in expressions(entry):
            for written in (latex(expression, entry.symbol_names), text(expression, entry.symbol_names)):
                assert balanced(written), written
                assert "idx" not in written.lower()
                assert "Sum" not in written


def balanced(written):
    pairs, open_ones = {")": "(", "]": "[", "}": "{"}, []
    for sign in written:
        if sign in pairs.values():
            open_ones.append(sign)
        elif sign in pairs and (not open_ones or open_ones.pop() != pairs[sign]):
            return False
    return not open_ones


def test_the_text_of_a_scalar_formula_means_the_formula(entries):
    """Read the text back as arithmetic and compare values: order and brackets have not changed the meaning."""
    compared = 0
    for entry in entries:
        if not isinstance(entry, ScalarEntry) or entry.name == "neuron":
            continue
        for expression in expressions(entry):
            if expression.has(D, sp.Piecewise, sp.Max, sp.sign) or not expression.free_symbols:
                continue
            symbols = sorted(expression.free_symbols, key=str)
            point = dict(zip(symbols, np.linspace(0.21, 0.83, len(symbols)), strict=True))
            meant = float(defined(expression).subs(point))
            assert float(read_back(text(expression)).subs({str(s): n for s, n in point.items()})) == pytest.approx(
                meant
            )
            compared += 1
    assert compared > 60


def read_back(written):
    """Parse our own text."""
    names = {"σ": lambda u: 1 / (1 + sp.exp(-u)), "softplus": lambda u: sp.log(1 + sp.exp(u)), "ln": sp.log}
    names |= {name: sp.Symbol(name) for name in "wxybzl"} | {"y_hat": sp.Symbol("y_hat"), "π": sp.pi}
    plain = re.sub(r"√(π|\d+|\(([^()]*)\))", lambda root: f"sqrt({root[2] or root[1]})", written)
    plain = re.sub(r"\be\^(\w+)", r"exp(\1)", plain)
    plain = plain.replace("−", "-").replace(" · ", "*").replace("ŷ", "y_hat").replace("tanh²(x)", "tanh(x)**2")
    plain = re.sub(r"(cosh|sinh|tanh|σ)²\((\w+)\)", r"\1(\2)**2", plain)
    plain = plain.replace("²", "**2").replace("e^(", "exp(").replace("(x + 1) x", "(x + 1)*x")
    plain = re.sub(r"(?<=[\w)]) (?=[\w(σ])", "*", plain).replace("x(", "x*(")
    plain = re.sub(r"/\((.*)", lambda rest: "/(" + rest[1], plain)
    plain = re.sub(r"\bex\*p|\bmax\*", lambda wrong: wrong[0].replace("*", ""), plain).replace("ex*(", "exp(")
    return parse_expr(plain, local_dict=names, transformations=(*standard_transformations, implicit_multiplication))


def test_a_derivation_reads_like_a_teachers_page():
    entry = catalogue.load("sigmoid")
    assert derivation_text(entry, entry.derivation("x")).splitlines() == [
        "∂σ/∂x = ∂/∂x[1/(1 + e^(−x))]",
        "  = −1/(1 + e^(−x))² · ∂/∂x[1 + e^(−x)]   (chain rule with the power rule: outer 1/u, inner u = 1 + e^(−x))",
        "  = −1/(1 + e^(−x))² · (∂/∂x[1] + ∂/∂x[e^(−x)])   (sum rule)",
        "  = −1/(1 + e^(−x))² · ∂/∂x[e^(−x)]   (constant rule)",
        "  = −e^(−x)/(1 + e^(−x))² · ∂/∂x[−x]   (chain rule with the exponential rule: outer e^u, inner u = −x)",
        "  = e^(−x)/(1 + e^(−x))² · ∂/∂x[x]   (constant factor rule: the factor −1 is constant)",
        "  = e^(−x)/(1 + e^(−x))²   (derivative of the variable)",
        "  = e^(−x) σ²(x)   (recognise σ: σ(u) = 1/(1 + e^(−u)))",
        "  = σ(x) (1 − σ(x))   (recognise σ: e^(−u) = (1 − σ(u))/σ(u))",
    ]


def test_a_step_that_uses_a_condition_says_so():
    entry = catalogue.load("softmax_cross_entropy")
    lines = derivation_text(entry, entry.derivation("Z")).splitlines()
    assert [line.partition("   ")[2] for line in lines if " with Σ" in line] == [
        "(use the condition, with Σ_k Y_pk = 1)",
    ]


@pytest.fixture(scope="module")
def as_json(entries):
    """(entry, derivation, its steps as they stand in JSON) for all."""
    return [(entry, one, derivation_json(entry, one)) for entry in entries for one in entry.derivations]


@pytest.fixture(scope="module")
def as_latex(entries):
    return {(entry.name, one.name): derivation_latex(entry, one) for entry in entries for one in entry.derivations}


def test_every_derivation_is_written_in_all_four_ways(as_json, as_latex):
    for entry, derivation, steps in as_json:
        assert derivation_text(entry, derivation).count("\n") <= len(derivation.steps) + 1  # the matrix form
        written = as_latex[entry.name, derivation.name]
        assert written.startswith("\\begin{align*}\n")
        assert written.endswith("\n\\end{align*}")
        assert balanced(written)
        assert len(ET.fromstring(derivation_mathml(entry, derivation))) >= 2
        assert [step["rule"] for step in steps] == [step.rule for step in derivation.steps]
        assert set(steps[0]) == {"before", "rule", "after", "note", "condition"}
        assert set(steps[0]["before"]) == {"latex", "text"}


def test_notes_quote_formulas_and_no_python(as_json):
    for _, _, steps in as_json:
        for step in steps:
            assert not re.search(r"\*\*|exp\(|Sum\(|sigma\(|\w\[\w+, ", step["note"]), step["note"]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_derivations_compile_with_amsmath(as_latex, tmp_path):
    body = "\n".join(as_latex.values())
    head = "\\documentclass{article}\\usepackage{amsmath,amssymb}\\allowdisplaybreaks\\begin{document}\n"
    (tmp_path / "all.tex").write_text(f"{head}{body}\n\\end{{document}}\n", encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
