"""`worksheet check`: what a good worksheet is found to be, and planted faults of an author, each with its line."""

from pathlib import Path

import pytest

from checks.verdict import Status
from worksheets.building import cache
from worksheets.building.build import Job
from worksheets.building.leaks import leaks, strings_of_page
from worksheets.building.running import Playing, RunError, Stage
from worksheets.checking import check, check_job
from worksheets.sheet import read_source

HEAD = "---\ntitle: A sheet\npoints: {points}\n---\n\n```{{code-cell}}\nimport numpy as np\n```\n\n{body}\n"
MEAN = """\
::::{question} NAME
---
kind: code
points: 1
OPTIONS---
Write the mean of an array.

```{solution}
def mean(x):
    return np.sum(x) / np.size(x)
```

```{probe} mean
---
inputs: {x: "vector(n) in (0, 1)"}
samples: 9
---
```

```{wrong} the sum
def mean(x):
    return np.sum(x)
```
::::
"""
NUMBER = "::::{question} NAME\n---\nkind: number\npoints: 1\nvariable: VARIABLE\nanswer: VALUE\n---\nTEXT\n::::\n"


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADPROOF_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def sheet(tmp_path):
    """Return a function that writes a worksheet of some questions."""

    def write(*questions):
        path = tmp_path / "sheet.md"
        path.write_text(HEAD.format(points=len(questions), body="\n".join(questions)), encoding="utf-8")
        return path

    return write


def mean(name="mean-code", options=""):
    return MEAN.replace("NAME", name).replace("OPTIONS", options)


def number(name="count", variable="count", value="2080", text="How many?"):
    return NUMBER.replace("NAME", name).replace("VARIABLE", variable).replace("VALUE", value).replace("TEXT", text)


def findings(path, *, run=False):
    return {(one.question, one.check): one for one in check(path, run=run).findings}


def faults(path):
    return [one for one in check(path, run=False).findings if not one.status.earns_credit]


def line_of(path, text):
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in line)


def test_the_small_worksheet_holds_and_what_no_entry_proves_is_not_called_proved():
    found = findings(Path(__file__).parent / "good-source.md", run=True)
    assert {one.status for one in found.values()} == {Status.PROVED, Status.AGREES}
    runs = found["mean-code", "mean: the model runs"]
    assert runs.status is Status.AGREES
    assert runs.reason == "mean of the model returns the same 9 finite numbers in two runs; no entry proves them."
    assert found["tanh-code", "tanh_grad: the model against its formula"].status is Status.AGREES
    assert found["square", "∂/∂x is proved"].status is Status.PROVED
    assert found["", "the solution runs"].status is Status.PROVED


def test_a_model_that_gives_other_numbers_each_time_is_a_fault(sheet):
    (one,) = faults(
        sheet(mean().replace("np.sum(x) / np.size(x)", "np.sum(x) / np.size(x) + np.random.default_rng().random()"))
    )
    assert one.status is Status.FAULT
    assert "two runs of the model differ" in one.reason


def test_a_probe_with_too_few_numbers_to_compare_is_open(sheet):
    (one,) = faults(sheet(mean().replace("samples: 9", "samples: 3")))
    assert (one.check, one.status) == ("mean: the model runs", Status.UNDECIDED)


def test_a_wrong_answer_that_is_right_is_found_in_code(sheet):
    (one,) = faults(sheet(mean().replace("return np.sum(x)\n```\n::::", "return np.average(x)\n```\n::::")))
    assert (one.question, one.reason) == ("mean-code", "the planted wrong answer (the sum) passes every check")


def test_an_answer_on_the_page_is_found_with_the_line_of_its_question(sheet):
    path = sheet(mean(), number(text="How many? No: 2080."))
    (one, *_) = faults(path)
    assert (one.question, one.check, one.line) == ("count", "students' files", line_of(path, "{question} count"))
    assert "'2080' stands in" in one.reason


@pytest.mark.parametrize("given", ["count_all = 20", "my_count = 2", "count = 2.5", "count = 23", "n = 12"])
def test_a_short_number_is_not_found_by_chance(sheet, given):
    path = sheet(number(value="2"), mean())
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("import numpy as np", f"import numpy as np\n\n{given}", 1), encoding="utf-8")
    assert faults(path) == []


def test_a_name_that_two_questions_share_is_reported_with_the_line_of_the_later_one(sheet):
    path = sheet(number("first", "count", "17"), number("second", "count", "2080"))
    (one,) = faults(path)
    assert (one.question, one.check, one.status) == ("second", "the name count", Status.UNDECIDED)
    assert one.line == line_of(path, "{question} second")
    assert f"'first' (line {line_of(path, '{question} first')})" in one.reason


def test_a_function_that_is_taken_up_again_on_purpose_is_no_fault(sheet):
    (one,) = faults(sheet(mean("one"), mean("two")))
    assert one.reason.endswith("give it a name of its own, or say 'redefines: mean'")
    assert faults(sheet(mean("one"), mean("two", "redefines: mean\n"))) == []


def several(wrong):
    return (
        "::::{question} both\n---\nkind: formula\npoints: 1\nfunction: x^2 y\nanswers:\n  - wrt: x\n  - wrt: y\n---\n"
        f"Differentiate.\n\n```{{wrong}} planted\n{wrong}\n```\n::::\n"
    )


def test_a_planted_wrong_answer_among_several_formulas_has_to_be_wrong_for_one_of_them(sheet):
    found = findings(sheet(several("x^2")))["both", "wrong: planted"]  # right by y, the slip of another variable by x
    assert (found.status, found.reason) == (Status.PROVED, "The planted wrong answer is refuted for ∂/∂x.")
    found = findings(sheet(several("3 x y")))["both", "wrong: planted"]
    assert found.reason == "The planted wrong answer is refuted for ∂/∂x, ∂/∂y."
    found = findings(sheet(several(r"\frac{q(")))["both", "wrong: planted"]
    assert found.status is Status.UNDECIDED


def test_a_planted_wrong_answer_that_is_right_everywhere_is_a_fault(sheet):
    body = several("2 x").replace("x^2 y", "x^2 + y^2 + 2xy").replace("2 x\n", "2 x + 2 y\n")
    assert findings(sheet(body))["both", "wrong: planted"].status is Status.FAULT


def test_what_held_is_remembered_until_the_source_changes(sheet, monkeypatch):
    job = Job(sheet(mean()))
    first = check_job(job, lambda *_: None)
    assert first.status.earns_credit
    monkeypatch.setattr("worksheets.checking.worksheet.check", lambda *_, **__: pytest.fail("checked again"))
    assert check_job(job, lambda *_: None) == first
    sheet(mean("other"))
    with pytest.raises(pytest.fail.Exception, match="checked again"):
        check_job(job, lambda *_: None)


def test_what_did_not_hold_is_checked_again(sheet):
    job = Job(sheet(mean().replace("samples: 9", "samples: 3")))
    assert not check_job(job, lambda *_: None).status.earns_credit
    assert cache.find(f"check-{cache.name_of(read_source(job.path))}") is None


def test_a_page_is_searched_as_it_is_read_and_not_in_its_pictures():
    html = '<p>a<b>b</b></p><p title="said">c</p><!-- no --><path d="M2080 1"/>'
    html += '<img alt="x" src="data:image/png;base64,2080">'
    texts = [text for _, text in strings_of_page("page", html)]
    assert texts[0].split() == ["ab", "c"]
    assert sorted(texts[1:]) == [" no ", "said", "x"]


def test_code_that_is_coloured_on_the_page_is_found(sheet):
    source = read_source(sheet(number(value="7"))).resolve()
    html = '<pre><span class="n">count</span> <span class="o">=</span> <span class="mi">7</span></pre>'
    assert [question for question, _, _ in leaks(source, strings_of_page("page", html))] == ["count"]


def test_a_stage_sees_what_earlier_stages_set_and_a_stage_without_end_is_ended_alone():
    from checks.answers import Probe

    probe = (Probe("result", adapter="def result():\n    return np.array([value])"), ((),))
    stages = [
        Stage("import numpy as np\nvalue = 1.0", ["value += 1", "pass"], [probe]),
        Stage("value = value + 10", ["pass"], [probe]),
        Stage("while True: pass", ["pass"], [probe]),
    ]
    with Playing(stages, seconds=8) as playing:
        first, second, third = playing.results()
    assert [[one.outputs[0][""].tolist() for one in piece] for piece in first] == [[[2.0]], [[1.0]]]
    assert second[0][0].outputs[0][""].tolist() == [11.0]
    assert isinstance(third, RunError)
