"""Certificates as text: what is stated, under which hypotheses, and that nothing typed reaches Coq as it is."""

import os
import re
import subprocess
import sys

import pytest
import sympy as sp

from derive import catalogue
from derive.certificates import NoCertificateError, certificate, typed_certificate, write_folder, wrong_certificates
from derive.certificates.document import trials
from derive.certificates.expressions import Writer
from derive.certificates.names import RESERVED, Identifiers, safe
from derive.certificates.switches import innermost, settled
from derive.domain import Domain
from derive.functions import sigma
from derive.typed_function import TypedFunction

x, y, a = sp.symbols("x y a", real=True)


def written(formula: sp.Expr) -> str:
    return Writer(Identifiers()).write(formula)


@pytest.mark.parametrize("name", catalogue.names())
def test_every_target_of_every_entry_has_a_theorem(name: str) -> None:
    entry = catalogue.load(name)
    made = certificate(entry)
    assert {theorem.target for theorem in made.theorems} - {""} == set(entry.targets)
    assert made.missing == {}


@pytest.mark.parametrize("name", catalogue.names())
def test_every_wrong_answer_of_every_entry_can_be_stated(name: str) -> None:
    entry = catalogue.load(name)
    assert len(list(wrong_certificates(entry))) == len(entry.wrong)


def test_the_theorem_of_the_sigmoid_reads_like_the_textbook() -> None:
    text = certificate(catalogue.load("sigmoid")).text
    assert "Definition sigmoid (x : R) : R :=\n  1 / (1 + exp (- x))." in text
    assert "Definition sigmoid_by_x (x : R) : R :=\n  sigma x * (1 - sigma x)." in text
    assert "is_derive (fun x => sigmoid x) x (sigmoid_by_x x)." in text


def test_the_domain_of_an_entry_is_the_hypothesis_of_its_theorem() -> None:
    (theorem,) = certificate(catalogue.load("bce_prediction")).theorems
    assert theorem.hypotheses == ("0 <= y <= 1", "0 < y_hat < 1")


def test_a_kink_is_excluded_from_the_derivative_and_has_a_theorem_of_its_own() -> None:
    slope, kink = certificate(catalogue.load("relu")).theorems
    assert slope.hypotheses == ("x <> 0",)
    assert kink.hypotheses[0] == "x = 0"
    assert kink.conclusion == "~ ex_derive (fun x => relu x) x"


def test_huber_is_stated_everywhere_for_it_has_no_kink() -> None:
    (theorem,) = certificate(catalogue.load("huber")).theorems
    assert theorem.hypotheses == ("0 < d",)


def test_arrays_are_stated_for_all_sizes() -> None:
    by_name = {theorem.target: theorem for theorem in certificate(catalogue.load("linear_layer")).theorems}
    assert by_name["W"].binders[0] == "B M N : nat"
    assert "(put2 W q r t)" in by_name["W"].conclusion
    assert "(q < N)%nat" in by_name["W"].hypotheses


def test_softmax_with_cross_entropy_is_stated_of_the_declared_function_and_its_condition() -> None:
    (theorem,) = certificate(catalogue.load("softmax_cross_entropy")).theorems
    assert "ln (exp (Z i k) / total K (fun j => exp (Z i j)))" in theorem.definitions[0]
    assert "total K (fun k => Y p k) = 1" in theorem.hypotheses


def test_the_whole_convolutional_network_is_stated_with_its_true_pools_in_every_region() -> None:
    theorems = {theorem.name: theorem for theorem in certificate(catalogue.load("conv_example")).theorems}
    whole = [name for name in theorems if "_network_derivative_by_" in name]
    assert {name[-1] for name in whole} == {"K", "c", "W", "d"}
    definitions = "\n".join(theorems[whole[0]].definitions)
    assert "pool (fun e f => conv_example_cell X y K c W d n u v e f)" in definitions
    assert "winner (fun e f => conv_example_cell X y K c W d n u v e f) e f" in definitions
    assert all("decided" in theorems[name].hypotheses[-1] for name in whole)
    assert "put2 K p q t" in theorems["conv_example_network_derivative_by_K"].conclusion


def test_a_statement_that_was_written_unevaluated_stays_so() -> None:
    theorem = next(t for t in certificate(catalogue.load("relu_variance")).theorems if t.target == "product_variance")
    assert "sqrt 6 / (sqrt (INR n_in) * sqrt (INR n_out))" in theorem.conclusion


def test_the_variance_is_stated_of_an_expectation_and_not_of_its_own_result() -> None:
    theorem = next(t for t in certificate(catalogue.load("variance")).theorems if t.target == "variance")
    assert theorem.conclusion.startswith("variance E (fun o => total m (fun i => w i o * (x i o))) = ")
    assert {"expectation E", "centred E m w v_w", "centred E m x v_x"} <= set(theorem.hypotheses)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (x - y, "x - y"),
        (-(x + y), "- x - y"),
        (x / (y * a), "x / (a * y)"),
        (sp.Rational(1, 2) * x, "x / 2"),
        (sp.Pow(x + 1, -2), "1 / (x + 1) ^ 2"),
        (sp.sqrt(x), "sqrt x"),
        (1 / sp.sqrt(x), "1 / sqrt x"),
        (x ** sp.Rational(1, 3), "Rpower x (1 / 3)"),
        (sp.exp(-(x**2)), "exp (- x ^ 2)"),
        (sp.Max(0, x), "Rmax 0 x"),
        (sigma(x) ** 2, "sigma x ^ 2"),
        (-sp.exp(x) * y, "- (y * exp x)"),
        (sp.Piecewise((x, x > 0), (0, True)), "if Rlt_dec 0 x then x else 0"),
    ],
)
def test_a_formula_in_the_notation_of_coq(formula: sp.Expr, text: str) -> None:
    assert written(formula) == text


def test_unary_minus_before_a_power_means_the_same_in_coq_and_sympy() -> None:
    # In Coq - x ^ 2 is -(x²), as in mathematics; (-x)² needs brackets.
    assert written(-(x**2)) == "- x ^ 2"
    assert written(sp.Pow(-x - y, 2, evaluate=False)) == "(- x - y) ^ 2"


def test_what_has_no_form_is_refused_by_name() -> None:
    with pytest.raises(NoCertificateError, match="gamma"):
        written(sp.gamma(x))


# -- names -----------------------------------------------------------------------------------------

HOSTILE = [
    "x *) Axiom cheat : False. (*",
    'x" . Abort All.',
    "x.\nAdmitted.",
    "forall",
    "σ",
    "ŷ",
    "R",
    "",
    "0",
    "a b",
    "x'",
    "(*",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_becomes_one_plain_word(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*'*", Identifiers().of(name))


def test_different_names_get_different_words() -> None:
    names = [*HOSTILE, "_u78_", "x_u27_", "exp", "exp_", "exp__2", "v0", "ŷ_"]
    identifiers = Identifiers()
    given = [identifiers.of(name) for name in names]
    assert len(set(given)) == len(names)
    assert not set(given) & RESERVED
    assert [identifiers.of(name) for name in names] == given


def test_an_ordinary_name_stays_as_it_is() -> None:
    assert [safe(name) for name in ("x", "y_hat", "W_1", "h'")] == ["x", "y_hat", "W_1", "h'"]


def test_nothing_of_a_hostile_name_reaches_the_certificate() -> None:
    hostile = sp.Symbol("x *) Axiom cheat : False. (*", real=True)
    text = typed_certificate(TypedFunction(hostile**2, hostile)).text
    assert "Axiom" not in text.replace("x_u20__u2a__u29__u20_Axiom_u20_cheat", "")
    assert "cheat : False" not in text
    assert "*) " not in re.sub(r"\(\*\*.*?\*\)", "", text)


# -- typed functions -------------------------------------------------------------------------------


def hypotheses_of(formula: sp.Expr, domain: Domain | None = None) -> tuple[str, ...]:
    return typed_certificate(TypedFunction(formula, x, domain or Domain())).theorems[0].hypotheses


def test_a_typed_function_is_stated_where_it_is_defined() -> None:
    assert hypotheses_of(sp.log(x)) == ("0 < x", "x <> 0")
    assert hypotheses_of(sp.log(1 + sp.exp(x))) == ()
    assert "x - 1 <> 0" in hypotheses_of(1 / (x - 1))


def test_a_typed_function_is_stated_off_its_kinks() -> None:
    assert hypotheses_of(sp.Abs(x - 1)) == ("x - 1 <> 0",)


def test_a_declared_condition_is_a_hypothesis() -> None:
    assert "x > y" in hypotheses_of(sp.log(x - y), Domain({}, (x > y,)))


# -- switches --------------------------------------------------------------------------------------


def test_a_switch_is_settled_by_the_sign_of_its_argument_up_to_a_factor() -> None:
    switch = innermost(sp.Max(0, 2 * x - 2))
    assert switch is not None
    formula = sp.Max(0, 2 * x - 2) + sp.Abs(x - 1) + sp.sign(1 - x)
    sign = 1 if switch.left != 0 else -1
    assert settled(formula, switch, sign) == 2 * x - 2 + x - 1 - 1
    assert settled(formula, switch, -sign) == 1 - x + 1


def test_a_switch_that_another_does_not_decide_stays() -> None:
    switch = innermost(sp.Abs(x))
    assert switch is not None
    assert settled(sp.Abs(x) + sp.Abs(y), switch, -1) == -x + sp.Abs(y)


# -- files -----------------------------------------------------------------------------------------


def test_a_folder_holds_the_project_file_the_library_and_the_certificates(tmp_path) -> None:
    made = [certificate(catalogue.load(name)) for name in ("relu", "linear_layer")]
    files = write_folder(made, tmp_path)
    project = (tmp_path / "_CoqProject").read_text()
    assert "Catalogue/relu.v" in project
    assert "Gradproof/Sums.v" in project
    assert all(file.is_file() for file in files)
    assert (tmp_path / "Catalogue" / "relu.v").read_text() == made[0].text


def test_a_certificate_does_not_depend_on_the_order_of_sets() -> None:
    code = (
        "import hashlib; from derive import catalogue; from derive.certificates import certificate; "
        "names = ('huber', 'neuron', 'attention', 'conv_example', 'shallow_network'); "
        "print(hashlib.sha256(''.join(certificate(catalogue.load(n)).text for n in names).encode()).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in (0, 1)
    }
    assert len(found) == 1


@pytest.mark.parametrize("name", ["sigmoid", "huber", "linear_layer"])
def test_a_trial_leaves_every_identity_open_and_proves_nothing(name: str) -> None:
    for _, made in wrong_certificates(catalogue.load(name)):
        identities = re.findall(
            r"^.*\b(?:identity|identity_by_cases|sum_identity|moment_identity)\.", made.text, flags=re.M
        )
        trial = trials({"Wrong": made})
        assert identities
        assert trial.count("admit)") == len(identities)
        assert "Qed." not in trial
