"""The answer to a question is found in what was handed in, and how it was found is said."""

import pytest

from checks.submissions.files import Submission, Text
from checks.submissions.grading.locate import locate, wanted_names
from checks.submissions.grading.names import is_variant, variants
from checks.submissions.grading.relevant import Outline
from checks.submissions.player.cells import Cell


def code_question(name="sigmoid-code", functions=(("sigmoid", ("x",)), ("sigmoid_grad", ("x",)))):
    return {
        "id": name,
        "kind": "code",
        "number": "1 (b)",
        "points": 2,
        "cells": {"question": f"{name}-question", "answer": f"{name}-answer", "check": f"{name}-check"},
        "functions": [{"name": one, "arguments": list(arguments), "role": "value"} for one, arguments in functions],
        "defines": [one for one, _ in functions],
        "probes": [],
    }


def written(name, number, kind="text"):
    cells = {"question": f"{name}-question", "answer": f"{name}-answer", "check": f"{name}-check"}
    return {"id": name, "kind": kind, "number": number, "points": 1, "cells": cells}


def handed_in(*sources, ids=(), texts=()):
    metadata = [{"nbgrader": {"grade_id": ids[place]}} if place < len(ids) else {} for place in range(len(sources))]
    cells = tuple(Cell(f"cell {number}", source) for number, source in enumerate(sources, start=1))
    return Submission("ann", "ann.ipynb", cells, tuple(metadata), tuple(texts))


def found(submission, *questions):
    return locate(submission, Outline.of(submission.code), questions)


@pytest.mark.parametrize(
    "name",
    ["d_sigmoid", "sigmoid_prime", "grad_sigmoid", "dsigmoid", "sigmoidGrad", "SigmoidDerivative", "sigmoid_derivative",
     "derivative_of_sigmoid", "sigmoidprime", "gradSigmoid", "sigmoid_backward"],
)  # fmt: skip
def test_other_spellings_of_a_derivative_are_known(name):
    assert is_variant("sigmoid_grad", name) is (name != "derivative_of_sigmoid")
    assert not is_variant("sigmoid", name)


@pytest.mark.parametrize("name", ["sigmoid", "sigmoid2", "relu_grad", "sigmoid_grad_relu", "grad", "d"])
def test_another_function_is_no_spelling_of_it(name):
    assert not is_variant("sigmoid_grad", name)


def test_what_another_question_asks_for_is_no_spelling():
    assert variants("sigmoid_grad", ["sigmoid_prime", "d_sigmoid"], taken={"sigmoid_prime"}) == ["d_sigmoid"]


def test_a_function_is_found_by_its_name():
    one = found(handed_in("def sigmoid(x): return x\ndef sigmoid_grad(x): return 1"), code_question())["sigmoid-code"]
    assert (one.how, one.names) == ("name", {"sigmoid": "sigmoid", "sigmoid_grad": "sigmoid_grad"})


def test_ids_on_cells_count_before_names():
    submission = handed_in("def sigmoid(x): return x\ndef sigmoid_grad(x): return 1", ids=["sigmoid-code-answer"])
    assert found(submission, code_question())["sigmoid-code"].how == "metadata"


def test_another_spelling_is_taken_and_said():
    one = found(handed_in("def sigmoid(x): return x\ndef d_sigmoid(x): return 1"), code_question())["sigmoid-code"]
    assert one.how == "another spelling"
    assert one.names["sigmoid_grad"] == "d_sigmoid"
    assert one.note == "d_sigmoid was taken for sigmoid_grad."


def test_two_spellings_are_left_to_a_person():
    source = "def sigmoid(x): return x\ndef d_sigmoid(x): return 1\ndef sigmoid_prime(x): return 2"
    one = found(handed_in(source), code_question())["sigmoid-code"]
    assert one.how == "several"
    assert "sigmoid_grad" not in one.names
    assert one.note == "sigmoid_grad is missing, and d_sigmoid or sigmoid_prime may be meant: a person decides."


def test_a_function_of_one_parameter_is_not_guessed_and_one_of_two_is_taken_by_its_parameters():
    loss = code_question("loss", [("bce_loss", ("y", "y_hat"))])
    one = found(handed_in("def entropy(y, y_hat): return y\ndef other(x): return x"), loss)["loss"]
    assert (one.how, one.names) == ("parameters", {"bce_loss": "entropy"})
    assert "entropy(y, y_hat) was taken for bce_loss" in one.note
    assert found(handed_in("def other(x): return x"), code_question())["sigmoid-code"].how == "missing"


def test_the_last_definition_counts_and_a_second_one_is_said():
    one = found(handed_in("def f(x): return 1", "def f(x): return 2"), code_question("q", [("f", ("x",))]))["q"]
    assert one.cells == ("cell 2",)
    assert one.note == "f is defined in cell 1 and cell 2; the last one counts."


def test_a_name_that_two_questions_ask_for_is_looked_for_in_the_cell_of_each():
    first, second = code_question("first", [("f", ("x",))]), code_question("second", [("f", ("x",))])
    both = found(
        handed_in("def f(x): return 1", "def f(x): return 2", ids=["first-answer", "second-answer"]), first, second
    )
    assert both["first"].until == "cell 1"
    assert both["second"].until == "cell 2"


def test_names_of_an_adapter_s_own_are_not_asked_of_the_student():
    question = code_question("net", [])
    adapter = "def linear(X, W):\n    layer = Linear(X)\n    x = layer.run(W)\n    return x"
    question |= {"defines": ["Linear", "x", "layer"], "probes": [{"name": "linear", "adapter": adapter}]}
    assert wanted_names(question) == ["Linear"]


def test_a_written_answer_is_found_by_the_id_of_its_cell():
    texts = [Text("cell 1", "Because.", {"gradproof": {"cell": "why-answer"}})]
    one = found(handed_in(texts=texts), written("why", "2 (a)"))["why"]
    assert (one.how, one.text, one.cells) == ("metadata", "Because.", ("cell 1",))


def test_a_cell_that_carries_its_id_in_three_places_is_read_once():
    metadata = {"gradproof": {"cell": "why-answer"}, "nbgrader": {"grade_id": "why-answer"}, "id": "why-answer"}
    one = found(handed_in(texts=[Text("cell 6", "Because.", metadata)]), written("why", "2 (a)"))["why"]
    assert (one.text, one.cells, one.note) == ("Because.", ("cell 6",), "")
    two = [Text("cell 6", "Because.", metadata), Text("cell 7", "And so on.", metadata)]
    one = found(handed_in(texts=two), written("why", "2 (a)"))["why"]
    assert (one.text, one.cells) == ("Because.\n\nAnd so on.", ("cell 6", "cell 7"))
    assert one.note == "2 cells carry the id of this answer; all of them were read."


@pytest.mark.parametrize("head", ["2 (a)", "**2 (a)**", "## 2a)", "2 a:", "Question 2 (a).", "### Answer to 2 (a)"])
def test_a_written_answer_is_found_below_its_number(head):
    texts = [Text("cell 1", f"{head} Because."), Text("cell 2", "And so on."), Text("cell 3", "2 (b) No.")]
    both = found(handed_in(texts=texts), written("why", "2 (a)"), written("how", "2 (b)"))
    assert both["why"].how == "number"
    assert both["why"].text == "Because.\n\nAnd so on."
    assert both["how"].text == "No."


def test_two_cells_of_one_number_are_left_to_a_person():
    texts = [Text("cell 1", "2 (a) Yes."), Text("cell 2", "2 (a) No.")]
    one = found(handed_in(texts=texts), written("why", "2 (a)"))["why"]
    assert (one.how, one.text) == ("several", "")
    assert one.note == "cell 1 or cell 2 may be the answer: a person decides."


# -- what an answer rests on --

NOTEBOOK = [
    Cell("cell 1", "import numpy as np\nimport os\nX, y = load(3)\nplt.plot(X)\nunused = np.zeros(3)"),
    Cell("cell 2", "def helper(x):\n    return np.exp(-x)\n\ndef sigmoid(x):  # mine\n    return 1 / (1 + helper(x))"),
    Cell("cell 3", "sigmoid = np.vectorize(sigmoid)\nsigmoid(3)\nclf = MLP()\nclf.fit(X, y)\nprint(clf)"),
]


def test_an_answer_rests_on_what_its_names_need_in_place_and_on_nothing_else():
    part = Outline.of(NOTEBOOK).part(["sigmoid"])
    assert [(cell.name, cell.source.strip("\n").split("\n")[0]) for cell in part.cells] == [
        ("cell 1", "import numpy as np"), ("cell 2", "def helper(x):"), ("cell 3", "sigmoid = np.vectorize(sigmoid)"),
    ]  # fmt: skip
    assert part.cells[1].source.split("\n")[3] == "def sigmoid(x):  # mine"
    assert not part.is_open
    assert not part.runs


def test_comments_and_other_cells_do_not_make_another_answer_but_a_number_does():
    def fingerprint(old="", new=""):
        return (
            Outline.of([Cell(one.name, one.source.replace(old, new)) for one in NOTEBOOK]).part(["sigmoid"]).fingerprint
        )

    assert fingerprint("# mine", "# copied") == fingerprint("zeros(3)", "ones(4)") == fingerprint()
    assert fingerprint("1 + helper", "2 + helper") != fingerprint()
    assert fingerprint("exp(-x)", "exp(x)") != fingerprint()


def test_what_changes_a_variable_belongs_to_it_where_cells_are_run():
    part = Outline.of(NOTEBOOK).part(["clf"], steps=True)
    lines = [line for cell in part.cells for line in cell.source.split("\n") if line]
    assert lines == ["X, y = load(3)", "clf = MLP()", "clf.fit(X, y)"]
    assert part.runs


@pytest.mark.parametrize("body", ["globals()['f'](x)", "eval('f(x)')", "elsewhere(x)"])
def test_code_that_reaches_for_what_it_does_not_name_is_open(body):
    cells = [Cell("cell 1", f"def f(x): return x\ndef g(x): return {body}")]
    assert Outline.of(cells).part(["g"]).is_open


@pytest.mark.parametrize(
    ("source", "stub"),
    [
        ("def f(x):\n    '''?'''\n    raise NotImplementedError('here')", True),
        ("def f(x):\n    pass", True),
        ("f = ...", True),
        ("class f:\n    def __init__(self): self.x = 1\n    def g(self): ...", True),
        ("def f(x): return x", False),
        ("f = None", False),
        ("def f(x): raise ValueError", False),
        ("class f:\n    def g(self): return 1", False),
    ],
)
def test_what_is_still_to_be_written_is_seen_without_running_it(source, stub):
    assert Outline.of([Cell("cell 1", source)]).is_stub("f") is stub
