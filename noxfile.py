"""The one check command, for a person and for CI: `nox`."""

import nox

nox.options.sessions = ["lint", "tests", "lab", "main_job"]
PACKAGES = ("gradproof", "derive", "numeric", "checks", "worksheets")


@nox.session
def lint(session: nox.Session) -> None:
    """Format, lint, types and import contracts."""
    session.install(".[dev]")
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("mypy", "--strict", *(part for package in PACKAGES for part in ("-p", package)))
    session.run("lint-imports")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the README's test command in a fresh environment, then the slow tests; with arguments, pytest with these."""
    session.install(".[test]")
    session.run("pytest", *session.posargs)
    if not session.posargs:
        session.install(".[dask]")
        session.run("pytest", "-m", "slow")


@nox.session
def lab(session: nox.Session) -> None:
    """Type answers into a student notebook in JupyterLab; skips where there is no Chromium."""
    session.install(".[test,lab]")
    session.run("pytest", "tests/worksheets/test_in_jupyterlab.py", *session.posargs)


@nox.session
def graders(session: nox.Session) -> None:
    """Let nbgrader and otter grade what we build for them; not by default, as they bring JupyterLab and pandas."""
    session.install(".[graders]")
    session.run("pytest", "-m", "slow", "tests/peers", *session.posargs)


@nox.session
def main_job(session: nox.Session) -> None:
    """Run exactly the README's first command, in a fresh environment."""
    session.install(".")
    session.run("gradproof", "verify")
