"""Every kind of mistake in a source gives a line that says where and what to do, and leaves older output alone."""

import json
import sys
from pathlib import Path

import pytest
import yaml

from gradproof.cli import main
from worksheets.sheet import read_source
from worksheets.source import SourceError

GOOD = (Path(__file__).parent / "good-source.md").read_text(encoding="utf-8")

HEAD = GOOD.split("\n\n")[0] + "\n"
BAD = yaml.safe_load((Path(__file__).parent / "bad_sources.yaml").read_text(encoding="utf-8"))


def run(capsys, monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["gradproof", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    return stopped.value.code, capsys.readouterr()


def marked(text, mark):
    """Return the first line that holds the mark."""
    return next(number for number, line in enumerate(text.split("\n"), start=1) if mark in line)


def test_there_are_forty_kinds_of_mistakes_and_more():
    assert len({row["name"] for row in BAD}) == len(BAD) >= 40


@pytest.mark.parametrize("row", BAD, ids=[row["name"] for row in BAD])
def test_a_bad_source_is_refused_with_its_line_and_older_output_stays(row, tmp_path, capsys, monkeypatch):
    old = {"EVERYTHING": GOOD, "FRONT MATTER": HEAD}.get(row["old"], row["old"])
    assert old in GOOD
    text = GOOD.replace(old, row["new"], 1)
    file, out = tmp_path / "sheet.md", tmp_path / "out"
    file.write_text(text, encoding="utf-8")
    older = out / "sheet" / "student.ipynb"
    older.parent.mkdir(parents=True)
    older.write_text("older", encoding="utf-8")

    code, said = run(capsys, monkeypatch, "worksheet", "build", str(file), "--out", str(out))

    assert code == 2
    assert "Traceback" not in said.err
    lines = [line for line in said.err.splitlines() if line.startswith("sheet.md:")]
    found = [line for line in lines if row["message"] in line and row["remedy"] in line]
    assert found, said.err
    if "at" in row:
        assert found[0].startswith(f"sheet.md:{marked(text, row['at'])}: "), found[0]
    assert "what was there before is untouched" in said.err
    assert older.read_text(encoding="utf-8") == "older"
    assert [path.name for path in out.rglob("*") if path.is_file()] == ["student.ipynb"]


def test_the_source_from_which_the_bad_ones_are_made_is_good(tmp_path):
    file = tmp_path / "sheet.md"
    file.write_text(GOOD, encoding="utf-8")
    source = read_source(file).resolve()
    wanted = ["square", "sigmoid-steps", "tanh-code", "count", "output", "mean-code", "why"]
    assert [question.id for question in source.questions] == wanted


def test_several_mistakes_are_told_at_once_in_the_order_of_the_lines(tmp_path):
    file = tmp_path / "sheet.md"
    text = GOOD.replace("seed: 7", "sed: 7").replace("kind: choice", "kind: chioce").replace("- [ ] ReLU\n", "")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        read_source(file)
    lines = [problem.line for problem in caught.value.problems]
    assert len(lines) >= 3
    assert lines == sorted(lines)


def test_as_json_each_problem_has_its_line_message_and_remedy(tmp_path, capsys, monkeypatch):
    file = tmp_path / "sheet.md"
    file.write_text(GOOD.replace("points: 8", "points: 9"), encoding="utf-8")
    code, said = run(capsys, monkeypatch, "worksheet", "build", str(file), "--out", str(tmp_path / "out"), "--json")
    assert code == 2
    found = json.loads(said.out)
    assert found["status"] == "unreadable"
    assert found["problems"] == [
        {
            "file": "sheet.md",
            "line": 3,
            "message": "the front matter says 9 points, the questions have 8",
            "remedy": "make them equal; bonus questions do not count",
        }
    ]


def test_bonus_questions_count_neither_in_the_head_nor_in_their_section(tmp_path):
    asked = "::::{question} NAME\n---\nkind: number\npoints: POINTS\nanswer: 3\n---\nHow many?\n::::\n"
    graded = asked.replace("NAME", "graded").replace("POINTS", "1")
    bonus = asked.replace("NAME", "extra").replace("POINTS", "2\nbonus: yes")
    text = f"---\ntitle: A sheet\npoints: 1\n---\n\n## 1. Numbers (1 point)\n\n{graded}\n{bonus}"
    file = tmp_path / "sheet.md"
    file.write_text(text, encoding="utf-8")
    assert len(read_source(file).questions) == 2
    file.write_text(text.replace("(1 point)", "(3 points)"), encoding="utf-8")
    with pytest.raises(SourceError, match="section 1 says 3 points, its questions have 1"):
        read_source(file)


def test_a_file_that_is_not_utf8_is_refused_in_words(tmp_path, capsys, monkeypatch):
    file = tmp_path / "sheet.md"
    file.write_bytes(b"---\ntitle: \xff\n---\n")
    code, said = run(capsys, monkeypatch, "worksheet", "build", str(file), "--out", str(tmp_path / "out"))
    assert code == 2
    assert "sheet.md is not UTF-8 (byte 11); save it as UTF-8" in said.err


def test_a_symbolic_link_that_leads_out_of_the_folder_is_not_followed(tmp_path):
    secret = tmp_path / "secret.md"
    secret.write_text("a secret", encoding="utf-8")
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "link.md").symlink_to(secret)
    file = folder / "sheet.md"
    file.write_text(GOOD.replace("Some words", "```{include} link.md\n```\n\nSome words"), encoding="utf-8")
    with pytest.raises(SourceError, match="leads out of the folder of the source"):
        read_source(file)


def test_the_reason_for_a_missing_derivation_stays_short_where_a_sum_is_written_out(tmp_path):
    file = tmp_path / "sheet.md"
    row = next(row for row in BAD if row["name"].startswith("a sum with numbers for its bounds"))
    file.write_text(GOOD.replace(row["old"], row["new"], 1), encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        read_source(file).resolve()
    message = str(caught.value.problems[0])
    assert " … " in message
    assert len(message) < 450
