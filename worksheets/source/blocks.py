"""Divides Markdown into prose, headings and directives, each with its lines; markdown-it-py reads it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from worksheets.source.options import Options, Value, read_mapping
from worksheets.source.problems import Report

LONGEST = 2_000_000
DEEPEST = 5
_DIRECTIVE = re.compile(r"\{(?P<name>[A-Za-z][\w-]*)\}\s*(?P<argument>.*)")
_OPTION = re.compile(r":(?P<name>[A-Za-z][\w -]*):(?P<value>.*)")
INCLUDED = {".md", ".py", ".svg", ".png"}


@dataclass(frozen=True)
class Block:
    """A piece of a source.

    Attributes
    ----------
    name:
        The name of the directive; "prose" or "heading" for what is none.
    argument:
        What stands behind the name; the text of a heading.
    body:
        The text inside, without the options.
    line, body_line:
        The lines on which the block and its body begin.
    file:
        The file that it stands in.
    level:
        The level of a heading.
    """

    name: str
    argument: str
    body: str
    line: int
    body_line: int
    file: str
    options: Value = field(default_factory=lambda: Value({}, 0))
    level: int = 0


def cut(text: str, report: Report, *, line: int = 1) -> list[Block]:
    """Return the blocks of a text in order; unclosed and indented directives are noted as problems."""
    lines = text.split("\n")
    tokens = _parser().parse(text)
    blocks: list[Block] = []
    start = 0

    def prose(end: int) -> None:
        body = "\n".join(lines[start:end])
        if body.strip():
            first = start + next(n for n, one in enumerate(lines[start:end]) if one.strip())
            blocks.append(Block("prose", "", body.strip("\n"), line + first, line + first, report.file))

    for place, token in enumerate(tokens):
        if token.type == "front_matter" or token.map is None:
            continue
        first, last = token.map
        if token.type == "heading_open" and token.level == 0:
            prose(first)
            title = tokens[place + 1].content
            blocks.append(Block("heading", title, "", line + first, line + last, report.file, level=int(token.tag[1])))
            start = last
        elif token.type in ("fence", "colon_fence"):
            found = _DIRECTIVE.fullmatch(token.info.strip())
            if found is None:
                if not _closed(lines, token):
                    report.add(
                        line + first, "this block of code is opened and never closed", f"close it with {token.markup}"
                    )
                continue
            if token.level:
                report.add(
                    line + first,
                    f"the directive {{{found['name']}}} is indented or in a list",
                    "begin it at the left margin",
                )
                continue
            prose(first)
            start = last
            if not _closed(lines, token):
                report.add(
                    line + first,
                    f"the directive {{{found['name']}}} is opened and never closed",
                    f"close it with a line {token.markup}; around other directives use a longer fence",
                )
                continue
            inner = "\n".join(lines[first + 1 : last - 1])
            block = Block(found["name"], found["argument"].strip(), inner, line + first, line + first + 1, report.file)
            blocks.append(_with_options(block, report))
    prose(len(lines))
    return blocks


def front_matter(text: str, report: Report) -> tuple[Options, str, int]:
    """Return the options at the head of a source, the text behind them, and the line on which that begins."""
    tokens = _parser().parse(text)
    if not tokens or tokens[0].type != "front_matter":
        report.add(1, "the source has no front matter", "begin it with '---', 'title: …', 'points: …' and '---'")
        return Options(Value({}, 1), report, "the front matter"), text, 1
    assert tokens[0].map is not None
    end = tokens[0].map[1]
    value = read_mapping(tokens[0].content, 2, report, "the front matter")
    return Options(value, report, "the front matter"), "\n".join(text.split("\n")[end:]), end + 1


def read_text(path: Path, report: Report, line: int, name: str) -> str | None:
    """Return the text of a file in UTF-8; None, with a problem noted, where it cannot be read."""
    try:
        if path.stat().st_size > LONGEST:
            report.add(line, f"{name} is longer than {LONGEST:,} bytes", "divide it")
            return None
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        report.add(line, f"there is no file {name}", "write its name from the folder of the source on")
    except IsADirectoryError:
        report.add(line, f"{name} is a folder", "name a file in it")
    except UnicodeDecodeError as error:
        report.add(line, f"{name} is not UTF-8 (byte {error.start})", "save it as UTF-8")
    except OSError as error:
        report.add(line, f"{name} cannot be read: {error.strerror or error}", "make it readable")
    return None


def inside(folder: Path, name: str, report: Report, line: int) -> Path | None:
    """Return the path of a file below a folder; None, with a problem noted, for a name that leads out of it."""
    path = Path(name)
    if not name or path.is_absolute() or "\\" in name or ":" in name:
        report.add(
            line, f"{name!r} is no path inside the folder of the source", "write it from that folder on, with '/'"
        )
        return None
    target = (folder / path).resolve()
    if not target.is_relative_to(folder.resolve()):
        report.add(line, f"{name!r} leads out of the folder of the source", "copy the file into that folder")
        return None
    return target


Prepare = Callable[[str, Report], str]


def included(
    blocks: list[Block], folder: Path, report: Report, seen: tuple[Path, ...], prepare: Prepare
) -> list[Block]:
    """Return the blocks with each `{include}` replaced by those of its file.

    Parameters
    ----------
    blocks:
        Of the file around it.
    folder:
        Of the source; nothing outside is included.
    report:
        Takes the problems.
    seen:
        The files around it, the innermost last.
    prepare:
        Fills the parameters into the text of a file.
    """
    found: list[Block] = []
    for block in blocks:
        if block.name != "include":
            found.append(block)
            continue
        here = report.within(block.file)
        path = inside(folder, block.argument, here, block.line)
        if path is None:
            continue
        if path in seen or len(seen) > DEEPEST:
            message = "includes itself" if path in seen else "is included too deeply"
            here.add(block.line, f"{block.argument!r} {message}", "take the include out")
            continue
        text = read_text(path, here, block.line, block.argument)
        if text is not None:
            inner = report.within(block.argument)
            found += included(cut(prepare(text, inner), inner), folder, inner, (*seen, path), prepare)
    return found


def _with_options(block: Block, report: Report) -> Block:
    """Take the options off the body: a YAML block between '---', or lines ':name: value'."""
    lines = block.body.split("\n")
    what = f"{{{block.name}}}"
    if lines and lines[0].strip() == "---":
        end = next((n for n, one in enumerate(lines[1:], start=1) if one.strip() == "---"), None)
        if end is None:
            report.add(block.body_line, f"the options of {what} are not closed", "write '---' on a line behind them")
            return replace(block, body="")
        yaml_text, count, offset = "\n".join(lines[1:end]), end + 1, 1
    else:
        count = next((n for n, one in enumerate(lines) if not _OPTION.fullmatch(one.rstrip())), len(lines))
        yaml_text, offset = "\n".join(_as_yaml(one) for one in lines[:count]), 0
    options = read_mapping(yaml_text, block.body_line + offset, report, f"the options of {what}")
    options = Value(options.content, block.line, options.lines)
    body = "\n".join(lines[count:])
    skipped = len(body) - len(body.lstrip("\n"))
    return replace(block, options=options, body=body.strip("\n"), body_line=block.body_line + count + skipped)


def _as_yaml(line: str) -> str:
    found = _OPTION.fullmatch(line.rstrip())
    assert found is not None
    return f"{found['name']}: {found['value'].strip()}"


def _closed(lines: list[str], token: Any) -> bool:
    first, last = token.map
    closing = lines[last - 1].strip() if last <= len(lines) else ""
    return last - first >= 2 and len(closing) >= len(token.markup) and set(closing) == {token.markup[0]}


@cache
def _parser() -> Any:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.colon_fence import colon_fence_plugin
    from mdit_py_plugins.front_matter import front_matter_plugin

    return MarkdownIt("commonmark").use(front_matter_plugin).use(colon_fence_plugin).enable("table")
