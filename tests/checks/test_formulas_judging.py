"""Judging an answer to an entry of the catalogue or to a typed function."""

import pytest

from checks.formulas import QuestionError, answer, judge, judged
from checks.verdict import Status, Verdict
from derive import catalogue
from derive.entry import ArrayEntry, ScalarEntry
from derive.reading import UnreadableError

load = catalogue.load


def test_a_verdict_with_the_name_of_the_mistake_comes_back() -> None:
    verdict = judge(load("linear_layer"), "W", "-X^T G")
    assert isinstance(verdict, Verdict)
    assert (verdict.status, verdict.mistake) == (Status.REFUTED, "sign")
    assert verdict.reason.endswith("The sign of the whole answer is wrong.")
    assert judge(load("linear_layer"), "W", "X^T G").status is Status.PROVED


@pytest.mark.parametrize("name", [name for name in catalogue.names() if isinstance(load(name), ScalarEntry)])
def test_the_textbook_form_of_a_scalar_entry_is_judged_right(name: str) -> None:
    entry = load(name)
    texts = {
        "relu": "np.where(x > 0, 1, 0)",
        "gelu": r"\frac{1}{2}(1 + \operatorname{erf}(x/\sqrt{2})) + x \frac{e^{-x^2/2}}{\sqrt{2\pi}}",
        "elu": "np.where(x > 0, 1, a*np.exp(x))",
        "leaky_relu": "np.where(x > 0, 1, a)",
        "hinge": "np.where(y*s < 1, -y, 0)",
        "huber": "np.where(abs(x) <= d, x, d*np.sign(x))",
        "neuron": "2(h(wx+b)-l) h'(wx+b) x",
    }
    target = entry.targets[0]
    text = texts.get(name) or str(entry.textbook(target)).replace("**", "^").replace("log", "ln")
    assert judge(entry, target, text).status is Status.PROVED


@pytest.mark.parametrize(
    ("name", "by", "text"),
    [
        ("linear_layer", "W", r"\sum_i X_{iq} G_{ir}"),
        ("linear_layer", "b", "np.sum(G, axis=0)"),
        ("linear_layer", "b", r"\sum_i G_{ir}"),
        ("squared_error", "x", "2(x - y)"),
        ("squared_error", "x", "2(x_i - y_i)"),
        ("squared_error", "x", "2(x_p - y_p)"),
        ("l2_penalty", "w", r"2\lambda w"),
        ("softmax_cross_entropy", "Z", "(softmax(Z) - Y)/B"),
        ("shallow_network", "U", "(P - Y)/B"),
        ("shallow_network", "Z", "np.where(Z > 0, dA, 0)"),
        ("one_layer", "b", r"\sigma(w^T x + b) - y"),
        ("sigmoid_jacobian", "x", r"\delta_{ij}\sigma(x_i)(1-\sigma(x_i))"),
        ("conv_example", "d", r"\sum_n \delta_n"),
        ("conv_example", "K", r"\sum_{n,u,v,e,f} \delta_n W_{uv} S_{nuvef} X_{n,2u+e+p,2v+f+q}"),
        ("variance", "variance", "m v_w v_x"),
    ],
)
def test_answers_for_arrays_may_be_matrices_or_entries(name: str, by: str, text: str) -> None:
    found = judged(load(name), by, text)
    assert found.verdict.status is Status.PROVED, found.verdict.reason
    assert found.explanation is None


def test_a_condition_of_the_entry_may_be_used() -> None:
    full = r"\frac{1}{B}\left(\frac{e^{Z_{pq}}}{\sum_j e^{Z_{pj}}} \sum_k Y_{pk} - Y_{pq}\right)"
    assert judge(load("softmax_cross_entropy"), "Z", full).status is Status.PROVED


def test_index_names_that_could_mean_either_axis_are_not_guessed() -> None:
    found = judged(load("sigmoid_jacobian"), "x", r"\delta_{ab}\sigma(x_a)(1-\sigma(x_a))")
    assert found.verdict.status is Status.UNREADABLE
    assert "not one of the question" in found.verdict.reason


def test_a_shape_that_does_not_fit_is_said_and_explained() -> None:
    found = judged(load("linear_layer"), "W", "G^T X")
    assert (found.verdict.status, found.mistake) == (Status.UNREADABLE, "transposed")
    assert "has the shape (M, N)" in found.verdict.reason
    assert judge(load("linear_layer"), "b", "np.sum(G, axis=1)").mistake == "wrong axis"
    assert judge(load("batch_norm"), "gamma", r"\sum_k G_{ik} u_{ik}").mistake == "wrong axis"
    assert judge(load("linear_layer"), "b", "X").mistake is None


def test_a_typical_wrong_answer_of_the_entry_is_named_in_its_words() -> None:
    found = judged(load("bowl"), "x", "6x - 1")
    assert found.mistake == "factor not multiplied out"
    found = judged(load("neuron"), "b", "2(h(wx+b)-l) h(wx+b)")
    assert found.explanation is not None
    assert (found.mistake, found.explanation.declared) == ("sigma for sigma'", ("h for h'",))


@pytest.mark.parametrize("name", catalogue.names())
def test_every_typical_wrong_answer_of_the_catalogue_has_a_name(name: str) -> None:
    from checks.formulas.mistakes import Problem, look_for_mistake
    from checks.formulas.questions import of_entry
    from checks.formulas.scalars import rewritten

    entry = load(name)
    for wrong in entry.wrong:
        question = of_entry(entry, wrong.of)
        words, formula = next(pair for pair in question.declared if pair[0] == wrong.mistake)
        indexed = isinstance(entry, ArrayEntry)
        problem = Problem(
            rewritten(question.right), rewritten(formula), question.asked, question.given, indexed=indexed,
            expanded=question.expanded, declared=question.declared,
        )  # fmt: skip
        found = look_for_mistake(problem)
        assert found is not None, words
        assert words in (found.name, *found.declared)


@pytest.mark.parametrize(
    ("function", "by", "right", "wrong", "mistake", "given"),
    [
        ("x^2 sin(3x)", "x", "2x sin(3x) + 3x^2 cos(3x)", "6x cos(3x)", "product rule", []),
        ("w x + b", "w", "x", "w", "wrong variable", []),
        (r"\sum_i (x_i - y_i)^2", "x_k", "2(x_k - y_k)", "x_k - y_k", "factor 2", ["x vector(n)", "y vector(n)"]),
        (r"\|A x - b\|^2", "x", "2A^T(A x - b)", "A^T(A x - b)", "factor 2",
         ["A matrix(n, m)", "x vector(m)", "b vector(n)"]),
        ("x^T A x", "x", "(A + A^T) x", "2 A x", "transposed", ["A matrix(n, n)", "x vector(n)"]),
    ],
)  # fmt: skip
def test_own_functions_are_judged(
    function: str, by: str, right: str, wrong: str, mistake: str, given: list[str]
) -> None:
    assert judge(function, by, right, given).status is Status.PROVED
    verdict = judge(function, by, wrong, given)
    assert (verdict.status, verdict.mistake) == (Status.REFUTED, mistake)


def test_a_question_that_cannot_be_asked_is_no_verdict_on_the_answer() -> None:
    with pytest.raises(QuestionError, match="choose from X, W, b"):
        judge(load("linear_layer"), "V", "X")
    with pytest.raises(QuestionError, match="must be a number"):
        judge("A x", "x", "A", ["A matrix(n, n)", "x vector(n)"])
    with pytest.raises(QuestionError, match="no variable"):
        judge("x^2", "x^2", "1")
    with pytest.raises(QuestionError, match="another one"):
        judge("x_i^2", "x_i", "2x_i", ["x vector(n)"])
    with pytest.raises(UnreadableError):
        judge("x^", "x", "1")


def test_an_answer_that_cannot_be_read_is_unreadable() -> None:
    verdict = judge(load("sigmoid"), "x", "x^")
    assert verdict.status is Status.UNREADABLE
    assert verdict.mistake is None


@pytest.mark.parametrize(
    "verdict",
    [judge(load("linear_layer"), "W", "-X^T G"), judge(r"x^T A x", "x", "A x", ["A matrix(n, n)", "x vector(n)"])],
)
def test_the_line_that_reproduces_a_verdict_does(verdict: Verdict) -> None:
    import gradproof

    assert verdict.reproduce.startswith("gradproof.judge(")
    assert eval(verdict.reproduce, {"gradproof": gradproof}) == verdict


def test_judging_and_comparing_agree() -> None:
    assert judged("x^2 sin(3x)", "x", "2x cos(3x)").mistake == answer("d/dx (x^2 sin(3x))", "2x cos(3x)").mistake
