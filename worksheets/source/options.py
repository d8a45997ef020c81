"""YAML with line numbers, read safely: plain values only, no tags, no aliases, no key twice."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml

from worksheets.source.problems import Report, did_you_mean

T = TypeVar("T")

DEPTH = 12
_PLAIN = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")}
_YES = {"yes", "true", "on"}
_NO = {"no", "false", "off"}


@dataclass(frozen=True)
class Value:
    """A value of the source with its line: text, a list of values, or a mapping of names to values."""

    content: "str | list[Value] | dict[str, Value] | None"
    line: int
    lines: "dict[str, int]" = field(default_factory=dict)

    def plain(self) -> Any:
        """Return the value without its lines."""
        if isinstance(self.content, list):
            return [value.plain() for value in self.content]
        if isinstance(self.content, dict):
            return {name: value.plain() for name, value in self.content.items()}
        return self.content


def read_mapping(text: str, line: int, report: Report, what: str) -> Value:
    """Return the mapping that a piece of YAML holds; an empty one where it cannot be read.

    Parameters
    ----------
    text:
        The YAML.
    line:
        The line of the file on which it begins, from 1.
    report:
        Takes the problems.
    what:
        What it belongs to, for the messages.
    """
    empty = Value({}, line)
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                report.add(line + event.start_mark.line, f"an alias (*{event.anchor}) in {what}", "write the value out")
                return empty
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark.line if error.problem_mark is not None else 0
        report.add(
            line + place,
            f"{what} is no YAML: {error.problem or error.context}",
            "write 'name: value' on each line; put text that holds ': ' or begins with a sign between quotes",
        )
        return empty
    except (yaml.YAMLError, RecursionError):
        report.add(line, f"{what} is no YAML", "write 'name: value' on each line, without control characters")
        return empty
    if node is None:
        return empty
    if not isinstance(node, yaml.MappingNode):
        report.add(line, f"{what} is no list of options", "write 'name: value' on each line")
        return empty
    return _value(node, line, report, what, DEPTH)


def _value(node: yaml.Node, line: int, report: Report, what: str, depth: int) -> Value:
    here = line + node.start_mark.line
    if node.tag not in _PLAIN or depth == 0:
        message = f"the tag {node.tag!r} in {what}" if depth else f"{what} is nested too deeply"
        report.add(here, message, "write plain text, numbers, lists and mappings")
        return Value("", here)
    if isinstance(node, yaml.SequenceNode):
        return Value([_value(item, line, report, what, depth - 1) for item in node.value], here)
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Value] = {}
        lines: dict[str, int] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            at = line + key.start_mark.line
            if name is None:
                report.add(at, f"a name in {what} is no text", "write 'name: value'")
            elif name in found:
                report.add(
                    at, f"{name!r} stands twice in {what} (first on line {lines[name]})", "keep one of the two lines"
                )
            else:
                found[name], lines[name] = _value(value, line, report, what, depth - 1), at
        return Value(found, here, lines)
    null = node.tag.endswith("null") and node.value in ("", "~", "null", "Null", "NULL")
    return Value(None if null else str(node.value), here)


class Options:
    """The options of a directive or of the front matter; asking for one marks it as known.

    Every `text`, `number`, … notes a problem where the value is of another type, and returns the default then.
    """

    def __init__(self, value: Value, report: Report, what: str) -> None:
        self.what = what
        self.line = value.line
        self._values: dict[str, Value] = value.content if isinstance(value.content, dict) else {}
        self._lines = value.lines
        self._report = report
        self._asked: dict[str, None] = {}

    def __contains__(self, name: str) -> bool:
        self._asked[name] = None
        return name in self._values

    def line_of(self, name: str) -> int:
        """Return the line of an option, that of the whole where it is not given."""
        return self._lines.get(name, self.line)

    def value(self, name: str) -> Value | None:
        """Return the value as it stands, or None."""
        self._asked[name] = None
        return self._values.get(name)

    def text(self, name: str, default: str = "") -> str:
        """Return a line of text."""
        return self._read(
            name, default, "a text", lambda value: value.content if isinstance(value.content, str) else None
        )

    def required(self, name: str, example: str) -> str:
        """Return a line of text that has to be there."""
        if name not in self:
            self._report.add(self.line, f"{self.what} has no '{name}'", f"add a line such as '{name}: {example}'")
        return self.text(name)

    def number(self, name: str, default: float | None = None) -> float | None:
        """Return a number that is finite."""
        return self._read(name, default, "a number", _number)

    def yes(self, name: str, *, default: bool = False) -> bool:
        """Return whether an option is on."""
        return self._read(name, default, "'yes' or 'no'", _yes)

    def texts(self, name: str, *, separator: str | None = ",") -> tuple[tuple[str, int], ...]:
        """Return texts with their lines: a YAML list, or one line divided at the separator (None: not divided)."""

        def read(value: Value) -> tuple[tuple[str, int], ...] | None:
            if isinstance(value.content, str):
                parts = value.content.split(separator) if separator else [value.content]
                return tuple((part.strip(), value.line) for part in parts if part.strip())
            if isinstance(value.content, list) and all(isinstance(item.content, str) for item in value.content):
                return tuple((str(item.content), item.line) for item in value.content)
            return None

        return self._read(name, (), "a list of texts", read)

    def mapping(self, name: str) -> dict[str, Value]:
        """Return a mapping of names to values, {} where it is not given."""
        return self._read(
            name,
            {},
            "a mapping of names to values",
            lambda value: value.content if isinstance(value.content, dict) else None,
        )

    def finish(self, also: Iterable[str] = ()) -> None:
        """Note every option that nobody asked for."""
        known = [*self._asked, *also]
        for name, line in self._lines.items():
            if name not in known:
                self._report.add(line, f"{self.what} has no option '{name}'", did_you_mean(name, known))

    def _read(self, name: str, default: T, wanted: str, read: Callable[[Value], T | None]) -> T:
        value = self.value(name)
        if value is None:
            return default
        found = read(value)
        if found is None:
            shown = (
                value.content
                if isinstance(value.content, str)
                else "nothing"
                if value.content is None
                else "a list or mapping"
            )
            self._report.add(self.line_of(name), f"'{name}' of {self.what} is {shown}, not {wanted}", f"write {wanted}")
            return default
        return found


def _number(value: Value) -> float | None:
    try:
        number = float(value.content) if isinstance(value.content, str) else float("nan")
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def _yes(value: Value) -> bool | None:
    word = value.content.lower() if isinstance(value.content, str) else ""
    return True if word in _YES else False if word in _NO else None
