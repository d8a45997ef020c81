"""A student notebook in a real JupyterLab: answers typed in headless Chromium, and the verdicts that are seen then.

The pictures of it are kept in `$GRADPROOF_SCREENSHOTS`, else in `build/screenshots`. Every wait is for something that
shows on the page or stands in the file, and its limit is far beyond what a busy machine needs.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import pytest

from worksheets import library
from worksheets.building.notebook import STUDENT, notebook, notebook_text
from worksheets.sheet import read_source

if find_spec("jupyterlab") is None:
    pytest.skip("JupyterLab is not installed; pip install '.[test,lab]' brings it", allow_module_level=True)
playwright = pytest.importorskip(
    "playwright.sync_api", reason="Playwright is not installed; pip install '.[test,lab]' brings it"
)
expect = playwright.expect

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 240.0
"""Seconds that anything may take; a page that is up takes a fraction of one."""
SETTINGS = {
    # Every cell stays on the page, so that a cell is found by its place in the notebook.
    "@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {"fetchNews": "false", "checkForUpdates": False},
}


@pytest.fixture(scope="module")
def screenshots():
    folder = Path(os.environ.get("GRADPROOF_SCREENSHOTS") or ROOT / "build" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def worksheet(tmp_path_factory):
    """The file of a built-in worksheet as students get it."""
    path = tmp_path_factory.mktemp("course") / "student.ipynb"
    made = notebook(read_source(library.path_of("backprop-from-scratch")).resolve(), STUDENT)
    path.write_text(notebook_text(made), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def address(worksheet, tmp_path_factory):
    """The address of a JupyterLab of its own, with settings, kernels and history in a folder of its own."""
    home = tmp_path_factory.mktemp("jupyter")
    for name, content in SETTINGS.items():
        (home / "settings" / name).parent.mkdir(parents=True, exist_ok=True)
        (home / "settings" / name).write_text(json.dumps(content))
    own = {
        "HOME": home, "IPYTHONDIR": home / "ipython", "JUPYTER_CONFIG_DIR": home / "config", "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_DATA_DIR": home / "data", "JUPYTER_RUNTIME_DIR": home / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": home / "settings", "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
        "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }  # fmt: skip
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0",
        "--IdentityProvider.token=", "--ServerApp.password=", f"--ServerApp.root_dir={worksheet.parent}",
        "--LabApp.news_url=", "--LabApp.extension_manager=readonly", "--LabApp.expose_app_in_browser=True",
    ]  # fmt: skip
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=home, env=os.environ | {k: str(v) for k, v in own.items()}
        )
    try:
        yield _address(server, home)
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _address(server, home):
    """Wait for the file in which a Jupyter server says where it listens."""

    def told():
        assert server.poll() is None, f"JupyterLab ended: {(home / 'log').read_text()[-2000:]}"
        for path in (home / "runtime").glob("jpserver-*.json"):
            try:
                return json.loads(path.read_text())["url"]
            except ValueError:
                return None  # it is just being written
        return None

    return until(told, lambda: f"JupyterLab did not start: {(home / 'log').read_text()[-2000:]}")


def until(found, what):
    """Ask until there is something, at most as long as our patience lasts; `what` says what was waited for."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        result = found()
        if result:
            return result
        time.sleep(0.1)
    raise AssertionError(what())


@pytest.fixture(scope="module")
def chromium():
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("no chromium, chromium-browser or google-chrome is installed")
    with playwright.sync_playwright() as driver:
        flags = ["--disable-gpu", "--disable-quic", "--disable-component-update", "--disable-sync"]
        browser = driver.chromium.launch(executable_path=path, args=flags, timeout=1000 * PATIENCE)
        yield browser
        browser.close()


class Lab:
    """A notebook that is open in JupyterLab, as a student works with it: keys and what is seen."""

    def __init__(self, page, path, address):
        self.page = page
        self.path = path
        self.address = address
        self.places = [cell["id"] for cell in self.cells()]

    def cells(self):
        """The cells in the file, once it is not just being written."""

        def read():
            with suppress(ValueError):
                return json.loads(self.path.read_text(encoding="utf-8"))["cells"]

        return until(read, lambda: f"{self.path} is no notebook any more")

    def open(self):
        """Open the notebook and wait until JupyterLab, all cells and the kernel are there."""
        self.page.goto(f"{self.address}lab/tree/{self.path.name}?reset")
        expect(self.cell(self.places[-1])).to_be_attached()
        self.page.evaluate("jupyterapp.restored.then(() => true)")
        self.page.evaluate(
            "async () => { const { context, sessionContext } = jupyterapp.shell.currentWidget;"
            " await context.ready; await sessionContext.ready; return true; }"
        )
        expect(self.page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")).to_be_attached()

    def choose(self, ident):
        """Click beside a cell, so that keys go to it and not into its text."""
        cell = self.cell(ident)
        cell.scroll_into_view_if_needed()
        cell.locator(".jp-InputPrompt").first.click()
        expect(cell).to_have_class(re.compile(r"\bjp-mod-active\b"))
        expect(self.page.locator(".jp-Notebook")).to_have_class(re.compile(r"\bjp-mod-commandMode\b"))
        until(
            lambda: cell.evaluate("cell => cell.closest('.jp-Notebook').contains(document.activeElement)"),
            lambda: f"{ident} does not take keys",
        )
        return cell

    def cell(self, ident):
        return self.page.locator(".jp-Notebook > .jp-WindowedPanel-outer .jp-Cell").nth(self.places.index(ident))

    def write(self, ident, text):
        """Replace the source of a cell by what is typed, run it, and wait until it stands in the saved file."""
        cell = self.choose(ident)
        self.page.keyboard.press("Enter")
        expect(cell.locator(".cm-content")).to_be_focused()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("ControlOrMeta+Enter")
        self.save()
        until(lambda: self.saved(ident) == text, lambda: f"the file holds {self.saved(ident)!r}, not {text!r}")

    def save(self):
        self.page.keyboard.press("ControlOrMeta+s")

    def saved(self, ident):
        return "".join(next(cell["source"] for cell in self.cells() if cell["id"] == ident))

    def outputs(self, ident):
        return next(cell["outputs"] for cell in self.cells() if cell["id"] == ident)

    def run(self, ident):
        """Run a code cell and return its outputs once it has ended."""
        cell = self.choose(ident)
        prompt = cell.locator(".jp-InputPrompt").first
        before = prompt.text_content()
        self.page.keyboard.press("ControlOrMeta+Enter")
        until(
            lambda: prompt.text_content() != before and re.fullmatch(r"\[\d+\]:", prompt.text_content()),
            lambda: f"{ident} did not end: {prompt.text_content()}",
        )
        return cell.locator(".jp-OutputArea-output")

    def verdicts(self, ident, *statuses):
        """Run a check and return its verdicts once they have these statuses."""
        self.run(ident)
        shown = self.cell(ident).locator(".gradproof-verdict")
        expect(shown).to_have_count(len(statuses))
        for place, status in enumerate(statuses):
            expect(shown.nth(place)).to_have_attribute("data-status", status)
            expect(shown.nth(place)).to_be_visible()
        return [shown.nth(place) for place in range(len(statuses))]

    def picture(self, path, *idents):
        """Keep a picture of what the window shows of some cells, the last of them at the lower edge."""
        for ident in reversed(idents):
            self.cell(ident).scroll_into_view_if_needed()
        self.page.screenshot(path=path, animations="disabled")
        assert path.stat().st_size > 10_000


@pytest.fixture(scope="module")
def lab(chromium, address, worksheet, screenshots):
    """The student notebook, open, with its kernel ready and what the worksheet gives defined."""
    expect.set_options(timeout=1000 * PATIENCE)
    page = chromium.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(1000 * PATIENCE)
    found = Lab(page, worksheet, address)
    try:
        found.open()
        for ident in ("tools", "given-1"):
            expect(found.run(ident)).to_have_count(0)
        yield found
    finally:
        page.screenshot(path=screenshots / "last.png")
        page.close()


FORMULA = "*My answer.*\n\n$$\\frac{{\\partial \\sigma}}{{\\partial x}} = {answer}$$"
CODE = """\
def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_grad(x):
    return {answer}"""


def test_a_formula_is_typed_wrong_and_right_and_the_student_sees_it(lab, screenshots):
    lab.write("sigmoid-derivative-answer", FORMULA.format(answer=r"\sigma(x)\,(1 + \sigma(x))"))
    (wrong,) = lab.verdicts("sigmoid-derivative-check", "refuted")
    expect(wrong).to_contain_text("Not right")
    expect(wrong).to_contain_text("at x")
    expect(wrong.locator("svg path").first).to_be_visible()
    lab.picture(screenshots / "formula-wrong.png", "sigmoid-derivative-question", "sigmoid-derivative-check")

    lab.write("sigmoid-derivative-answer", FORMULA.format(answer=r"\sigma(x)\,(1 - \sigma(x))"))
    (right,) = lab.verdicts("sigmoid-derivative-check", "proved")
    expect(right).to_contain_text("Right")
    expect(right).to_contain_text("student.ipynb as saved at")
    lab.picture(screenshots / "formula-right.png", "sigmoid-derivative-question", "sigmoid-derivative-check")


def test_code_is_typed_wrong_and_right_and_the_student_sees_it(lab, screenshots):
    lab.write("sigmoid-code-answer", CODE.format(answer="sigmoid(x) * (1 + sigmoid(x))"))
    value, wrong = lab.verdicts("sigmoid-code-check", "agrees", "refuted")
    expect(value).to_contain_text("Right")
    expect(wrong).to_contain_text("Not right")
    expect(wrong.locator("svg path").first).to_be_visible()
    lab.picture(screenshots / "code-wrong.png", "sigmoid-code-question", "sigmoid-code-check")

    lab.write("sigmoid-code-answer", CODE.format(answer="sigmoid(x) * (1 - sigmoid(x))"))
    for verdict in lab.verdicts("sigmoid-code-check", "agrees", "agrees"):
        expect(verdict).to_contain_text("Right")
    lab.picture(screenshots / "code-right.png", "sigmoid-code-question", "sigmoid-code-check")


def test_what_is_not_answered_yet_or_cannot_be_read_is_said_so_in_the_dark_theme_too(lab, screenshots):
    lab.page.evaluate("jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    expect(lab.page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    (open_answer,) = lab.verdicts("relu-derivative-check", "undecided")
    expect(open_answer).to_contain_text("No answer yet")
    lab.write("bce-derivative-answer", "$$\\frac{\\partial L}{\\partial \\hat{y}} = -\\frac{y}{\\hat{y}} + (1 - y$$")
    (unreadable,) = lab.verdicts("bce-derivative-check", "unreadable")
    expect(unreadable).to_contain_text("is never closed")
    lab.picture(screenshots / "unreadable.png", "bce-derivative-question", "bce-derivative-check")


def test_a_notebook_that_is_opened_again_still_shows_its_verdicts(lab):
    (verdict,) = lab.verdicts("relu-derivative-check", "undecided")
    lab.save()
    until(lambda: "gradproof-verdict" in json.dumps(lab.outputs("relu-derivative-check")), lambda: "nothing was saved")
    lab.open()
    expect(verdict).to_be_visible()
    expect(verdict).to_have_attribute("data-status", "undecided")
