import base64
import json
import re
from html.parser import HTMLParser

import pytest

from derive import catalogue
from worksheets.report import ReportError, write_report
from worksheets.report.page import page
from worksheets.report.verdict_words import scientific, seconds

VOID = {"meta", "link", "br", "img", "hr", "input"}


class Page(HTMLParser):
    """Collects what the tests ask about: tags that do not match, ids, addresses, images."""

    def __init__(self, html):
        super().__init__()
        self.open, self.unmatched, self.ids, self.addresses, self.tags = [], [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            if name == "id":
                self.ids.append(value)
            if name in ("src", "href", "srcset", "action", "data", "xlink:href"):
                self.addresses.append(value)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.unmatched.append(tag)


@pytest.fixture(scope="module")
def parsed(html):
    return Page(html)


def test_all_tags_match(parsed):
    assert parsed.open == []
    assert parsed.unmatched == []


def test_ids_are_unique_and_every_inner_link_has_its_target(parsed):
    assert len(parsed.ids) == len(set(parsed.ids))
    inner = {address[1:] for address in parsed.addresses if address.startswith("#")}
    assert inner <= set(parsed.ids)


def test_the_page_needs_nothing_outside_itself(parsed, html):
    assert all(address.startswith(("#", "data:")) for address in parsed.addresses)
    assert "script" not in parsed.tags
    assert "@import" not in html
    assert set(re.findall(r"url\((?!#)[^)]*", html)) == set()
    spaces = {"http://www.w3.org/1998/Math/MathML", "http://www.w3.org/2000/svg"}
    assert set(re.findall(r"https?://[^\s\"'<>]+", html)) <= spaces


def test_every_reference_within_a_figure_has_its_target(parsed, html):
    assert set(re.findall(r"url\(#([^)]+)\)", html)) <= set(parsed.ids)


def test_every_picture_decodes(html):
    pictures = re.findall(r'"data:image/png;base64,([^"]+)"', html)
    assert len(pictures) >= 10
    for picture in pictures:
        assert base64.b64decode(re.sub(r"\s", "", picture), validate=True).startswith(b"\x89PNG")


def test_a_strict_policy_forbids_all_that_the_page_does_not_use(html):
    assert "default-src 'none'" in html
    assert "script-src" not in html


def test_sentences_are_escaped(html):
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in html


def test_entries_show_derivation_verdicts_code_and_refuted_mistakes(html):
    article = re.search(r'<article id="sigmoid">.*?</article>', html, re.DOTALL)[0]
    assert '<span class="badge proved">proved</span>' in article
    steps = catalogue.load("sigmoid").derivation("x").steps
    assert f"Derivation in {len(steps)} steps" in article
    assert "chain rule with the exponential rule" in article
    assert "def sigmoid_grad_x(x):" in article
    assert "denominator not squared" in article
    assert "at x = 1/2 the right value is 0.235004, this gives 0.377541" in article
    assert "course document 002, section 1.2 (a)" in article


def test_what_was_not_run_says_how_to_get_it(html):
    assert "<strong>mnist</strong>: the files are not here; name their folder with --data-dir" in html


def test_the_gravest_verdict_stands_on_top(html):
    assert '<h1>Every gradient of the course: <span class="badge fault">fault</span></h1>' in html


def test_every_figure_has_a_name_for_those_who_do_not_see_it(html):
    figures = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert len(figures) >= 10
    for figure in figures:
        assert re.match(
            r'<svg [^>]*role="img" aria-labelledby="([\w-]+)"[^>]*><title id="\1">[^<]{20,}</title>', figure
        )


def test_figures_take_the_colours_of_the_page(html):
    figures = "".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL))
    assert "currentColor" in figures
    assert "var(--series-1)" in figures
    assert not re.search(r"#0a0b0c|#1a1b1c|#a[1-5]000[1-5]|#000000", figures)


def test_the_same_run_gives_the_same_page(run, html):
    assert page(run, worksheets=["course-gradients"]) == html


def test_write_report_leaves_page_results_and_worksheets_and_nothing_else(run, tmp_path):
    written = write_report(run, tmp_path / "new" / "report")
    assert written == tmp_path / "new" / "report" / "report.html"
    found = sorted(str(path.relative_to(written.parent)) for path in written.parent.rglob("*") if path.is_file())
    assert [path for path in found if "proofs/" not in path] == [
        "report.html",
        "results.json",
        "worksheets/course-gradients/solution.ipynb",
        "worksheets/course-gradients/student.ipynb",
    ]
    assert len(json.loads((written.parent / "results.json").read_text())["results"]) == len(run.results)
    assert not [path for path in written.parent.iterdir() if path.name.startswith(".")]


@pytest.fixture(scope="module")
def written_again(run, tmp_path_factory):
    """A folder that held a report already, written to when one certificate was known to be accepted."""
    from checks import kernel
    from checks.kernel import CheckedTheorem
    from checks.verdict import Proof, Status, Verdict

    def remembered(certificates):
        accepted = Verdict(status=Status.PROVED, reason="yes", evidence=Proof(procedure="Coq kernel"))
        return [CheckedTheorem("sigmoid", "x", "sigmoid_derivative_by_x", accepted, 0.0)]

    folder = tmp_path_factory.mktemp("report")
    (folder / "notes.txt").write_text("mine")
    (folder / "report.html").write_text("old")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "remembered", remembered)
        assert write_report(run, folder) == folder / "report.html"
    return folder


def test_each_formula_with_a_certificate_is_marked_and_linked_to_its_script(run, written_again):
    html = (written_again / "report.html").read_text()
    marks = re.findall(r'<a class="certificate( accepted)?" href="(proofs/[^"]+)">([^<]+)</a>', html)
    assert ("", "proofs/Catalogue/linear_layer.v", "certificate, not checked here") in marks
    assert [(place, words) for accepted, place, words in marks if accepted] == [
        ("proofs/Catalogue/sigmoid.v", "accepted by Coq&#39;s kernel")
    ]
    assert all((written_again / place).is_file() for _, place, _ in marks)
    assert len(marks) == sum(
        len(catalogue.load(name).targets) for name in {row.entry for row in run.results} & set(catalogue.names())
    )


def test_writing_again_replaces_the_report_and_leaves_other_files_alone(written_again):
    assert (written_again / "notes.txt").read_text() == "mine"
    assert "<!DOCTYPE html>" in (written_again / "report.html").read_text()


def test_a_report_that_fails_leaves_the_older_one_as_it_was(run, tmp_path, monkeypatch):
    (tmp_path / "report.html").write_text("old")

    def fail(*_, **__):
        raise RuntimeError("no page today")

    monkeypatch.setattr("worksheets.report.page.page", fail)
    with pytest.raises(RuntimeError, match="no page today"):
        write_report(run, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text() == "old"
    with pytest.raises(RuntimeError):
        write_report(run, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_folder_that_is_a_file_is_refused_in_one_sentence(run, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(ReportError) as caught:
        write_report(run, tmp_path / "taken")
    assert str(caught.value) == f"{tmp_path / 'taken'} is a file, not a folder: name a folder for the report."


def test_a_folder_without_permission_is_refused_in_one_sentence(run, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    locked = tmp_path / "locked"
    with pytest.raises(ReportError) as caught:
        write_report(run, locked)
    assert str(caught.value) == (
        f"the report cannot be written to {locked}: permission denied; name a folder that you may write to."
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (0.0, "0"), (0.274, "0.27"), (3.21e-15, "3.2·10⁻¹⁵"), (12345.0, "1.2·10⁴"), (14.0, "14")],
)
def test_errors_are_shown_in_two_digits(value, shown):
    assert scientific(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(61.2, "61 s"), (1.26, "1.3 s"), (0.04, "40 ms"), (2e-4, "< 1 ms")])
def test_durations_are_shown_in_a_fitting_unit(value, shown):
    assert seconds(value) == shown


@pytest.mark.parametrize("scheme", ["0", "1"], ids=["dark", "light"])
def test_a_browser_opens_the_page_without_complaint(html, tmp_path, browse, scheme):
    dom, complaints = browse(probed(html, tmp_path), f"--blink-settings=preferredColorScheme={scheme}")
    assert complaints == []
    assert missing(dom) == 0
    assert dom.count("<svg") == html.count("<svg")
    assert dom.count("<math") == html.count("<math")


def test_the_browser_test_bites_on_a_console_error(tmp_path, browse):
    bad = tmp_path / "bad.html"
    bad.write_text("<!DOCTYPE html><title>x</title><script>console.error('broken'); nowhere()</script>")
    _, complaints = browse(bad)
    assert any("broken" in line for line in complaints)
    assert any("nowhere is not defined" in line for line in complaints)


def test_the_browser_test_bites_on_what_the_policy_forbids(html, tmp_path, browse):
    bad = tmp_path / "bad.html"
    bad.write_text(html.replace("</body>", "<script>1</script></body>"), encoding="utf-8")
    _, complaints = browse(bad)
    assert any("Content Security Policy" in line for line in complaints)


def test_the_browser_test_bites_on_a_missing_image(tmp_path, browse):
    bad = (
        "<!DOCTYPE html><html><head></head><body><svg><image href='gone.png'/></svg><img src='gone.png'></body></html>"
    )
    dom, _ = browse(probed(bad, tmp_path))
    assert missing(dom) == 2


PROBE = """
<script>
for (const inner of document.querySelectorAll('svg image')) {
  const copy = new Image();
  copy.src = inner.getAttribute('href');
  copy.hidden = true;
  document.body.append(copy);
}
addEventListener('load', () => {
  const broken = [...document.images].filter((image) => !(image.complete && image.naturalWidth));
  document.documentElement.dataset.missing = broken.length;
});
</script>
"""


def probed(html, folder):
    """Write the page with a script that counts images which do not load; the policy is widened for it alone.

    Images inside figures are copied into the page, whose load event waits for them.
    """
    page = folder / "probed.html"
    with_script = html.replace("default-src 'none';", "default-src 'none'; script-src 'unsafe-inline';")
    page.write_text(with_script.replace("</body>", f"{PROBE}</body>"), encoding="utf-8")
    return page


def missing(dom):
    return int(re.search(r'<html[^>]* data-missing="(\d+)"', dom)[1])
