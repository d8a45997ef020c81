"""The page of the instructor: students and questions, mistakes, answers that are alike; words side by side."""

import shutil
import statistics
import tempfile
from array import array
from collections import Counter
from contextlib import ExitStack
from html import escape
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from worksheets.building.markdown import code_html
from worksheets.grading.alike import Alike
from worksheets.grading.pages import environment, page_name, style
from worksheets.grading.run import Row
from worksheets.grading.untrusted import markdown_html
from worksheets.grading.whole import whole_file
from worksheets.grading.words import SHOWN, SIGNS, points

REMARKS = 200
MISTAKES = 40
READ_BY_PEOPLE = frozenset({"text", "plot"})
SAYS_NOTHING = frozenset({"", "missing", "not written yet", "unreadable file", "wrong value"})


class Overview:
    """Collects the overview, a submission at a time, in memory that does not grow with what was handed in.

    Parameters
    ----------
    out:
        The folder of the run.
    key:
        Of the worksheet.
    """

    def __init__(self, out: Path, key: dict[str, Any]) -> None:
        self._out, self._key = out, key
        self._stack = ExitStack()
        self._statuses: dict[str, Counter[str]] = {one["id"]: Counter() for one in key["questions"]}
        self._points: dict[str, float] = dict.fromkeys(self._statuses, 0.0)
        self._mistakes: Counter[tuple[str, str]] = Counter()
        self._remarked: Counter[tuple[str, str]] = Counter()
        self._alike = Alike()
        self._labels: dict[int, tuple[str, str]] = {}
        self._scores = array("d")
        self._open = 0.0
        self._remarks: list[dict[str, str]] = []
        self._more = 0
        self._claimed: set[str] = set()

    def __enter__(self) -> Self:
        self._rows = self._stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace"))
        self._answers = {
            one["id"]: self._stack.enter_context(whole_file(self._out / "answers" / f"{one['id']}.html"))
            for one in self._key["questions"]
            if one["kind"] in READ_BY_PEOPLE
        }
        for one in self._key["questions"]:
            if one["id"] in self._answers:
                self._answers[one["id"]].write(self._head(one))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            for file in self._answers.values():
                file.write("</main>\n</body>\n</html>\n")
        self._stack.__exit__(kind, error, trace)

    def add(self, row: Row, outcome: dict[str, Any]) -> None:
        """Take in a submission."""
        page = f"feedback/{page_name(row)}"
        self._labels[row.number] = (row.label, page)
        self._scores.append(outcome["score"])
        self._open += outcome["open"]
        cells = []
        for one in outcome["questions"]:
            if one["id"] not in self._statuses:
                continue
            self._statuses[one["id"]][one["status"]] += 1
            self._points[one["id"]] += one["points"] or 0.0
            what = one["mistake"] or (one["finding"] if one["finding"] not in SAYS_NOTHING else "")
            if what:
                found = self._remarked if one["status"] in ("proved", "agrees") else self._mistakes
                found[one["id"], what] += 1
            if any(part["claimed"] for part in one["parts"]):
                self._claimed.add(one["id"])
            self._alike.add(row.number, one)
            title = escape(f"{one['number']}: {SHOWN[one['status']]}. {one['reason']}"[:200], quote=True)
            sign = SIGNS[one["status"]]
            cells.append(f'<td class="{one["status"]}" title="{title}">{sign}</td>')
            if one["id"] in self._answers and one["answer"]:
                self._answers[one["id"]].write(_answer(row, one))
        self._rows.write(
            f'<tr><td><a href="{escape(page, quote=True)}">{escape(row.label)}</a></td>'
            f'<td class="number">{points(outcome["score"])}</td>{"".join(cells)}</tr>\n'
        )
        self._remark(row, outcome, page)

    def write(self, summary: dict[str, Any]) -> Path:
        """Write the page."""
        path = self._out / "overview.html"
        self._rows.seek(0)
        with whole_file(path) as file:
            file.write(environment().get_template("overview.html.j2").render(self._facts(summary)))
            shutil.copyfileobj(self._rows, file)
            file.write("</table></div>\n</main>\n</body>\n</html>\n")
        return path

    def questions(self) -> list[dict[str, Any]]:
        """Return for each question how many answers have each status, and the points on average."""
        return [self._question(one) for one in self._key["questions"]]

    def _facts(self, summary: dict[str, Any]) -> dict[str, Any]:
        scores = {}
        if self._scores:
            scores = {
                "mean": f"{statistics.fmean(self._scores):.4g}", "median": f"{statistics.median(self._scores):.4g}",
                "low": points(min(self._scores)), "high": points(max(self._scores)),
                "open": f"{self._open:.6g}" if self._open else "",
            }  # fmt: skip
        return {
            "title": self._key.get("title") or self._key["worksheet"],
            "style": style(),
            "summary": summary,
            "signs": SIGNS,
            "out_of": points(self._key["points"]),
            "scores": scores,
            "questions": self.questions(),
            "mistakes": _most_common(self._mistakes),
            "remarked": _most_common(self._remarked),
            "groups": [
                {"question": one.question, "what": one.what, "rows": [self._labels[number] for number in one.rows]}
                for one in self._alike.groups()[:REMARKS]
            ],
            "remarks": self._remarks,
            "more": self._more,
            "claimed": sorted(self._claimed),
        }

    def _question(self, one: dict[str, Any]) -> dict[str, Any]:
        counts = self._statuses[one["id"]]
        total = counts.total()
        return {
            "id": one["id"],
            "number": one["number"],
            "kind": one["kind"],
            "right": counts["proved"] + counts["agrees"],
            "wrong": counts["refuted"],
            "none": counts["unreadable"],
            "waiting": counts["undecided"] + counts["fault"],
            "mean": f"{self._points[one['id']] / total:.3g}" if total else "–",
            "out_of": points(one["points"]),
            "page": f"answers/{one['id']}.html" if one["id"] in self._answers else "",
        }

    def _remark(self, row: Row, outcome: dict[str, Any], page: str) -> None:
        """Note what a person should look at: files that cannot be read, failed cells, answers found in two places."""
        said = [*row.notes, *outcome["failed"][:1]]
        if all(one["finding"] == "unreadable file" for one in outcome["questions"]) or outcome.get("transient"):
            said = [outcome["reason"]]
        else:
            said += [f"{one['id']}: {one['note']}" for one in outcome["questions"] if one["how"] == "several"]
            said += [
                f"{one['id']}: {one['reason']}"
                for one in outcome["questions"]
                if one["status"] == "fault" or one["finding"] in ("answered something else", "ended its process")
            ]
        for what in said:
            if len(self._remarks) < REMARKS:
                self._remarks.append({"name": row.label, "page": page, "what": what})
            else:
                self._more += 1

    def _head(self, one: dict[str, Any]) -> str:
        from markupsafe import Markup

        model = ""
        if one.get("model"):
            text = code_html(one["model"]) if one["kind"] == "plot" else markdown_html(one["model"])
            model = Markup(text)  # noqa: S704 - from the worksheet, and escaped
        return str(
            environment()
            .get_template("answers.html.j2")
            .render(
                title=self._key.get("title") or self._key["worksheet"],
                style=style(),
                question=one,
                out_of=points(one["points"]),
                model=model,
                rubric=[{"points": points(each["points"]), "text": each["text"]} for each in one.get("rubric", ())],
            )
        )


def _most_common(found: Counter[tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        {"count": count, "question": question, "what": what} for (question, what), count in found.most_common(MISTAKES)
    ]


def _answer(row: Row, one: dict[str, Any]) -> str:
    text = code_html(one["answer"]) if one["kind"] == "plot" else markdown_html(one["answer"])
    page = escape(f"../feedback/{page_name(row)}#{one['id']}", quote=True)
    return (
        f'<article class="{one["status"]}"><header><h3><a href="{page}">{escape(row.label)}</a></h3>'
        f'<span class="soft">{escape(one["reason"])}</span></header>\n<div class="answer">{text}</div></article>\n'
    )
