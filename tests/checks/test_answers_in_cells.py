r"""What students type into a Markdown cell is read as it is meant: cases keep their lines, remarks of `align` go."""

import pytest

from checks.answers import judge_formula, judge_steps
from checks.answers.cells import formulas
from checks.verdict import Status

LEAKY = r"f'(x) = \begin{cases} 1 & \text{if } x > 0 \\ a & \text{otherwise} \end{cases}"
STEPS = r"""\begin{align*}
\frac{d}{dx}[x^2 + \sin(x)] &= \frac{d}{dx}[x^2] + \frac{d}{dx}[\sin(x)] && \text{sum rule} \\
&= 2x + \frac{d}{dx}[\sin(x)] && \text{power rule: }\text{outer } u^2 \text{, inner } u = x \\
&= 2x + \cos(x) && \quad (\text{the sine})
\end{align*}"""


@pytest.mark.parametrize("around", ["$${}$$", "\\[{}\\]", "\\begin{{align*}}{}\\end{{align*}}", "${}$"])
def test_cases_are_one_formula_with_all_their_lines(around):
    (found,) = formulas(around.format(LEAKY))
    assert found == LEAKY.partition("= ")[2]
    assert judge_formula(found, [r"\begin{cases} 1 & x > 0 \\ a & x \le 0 \end{cases}"]).status is Status.PROVED
    assert judge_formula(found, [r"\begin{cases} a & x > 0 \\ 1 & x \le 0 \end{cases}"]).status is Status.REFUTED


def test_marks_that_align_lines_are_no_part_of_a_formula():
    assert formulas(r"\begin{align*} y &= a + b \\ &= b + a \end{align*}") == ["b + a"]
    assert formulas(r"$$\begin{aligned} y &= \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} \\ \end{aligned}$$") == [
        r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}"
    ]


def test_an_equality_in_a_column_of_remarks_is_no_step():
    verdict = judge_steps(STEPS, ["2*x + cos(x)"])
    assert verdict.status is Status.PROVED
    assert verdict.reason == "All 3 steps hold and lead to the answer."


def test_a_wrong_step_beside_a_remark_is_found_on_its_line():
    verdict = judge_steps(STEPS.replace(r"2x + \frac", r"3x + \frac"), ["2*x + cos(x)"])
    assert verdict.status is Status.REFUTED
    assert verdict.reason.startswith("Step 2 of 3 (line 3)")
