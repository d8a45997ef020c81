"""The page of an experiment: whole, self-contained, the same every time."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import gradproof
from checks import experiments
from checks.experiments import EXPERIMENTS
from worksheets.report import ReportError, write_experiment
from worksheets.report.experiment import _DRAWN, experiment_page


def test_every_experiment_has_figures() -> None:
    assert set(_DRAWN) == set(EXPERIMENTS)


@pytest.mark.parametrize(
    ("name", "figures"), [("wave", 1), ("mountain", 1), ("landscape", 4), ("ring", 2), ("conv", 1)]
)
def test_the_page_holds_figures_tables_and_verdicts(name: str, figures: int, tmp_path: Path) -> None:
    found = experiments.run(name)
    page = write_experiment(found, tmp_path).read_text(encoding="utf-8")
    assert page.count("<svg") == figures
    for table in found.tables:
        assert table.title.split(",")[0].replace("'", "&#39;") in page
    assert len(re.findall(r'<span class="badge', page)) >= len(found.results)
    HTMLParser().feed(page)
    addresses = re.findall(r'(?:href|src)="(https?:[^"]*)"', page)
    assert addresses == []
    assert json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))["experiment"] == name


def test_the_same_findings_make_the_same_page() -> None:
    found = experiments.run("wave")
    assert experiment_page(found) == experiment_page(found)


def test_ids_in_a_page_are_unique() -> None:
    page = experiment_page(experiments.run("landscape"))
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_a_folder_that_is_a_file_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    with pytest.raises(ReportError, match="is a file"):
        write_experiment(experiments.run("mountain"), tmp_path / "file")
    assert (tmp_path / "file").read_text() == "kept"


def test_a_notebook_shows_the_page_in_a_frame_and_a_terminal_shows_text() -> None:
    trained = gradproof.train("mountain")
    shown = trained._repr_html_()
    assert shown.startswith("<iframe srcdoc=")
    assert "<svg" not in shown  # escaped: nothing of the page leaks into the notebook
    assert "&lt;svg" in shown
    assert "arrived at the global maximum" in repr(trained)
    assert trained.status in {"agrees", "proved"}


def test_an_experiment_that_does_not_exist_is_one_clear_line() -> None:
    with pytest.raises(ValueError, match=r"no experiment 'hill'; choose from wave, mountain"):
        gradproof.train("hill")
