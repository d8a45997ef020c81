"""A submission under pytest: each question of a worksheet is a test item, with the verdict as its report.

    pytest --gradproof-worksheet backprop-from-scratch --gradproof-submission anna.ipynb

Without these options nothing is done and nothing is imported. Student code runs in the processes of `gradproof grade`,
never in that of pytest, and the folders of submissions are not shown to pytest, which would run a `conftest.py` there.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from gradproof.pytest_items import Run

_RUN: pytest.StashKey["Run"] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("gradproof", "questions of a worksheet as tests (gradproof)")
    group.addoption("--gradproof-worksheet", metavar="W", help="a worksheet: its name, or the file of its source")
    group.addoption(
        "--gradproof-submission",
        metavar="S",
        action="append",
        default=[],
        help="a notebook, Python file, folder or zip of submissions (repeatable)",
    )
    group.addoption(
        "--gradproof-isolation",
        choices=("namespaces", "limits"),
        default="namespaces",
        help="limits: accept limits of time and memory alone",
    )


def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Refuse to start where pytest would run a file of a student as its own configuration."""
    given = early_config.known_args_namespace
    started = [early_config.invocation_params.dir, *(Path(one.split("::")[0]).resolve() for one in given.file_or_dir)]
    for text in getattr(given, "gradproof_submission", ()):
        submission = Path(text).resolve()
        folder = submission if submission.is_dir() else submission.parent
        for place in started:
            for above in (place, *place.parents):
                if above.is_relative_to(folder) and (above / "conftest.py").exists():
                    raise pytest.UsageError(
                        f"there is a conftest.py among the submissions ({above}), which pytest would run as its own: "
                        "start pytest in another folder"
                    )


def pytest_configure(config: pytest.Config) -> None:
    """Open the worksheet where there is a submission to grade."""
    worksheet, submissions = config.getoption("gradproof_worksheet"), config.getoption("gradproof_submission")
    if not worksheet and not submissions:
        return
    if not worksheet or not submissions:
        missing = "--gradproof-submission" if worksheet else "--gradproof-worksheet"
        raise pytest.UsageError(f"{missing} is missing: a worksheet and a submission belong together")
    from gradproof.pytest_items import Run

    config.stash[_RUN] = Run(worksheet, submissions, config.getoption("gradproof_isolation"))
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args = []  # only the questions: tests that lie about here were not asked for


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what is graded."""
    run = config.stash.get(_RUN, None)
    return None if run is None else f"gradproof: {run.header()}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Add an item for each question of each submission, before -k and --deselect look at them."""
    run = session.config.stash.get(_RUN, None)
    if run is not None:
        for node in run.nodes(session):
            items.extend(session.genitems(node))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the points of each submission."""
    run = config.stash.get(_RUN, None)
    if run is None:
        return
    from gradproof.pytest_items import scores

    lines = scores(report for reports in terminalreporter.stats.values() for report in reports)
    if lines:
        terminalreporter.section("points", sep="-")
        for line in lines:
            terminalreporter.write_line(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the processes in which student code ran."""
    run = config.stash.get(_RUN, None)
    if run is not None:
        run.close()
