"""Model solutions and wrong answers run in a process of their own, each as if it were alone."""

import numpy as np

from checks.answers import Probe
from worksheets.building.running import play

PROBE = Probe("result", adapter="def result():\n    return np.array(values, dtype=float)")
SETUP = "import numpy as np\nvalues = [1.0]"


def outputs(setup, sources):
    played = play(setup, sources, [(PROBE, ((),))])
    return [found.error or found.outputs[0][""].tolist() for (found,) in played]


def test_no_piece_sees_what_another_one_has_changed():
    assert outputs(SETUP, ["values.append(2.0)", "pass", "values[0] = 7"]) == [[1, 2], [1], [7]]


def test_the_setup_runs_once_for_all_pieces(tmp_path):
    log = tmp_path / "log"
    counting = f"{SETUP}\nwith open({str(log)!r}, 'a') as file:\n    file.write('run ')"
    assert outputs(counting, ["pass"] * 3) == [[1]] * 3
    assert log.read_text() == "run "


def test_a_piece_that_ends_the_process_harms_no_other_one():
    assert outputs(SETUP, ["import os; os._exit(3)", "pass"]) == ["the process that ran the code died", [1]]


def test_a_setup_that_fails_is_the_error_of_every_piece():
    assert outputs("1 / 0", ["pass", "values = [2]"]) == ["ZeroDivisionError: division by zero"] * 2


def test_random_numbers_are_the_same_for_every_piece():
    drawn = "values = np.random.normal(size=3)"
    first, second = outputs(f"{SETUP}\nnp.random.seed(5)", [drawn, drawn])
    assert np.array_equal(first, second)
