"""Every example in README and docs/ runs, and shows what it says."""

import doctest
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.submissions.sandbox import has_namespaces

Run = Callable[..., subprocess.CompletedProcess[str]]
ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.M | re.S)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_examples_of_a_page_run(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if page.name == "grading.md" and not has_namespaces():
        pytest.skip("this system has no namespaces in which code could be run")
    monkeypatch.chdir(ROOT)
    source = "\n".join(blocks(page, "python"))
    examples = doctest.DocTestParser().get_doctest(source, {}, page.name, str(page), 0)
    failures: list[str] = []
    doctest.DocTestRunner(optionflags=FLAGS).run(examples, out=failures.append)
    assert not failures, "".join(failures)


COMMANDS = [(page, one) for page in PAGES for block in blocks(page, "console") for one in re.split(r"\n(?=\$ )", block)]


@pytest.mark.parametrize(("page", "block"), COMMANDS, ids=[block.splitlines()[0] for _, block in COMMANDS])
def test_a_command_shows_what_the_page_says(
    page: Path, block: str, run: Run, run_apart: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *expected = block.splitlines(keepends=True)
    program, *arguments = shlex.split(first.removeprefix("$ "))
    assert program == "gradproof"
    runs_code = arguments[0] in ("gradient", "grade") or (arguments[0] == "audit" and arguments[-1].endswith(".md"))
    if runs_code and not has_namespaces():
        pytest.skip("this system has no namespaces in which code could be run")
    refuted = any(line.startswith("refuted: ") for line in expected)
    started, place = run_apart if arguments[0] == "gradient" else run, page.parent
    if arguments[0] == "grade":
        place = tmp_path / "examples"
        shutil.copytree(ROOT / "docs" / "examples", place)
        refuted = any("not right" in line for line in expected)
        monkeypatch.setenv("COLUMNS", "120")
    done = started(*arguments, cwd=place, PYTHONIOENCODING="utf-8")
    assert done.returncode == (1 if refuted else 0), done.stderr
    assert doctest.OutputChecker().check_output("".join(expected), done.stdout, FLAGS), done.stdout


def test_the_readme_s_two_commands_are_those_that_ci_runs() -> None:
    readme, ci = (ROOT / "README.md").read_text(), (ROOT / ".ci" / "run").read_text()
    for command in ("pip install . && gradproof verify", "pip install '.[test]' && pytest"):
        assert command in blocks(ROOT / "README.md", "sh")[1] + blocks(ROOT / "README.md", "sh")[2]
        assert command in readme
        assert command in ci


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)#:]+)\)", prose):
        assert (page.parent / target).exists(), target


def test_the_table_of_derivations_names_every_entry_and_no_other() -> None:
    from derive import catalogue

    page = (ROOT / "docs" / "course-derivations.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z][a-z0-9_]*)`", page))
    assert set(catalogue.names()) <= named
    assert {name for name in named if "." not in name} <= set(catalogue.names())
