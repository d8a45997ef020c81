"""The catalogue finds its files by itself and refuses incomplete or double entries."""

import importlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp

from derive import catalogue
from derive.entry import ArrayEntry, Entry, EntryError, Limit, MomentEntry, ScalarEntry, Variable, Wrong

x, y = sp.symbols("x y", real=True)

COMPLETE = {
    "title": "A square",
    "label": "f",
    "variables": (Variable(x, "input"),),
    "value": x**2,
    "gradient": {x: 2 * x},
    "kinks": "none: a polynomial",
    "limits": (Limit("", x, sp.oo, sp.oo),),
    "wrong": (Wrong("x", x, "factor 2"), Wrong("x", -2 * x, "sign")),
    "source": ("here",),
}


def test_the_course_s_functions_are_all_there() -> None:
    assert set(catalogue.names()) >= {
        "wave", "bowl", "mountain", "sigmoid", "relu", "identity", "tanh", "bce_prediction", "bce_logit",
        "softmax_cross_entropy", "squared_error", "linear_layer", "neuron", "neuron_sigmoid", "variance",
        "conv_example",
    }  # fmt: skip


@pytest.mark.parametrize("name", catalogue.names())
def test_every_entry_declares_domain_kinks_limits_wrong_answers_and_source(name: str) -> None:
    entry = catalogue.load(name)
    assert entry.name == name
    assert entry.kinks
    assert entry.limits
    assert len(entry.wrong) >= 2
    assert entry.source
    assert len({wrong.mistake + wrong.of for wrong in entry.wrong}) == len(entry.wrong)


def test_a_complete_declaration_is_accepted() -> None:
    assert ScalarEntry(**COMPLETE).targets == ("x",)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title", "", "has a title and a label"),
        ("variables", (), "names its variables"),
        ("variables", (Variable(x, ""),), "says what each variable means"),
        ("kinks", (), "lists its kinks, or says why there are none"),
        ("kinks", "", "lists its kinks, or says why there are none"),
        ("limits", (), "lists its limits, or says why there are none"),
        ("wrong", COMPLETE["wrong"][:1], "gives at least two wrong answers"),  # type: ignore[index]
        ("source", (), "names its source"),
        ("source", ("",), "names its source"),
        ("gradient", {}, "says what to differentiate by"),
        ("gradient", {x: 2 * y}, r"declares every symbol \(not \['y'\]\)"),
        ("wrong", (Wrong("z", x, "a"), Wrong("z", y, "b")), r"only to what it derives \(not to \['z'\]\)"),
        ("variables", (Variable(x, "a"), Variable(x, "b")), "declares each name once"),
    ],
)
def test_an_incomplete_entry_cannot_be_constructed(field: str, value: object, message: str) -> None:
    with pytest.raises(EntryError, match=message):
        ScalarEntry(**{**COMPLETE, field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("field", ["title", "variables", "value", "gradient", "kinks", "limits", "wrong", "source"])
def test_an_entry_that_leaves_a_field_out_cannot_be_constructed(field: str) -> None:
    rest = {key: value for key, value in COMPLETE.items() if key != field}
    with pytest.raises(TypeError, match=field):
        ScalarEntry(**rest)  # type: ignore[arg-type]


def test_two_files_of_one_name_fail_loudly(tmp_path: Path) -> None:
    for chapter in ("losses", "layers"):
        (tmp_path / chapter).mkdir()
        (tmp_path / chapter / "twice.py").write_text("")
    with pytest.raises(EntryError, match="'twice' is declared twice: in losses and in layers"):
        catalogue.find_files(tmp_path)


def test_an_unknown_chapter_fails_loudly(tmp_path: Path) -> None:
    (tmp_path / "attention").mkdir()
    with pytest.raises(EntryError, match="no chapter 'attention'"):
        catalogue.find_files(tmp_path)


def test_two_entries_of_one_title_fail_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    same = replace(catalogue.load("tanh"), title="Sigmoid")
    real = catalogue.load
    monkeypatch.setattr(catalogue, "load", lambda name: same if name == "tanh" else real(name))
    with pytest.raises(EntryError, match="have the same title"):
        catalogue.load_all()


@pytest.fixture
def new_file() -> Iterator[Path]:
    """Put a file into the catalogue for one test."""
    assert catalogue.__file__
    path = Path(catalogue.__file__).parent / "activations" / "made_by_a_test.py"
    catalogue._files.cache_clear()
    yield path
    path.unlink(missing_ok=True)
    catalogue._files.cache_clear()
    catalogue._load.cache_clear()
    sys.modules.pop("derive.catalogue.activations.made_by_a_test", None)


def test_a_new_file_is_an_entry_without_being_registered(new_file: Path) -> None:
    source = Path(str(catalogue.__file__)).parent / "activations" / "tanh.py"
    new_file.write_text(source.read_text().replace("Hyperbolic tangent", "Another one"))
    importlib.invalidate_caches()
    assert "made_by_a_test" in catalogue.names()
    assert catalogue.load("made-by-a-test").title == "Another one"


def test_a_file_without_an_entry_fails_loudly(new_file: Path) -> None:
    new_file.write_text("entry = 1\n")
    importlib.invalidate_caches()
    with pytest.raises(EntryError, match=r"made_by_a_test\.py must define `entry`"):
        catalogue.load("made_by_a_test")


def test_an_unknown_name_offers_the_nearest_ones() -> None:
    with pytest.raises(catalogue.UnknownEntryError, match="did you mean sigmoid"):
        catalogue.load("sigmod")
    with pytest.raises(catalogue.UnknownEntryError, match="the entries are bowl, mountain"):
        catalogue.load("zzz")


@pytest.mark.parametrize("name", ["../secrets", "", "sigmoid.py", "__init__", "a" * 10_000])
def test_a_hostile_name_is_only_an_unknown_one(name: str) -> None:
    with pytest.raises(catalogue.UnknownEntryError):
        catalogue.load(name)


def test_hyphens_and_underscores_mean_the_same() -> None:
    assert catalogue.load("bce-logit") is catalogue.load("bce_logit")


def test_each_kind_of_entry_names_its_targets() -> None:
    kinds: dict[str, type[Entry]] = {"wave": ScalarEntry, "linear_layer": ArrayEntry, "variance": MomentEntry}
    for name, kind in kinds.items():
        assert isinstance(catalogue.load(name), kind)
    assert catalogue.load("linear_layer").targets == ("X", "W", "b")
    assert catalogue.load("conv_example").targets == ("z", "d", "W", "c", "K")
