"""Submissions as they come from course systems: read without extracting, following or trusting anything."""

import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from checks.submissions.files import read_submissions


def notebook(*sources: str, kind: str = "code") -> str:
    cells = [{"cell_type": kind, "metadata": {}, "source": source.splitlines(True)} for source in sources]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def zipped(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def read(*paths: Path) -> dict[str, str]:
    """Return what each student's code cells say, or what the problem is."""
    return {
        one.label: one.problem or "|".join(cell.source for cell in one.code) for one in read_submissions(list(paths))
    }


ARCHIVES = {
    "Canvas": ({"smithanna_123_456_hw1.ipynb": "a", "leebo_LATE_124_457_hw1-2.ipynb": "b"}, {"smithanna": "a", "leebo": "b"}),  # noqa: E501
    "Moodle": (
        {"Anna Smith_77_assignsubmission_file_/hw.ipynb": "a", "Bo Lee_78_assignsubmission_file/hw.ipynb": "b"},
        {"Anna Smith": "a", "Bo Lee": "b"},
    ),
    "one of Moodle": ({"Anna Smith_77_assignsubmission_file_/hw.ipynb": "a"}, {"Anna Smith": "a"}),
    "Gradescope": (
        {"assignment_9_export/submission_1/hw.ipynb": "a", "assignment_9_export/submission_2/hw.ipynb": "b"},
        {"submission_1": "a", "submission_2": "b"},
    ),
    "nbgrader": (
        {"submitted/anna/ps1/p.ipynb": "a", "submitted/bo/ps1/p.ipynb": "b"},
        {"anna": "a", "bo": "b"},
    ),
    "a folder of files": ({"hw/anna.ipynb": "a", "hw/bo.ipynb": "b"}, {"anna": "a", "bo": "b"}),
    "macOS": ({"anna/hw.ipynb": "a", "__MACOSX/anna/._hw.ipynb": "x", "bo/hw.ipynb": "b"}, {"anna": "a", "bo": "b"}),
    "checkpoints": ({"anna/.ipynb_checkpoints/hw.ipynb": "x", "anna/hw.ipynb": "a", "bo/h.ipynb": "b"}, {"anna": "a", "bo": "b"}),  # noqa: E501
}  # fmt: skip


@pytest.mark.parametrize("system", ARCHIVES)
def test_the_archive_of_a_course_system_says_who_is_who(system: str, tmp_path: Path) -> None:
    files, expected = ARCHIVES[system]
    path = zipped(tmp_path / "all.zip", {name: notebook(text) for name, text in files.items()})
    assert read(path) == expected


@pytest.mark.parametrize("system", ARCHIVES)
def test_the_same_unzipped_says_the_same(system: str, tmp_path: Path) -> None:
    files, expected = ARCHIVES[system]
    for name, text in files.items():
        (tmp_path / "all" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "all" / name).write_text(notebook(text))
    assert read(tmp_path / "all") == expected


def test_one_notebook_with_its_modules_is_one_submission(tmp_path: Path) -> None:
    (tmp_path / "hw.ipynb").write_text(notebook("import layers"))
    (tmp_path / "layers.py").write_text("x = 1")
    (one,) = read_submissions([tmp_path])
    assert one.siblings == {"layers": "x = 1"}
    assert [cell.source for cell in one.code] == ["import layers"]


def test_python_files_side_by_side_are_a_student_each(tmp_path: Path) -> None:
    for name in ("anna", "bo"):
        (tmp_path / f"{name}.py").write_text(f"who = {name!r}")
    assert read(tmp_path) == {"anna": "who = 'anna'", "bo": "who = 'bo'"}


OLD = {
    2: {"nbformat": 2, "worksheets": [{"cells": [{"cell_type": "code", "input": "x = 2", "language": "python"}]}]},
    3: {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["x = ", "3"]}]}]},
    4: {"nbformat": 4, "cells": [{"cell_type": "code", "source": "x = 4", "metadata": {}}]},
    5: {"nbformat": 5, "cells": [{"cell_type": "code", "source": "x = 5", "id": "a", "extra": {"new": 1}}]},
}


@pytest.mark.parametrize("version", OLD)
def test_every_format_of_a_notebook_is_read(version: int, tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_text(json.dumps(OLD[version]))
    assert read(tmp_path / "n.ipynb") == {"n": f"x = {version}"}


def test_cells_are_counted_as_people_count_them(tmp_path: Path) -> None:
    document = json.loads(notebook("a"))
    document["cells"] = [*json.loads(notebook("# Title", kind="markdown"))["cells"], *document["cells"]]
    (tmp_path / "n.ipynb").write_text(json.dumps(document))
    (one,) = read_submissions([tmp_path / "n.ipynb"])
    assert one.code[0].name == "cell 2"
    assert one.texts[0].name == "cell 1"


BROKEN = {
    "empty": "", "no JSON": "{", "a list": "[]", "a number": "3", "no cells": "{}", "cells are a text": '{"cells": "x"}',  # noqa: E501
    "deep": "[" * 100_000, "null": "null",
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_no_notebook_is_one_clear_line(kind: str, tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_text(BROKEN[kind])
    (one,) = read_submissions([tmp_path / "n.ipynb"])
    assert one.problem
    assert "\n" not in one.problem


def test_odd_cells_do_no_harm(tmp_path: Path) -> None:
    odd = {
        "cells": [
            None,
            3,
            {"cell_type": "code", "source": [1, None]},
            {"cell_type": "code", "metadata": [], "source": "x"},
        ]
    }
    (tmp_path / "n.ipynb").write_text(json.dumps(odd))
    (one,) = read_submissions([tmp_path / "n.ipynb"])
    assert one.code[-1].source == "x"
    assert one.code_metadata[-1] == {}


def test_an_archive_that_reaches_outside_is_cut(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.zip", {"../../evil.py": "x", "/abs.py": "x", "C:/win.py": "x", "anna/hw.ipynb": notebook("a")}
    )
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("anna/link.py")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    (one,) = read_submissions([path])
    assert one.siblings == {}
    assert len(one.notes) == 4
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text("secret = 1")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "hw.ipynb").write_text(notebook("a"))
    os.symlink(tmp_path / "secret.py", folder / "link.py")
    os.symlink(tmp_path, folder / "up")
    (one,) = read_submissions([folder])
    assert one.siblings == {}


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checks.submissions.files.FILE_LIMIT", 100_000)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("anna/hw.ipynb", notebook("0" * 5_000_000))
        archive.writestr("bo/hw.ipynb", notebook("b"))
    assert read(path) == {"anna": "it cannot be read: it is too large (5,000,118 bytes)", "bo": "b"}


def test_an_archive_that_lies_about_a_size_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "liar.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("anna/hw.ipynb", notebook("0" * 200_000))
    data = path.read_bytes()
    real = zipfile.ZipFile(io.BytesIO(data)).infolist()[0].file_size
    path.write_bytes(data.replace(real.to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    monkeypatch.setattr("checks.submissions.files.FILE_LIMIT", 100_000)
    (one,) = read_submissions([path])
    assert one.problem


@pytest.mark.parametrize("name", ["nothing.zip", "nothing.ipynb", "nowhere"])
def test_what_is_not_there_is_said(name: str, tmp_path: Path) -> None:
    if name == "nothing.zip":
        (tmp_path / name).write_bytes(b"PK no")
    (one,) = read_submissions([tmp_path / name])
    assert one.problem


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    (one,) = read_submissions([tmp_path])
    assert "no notebook" in one.problem


def test_equal_submissions_have_one_fingerprint_and_others_another(tmp_path: Path) -> None:
    for name, text in (("a", "x"), ("b", "x"), ("c", "y")):
        (tmp_path / f"{name}.ipynb").write_text(notebook(text))
    prints = {one.label: one.fingerprint for one in read_submissions([tmp_path])}
    assert prints["a"] == prints["b"] != prints["c"]
