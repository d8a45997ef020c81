"""The two witnesses have not spoken, and the front door is light."""

import json
import subprocess
import sys

import pytest


def modules_after(statement: str) -> set[str]:
    """Return the names of all modules that a fresh interpreter has loaded after a statement."""
    code = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def heads(modules: set[str]) -> set[str]:
    return {name.split(".")[0] for name in modules}


EVERY_DERIVE = """
import importlib, pkgutil, derive
for module in pkgutil.walk_packages(derive.__path__, "derive."):
    importlib.import_module(module.name)
"""
EVERY_NUMERIC = EVERY_DERIVE.replace("derive", "numeric")


def test_importing_all_of_derive_loads_nothing_of_numeric_or_checks() -> None:
    loaded = heads(modules_after(EVERY_DERIVE))
    assert "sympy" in loaded
    assert not loaded & {"numeric", "checks", "worksheets", "gradproof"}


def test_importing_all_of_numeric_loads_no_sympy_and_nothing_of_derive() -> None:
    loaded = heads(modules_after(EVERY_NUMERIC))
    assert "numpy" in loaded
    assert not loaded & {"sympy", "flint", "derive", "checks", "worksheets", "gradproof"}


def test_importing_gradproof_loads_no_library() -> None:
    loaded = heads(modules_after("import gradproof"))
    assert not loaded & {
        "sympy",
        "numpy",
        "scipy",
        "flint",
        "matplotlib",
        "sklearn",
        "rich",
        "typer",
        "derive",
        "checks",
    }


def test_the_command_line_is_light_until_a_command_runs() -> None:
    loaded = heads(modules_after("import gradproof.cli"))
    assert not loaded & {"sympy", "numpy", "scipy", "flint", "matplotlib", "sklearn", "rich", "nbformat", "jinja2"}


def test_every_public_name_is_there() -> None:
    import gradproof

    for name in gradproof.__all__:
        assert getattr(gradproof, name) is not None
    assert set(gradproof.__all__) < set(dir(gradproof))
    assert gradproof.__version__
    with pytest.raises(AttributeError, match="no public name 'nonsense'"):
        _ = gradproof.nonsense
