"""The kernel's verdicts: what is proved, what is refused, and that a wrong formula fails at its identity."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp

from checks.kernel import CheckedTheorem, CoqMissingError, cache, check_certificates, check_typed, find_coq
from checks.kernel.assumptions import ALLOWED, audit, read_assumptions
from checks.kernel.certificates import build_library
from checks.kernel.coq import Coq
from checks.verdict import Status
from derive import catalogue
from derive.certificates import Certificate, Theorem, certificate, typed_certificate, wrong_certificates
from derive.certificates.document import STUCK, trials
from derive.typed_function import TypedFunction

x = sp.Symbol("x", real=True)


@pytest.fixture(scope="session")
def coq() -> Coq:
    try:
        return replace(find_coq(), seconds=900)  # a busy machine takes its time
    except CoqMissingError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def shared_cache(compiled_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(compiled_library, tmp_path_factory.mktemp("shared") / "cache"))


@pytest.fixture(autouse=True)
def _own_cache(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "coq" in request.fixturenames:
        monkeypatch.setenv("XDG_CACHE_HOME", str(request.getfixturevalue("shared_cache")))


@pytest.fixture(scope="module")
def workshop(coq: Coq, shared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the compiled library."""
    folder = tmp_path_factory.mktemp("workshop")
    (folder / "Catalogue").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(shared_cache))
        build_library(coq, folder)
    return folder


def planted(name: str, proof: str, definitions: tuple[str, ...] = ()) -> Certificate:
    """A certificate of something false: that x² has the derivative x."""
    theorem = Theorem(
        name="false_derivative",
        target="x",
        meaning="planted",
        binders=("x : R",),
        hypotheses=(),
        conclusion="is_derive (fun x => x ^ 2) x x",
        proof=(proof,),
        definitions=definitions,
    )
    return Certificate(name, "planted", (), (theorem,))


# -- proved ----------------------------------------------------------------------------------------


def test_the_sigmoid_is_proved_from_axioms_that_are_named(coq: Coq) -> None:
    (row,) = check_certificates([certificate(catalogue.load("sigmoid"))], coq)
    assert row.verdict.status is Status.PROVED
    assert row.verdict.evidence.procedure == "Coq kernel"
    assert set(row.verdict.evidence.axioms) <= set(ALLOWED)
    assert "ClassicalDedekindReals.sig_forall_dec" in row.verdict.evidence.axioms


@pytest.mark.slow
def test_certificates_of_several_kinds_are_accepted_together(coq: Coq) -> None:
    """One of each kind of entry; `gradproof prove --check` checks all, and .ci/run runs it."""
    names = ["relu", "softmax_cross_entropy", "variance"]
    rows = check_certificates([certificate(catalogue.load(name)) for name in names], coq)
    assert [(row.entry, row.verdict.reason) for row in rows if row.verdict.status is not Status.PROVED] == []
    assert {row.entry for row in rows} == set(names)


FORMULAS = [
    x * sp.exp(-(x**2)),
    *(pytest.param(one, marks=pytest.mark.slow) for one in (sp.log(x) / x, sp.Abs(x) * x, x**x, sp.sqrt(1 + x**2))),
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_function_that_nobody_put_into_the_catalogue_is_proved(coq: Coq, formula: sp.Expr) -> None:
    function = TypedFunction(formula, x)
    assert check_typed(typed_certificate(function), coq).status is Status.PROVED


# -- wrong answers ---------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", catalogue.names())
def test_every_wrong_answer_fails_at_an_identity_and_at_nothing_else(name: str, coq: Coq, workshop: Path) -> None:
    """Coq accepts the statement and each step of the script but an identity, which it announces."""
    entry = catalogue.load(name)
    made = {f"Wrong{number}": one for number, (_, one) in enumerate(wrong_certificates(entry))}
    file = Path("Catalogue") / f"wrong_{name}.v"
    (workshop / file).write_text(trials(made), encoding="utf-8")
    done = coq.compile(file, workshop)
    assert done.ok, f"stopped elsewhere, at line {done.line}: {done.message}"
    for label, wrong in zip(made, entry.wrong, strict=True):
        assert f"{STUCK} {label}." in done.output, f"{wrong.mistake}: every identity went through"


def test_the_trial_of_a_right_answer_is_stuck_nowhere(coq: Coq, workshop: Path) -> None:
    made = {
        f"Right_{name}": certificate(catalogue.load(name)) for name in ("sigmoid", "huber", "linear_layer", "variance")
    }
    file = Path("Catalogue") / "right.v"
    (workshop / file).write_text(trials(made), encoding="utf-8")
    done = coq.compile(file, workshop)
    assert done.ok, done.message
    assert STUCK not in done.output


def test_a_wrong_answer_as_a_theorem_is_undecided_and_never_proved(coq: Coq) -> None:
    _, made = next(wrong_certificates(catalogue.load("sigmoid")))
    (row,) = check_certificates([made], coq)
    assert row.verdict.status is Status.UNDECIDED
    assert "Coq did not accept the proof" in row.verdict.reason


@pytest.mark.slow
def test_one_theorem_that_fails_does_not_take_the_others_with_it(coq: Coq) -> None:
    right = certificate(catalogue.load("bowl"))
    first, second = right.theorems
    broken = replace(right, theorems=(replace(first, proof=(*first.proof[:-1], "fail.")), second))
    rows = check_certificates([broken], coq)
    assert [row.verdict.status for row in rows] == [Status.UNDECIDED, Status.PROVED]


# -- cheating --------------------------------------------------------------------------------------

CHEATS = {
    "an axiom": planted("cheat_axiom", "intros; exfalso; exact cheat.", ("Axiom cheat : False.",)),
    "a parameter": planted("cheat_parameter", "intros; destruct cheat.", ("Parameter cheat : False.",)),
    "a lemma that was admitted": planted(
        "cheat_lemma", "intros; destruct cheat.", ("Lemma cheat : False.\nProof.\nAdmitted.",)
    ),
    "a namesake of an allowed axiom": planted(
        "cheat_namesake",
        "intros; destruct (Classical_Prop.classic).",
        ("Module Classical_Prop. Axiom classic : False. End Classical_Prop.",),
    ),
    "a namesake without a module": planted(
        "cheat_classic", "intros; destruct classic.", ("Axiom classic : False.",)
    ),
    "a recursion that does not end": planted(
        "cheat_guard",
        "intros; destruct (cheat tt).",
        ("Unset Guard Checking.\nFixpoint cheat (u : unit) : False := cheat u.\nSet Guard Checking.",),
    ),
}  # fmt: skip


def assert_refused(row: CheckedTheorem) -> None:
    assert row.verdict.status is Status.FAULT, row.verdict.reason
    assert "rests on what is no axiom of the standard library" in row.verdict.reason


def test_a_false_theorem_that_coq_accepts_on_a_new_axiom_is_refused_and_not_remembered(coq: Coq) -> None:
    cheat = CHEATS["a namesake of an allowed axiom"]
    (row,) = check_certificates([cheat], coq)
    assert_refused(row)
    assert cache.recall(cache.key(coq, cheat.name, cheat.text)) is None


@pytest.mark.slow
def test_every_kind_of_cheat_is_refused_and_not_remembered(coq: Coq) -> None:
    for row, cheat in zip(check_certificates(list(CHEATS.values()), coq), CHEATS.values(), strict=True):
        assert_refused(row)
        assert cache.recall(cache.key(coq, cheat.name, cheat.text)) is None


@pytest.mark.parametrize("ending", ["Admitted", "admit"])
def test_admitted_is_refused_by_what_was_compiled_and_not_by_its_text(ending: str, coq: Coq, workshop: Path) -> None:
    text = planted("x", "intros.").text.replace("Qed.", "Admitted." if ending == "Admitted" else "admit. Admitted.")
    file = Path("Catalogue") / f"cheat_{ending}.v"
    (workshop / file).write_text(text, encoding="utf-8")
    assert coq.compile(file, workshop).ok
    found = audit(coq, workshop, {file.stem: ["false_derivative"]})
    assert found[file.stem, "false_derivative"].refused


@pytest.mark.slow
def test_beside_a_cheat_an_honest_theorem_of_the_same_file_is_still_proved(coq: Coq) -> None:
    cheat = CHEATS["an axiom"]
    honest = certificate(catalogue.load("bowl"))
    both = replace(honest, name="both", theorems=(*honest.theorems, *cheat.theorems))
    rows = check_certificates([both], coq)
    assert [row.verdict.status for row in rows] == [Status.PROVED, Status.PROVED, Status.FAULT]


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "Axioms:\nfoo : False\n",
        "Axioms:\nClassical_Prop.classic : forall P : Prop, P \\/ ~ P\nfoo\n  : False\n",
        "Axioms:\nfoo is assumed to be guarded.\n",
        "Something new:\nClassical_Prop.classic : forall P : Prop, P \\/ ~ P\n",
        "Closed under the global context\nAxioms:\nfoo : False\n",
    ],
)
def test_what_print_assumptions_says_is_refused_unless_it_is_understood(printed: str) -> None:
    assert read_assumptions(printed, list(ALLOWED)).refused


def test_what_is_allowed_is_read_with_types_on_several_lines() -> None:
    printed = (
        "Axioms:\nClassicalDedekindReals.sig_forall_dec\n  : forall P : nat -> Prop,\n    True\n"
        "Classical_Prop.classic : forall P : Prop, P \\/ ~ P\n"
    )
    found = read_assumptions(printed, list(ALLOWED))
    assert found.refused == ()
    assert found.axioms == ("ClassicalDedekindReals.sig_forall_dec", "Classical_Prop.classic")
    assert read_assumptions("Closed under the global context\n", []).refused == ()


# -- limits, cache, absence ------------------------------------------------------------------------


@pytest.mark.slow
def test_a_proof_that_takes_too_long_is_undecided(coq: Coq) -> None:
    endless = planted("endless", "intros; repeat (pose proof I).")
    (row,) = check_certificates([endless], replace(coq, seconds=3))
    assert row.verdict.status is Status.UNDECIDED
    assert "time limit" in row.verdict.reason


def test_what_did_not_change_is_not_checked_again(coq: Coq, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [certificate(catalogue.load("tanh"))]
    first = check_certificates(made, coq)
    monkeypatch.setattr(Coq, "compile", lambda *_: pytest.fail("Coq ran again"))
    again = check_certificates(made, coq)
    assert [row.verdict for row in again] == [row.verdict for row in first]
    with pytest.raises(pytest.fail.Exception):
        check_certificates(made, coq, fresh=True)


def test_a_changed_certificate_is_checked_again(coq: Coq) -> None:
    made = certificate(catalogue.load("tanh"))
    check_certificates([made], coq)
    (theorem,) = made.theorems
    changed = replace(made, theorems=(replace(theorem, proof=("intros; fail.",)),))
    (row,) = check_certificates([changed], coq)
    assert row.verdict.status is Status.UNDECIDED


@pytest.mark.slow
def test_a_damaged_cache_is_no_answer(coq: Coq) -> None:
    made = certificate(catalogue.load("softplus"))
    cache.store(cache.key(coq, made.name, made.text), {"nonsense": True})
    (row,) = check_certificates([made], coq)
    assert row.verdict.status is Status.PROVED
    assert row.verdict.evidence.axioms


def test_without_coq_one_line_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(CoqMissingError, match="apt-get install coq libcoq-coquelicot"):
        find_coq()


def test_an_entry_without_a_theorem_says_why(coq: Coq) -> None:
    bare = Certificate("bare", "nothing", (), (), {"W": "the index is odd"})
    (row,) = check_certificates([bare], coq)
    assert row.verdict.status is Status.UNDECIDED
    assert row.verdict.reason == "Not yet: the index is odd."
