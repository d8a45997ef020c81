"""The experiments of the course in a notebook: run one, and see its tables, verdicts and figures."""

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.experiments import Findings
    from checks.verdict import Status


@dataclass(frozen=True)
class Training:
    """An experiment that was run; a notebook shows it as its page, anything else as text.

    Attributes
    ----------
    findings:
        Tables, verdicts, and what the experiment returned (networks, histories) as ``findings.exhibit``.
    """

    findings: "Findings"

    @property
    def status(self) -> "Status":
        """The gravest status of all checks."""
        return self.findings.status

    def _repr_html_(self) -> str:
        """Return the page in a frame of its own: its styles stay out of the notebook."""
        from worksheets.report.experiment import experiment_page

        page = escape(experiment_page(self.findings), quote=True)
        return f'<iframe srcdoc="{page}" title="{escape(self.findings.title)}" style="width: 100%; height: 44rem; border: 0"></iframe>'  # noqa: E501

    def __repr__(self) -> str:
        lines = [self.findings.title]
        for table in self.findings.tables:
            widths = [max(map(len, column)) for column in zip(table.columns, *table.rows, strict=True)]
            lines += ["", table.title]
            lines += [
                "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
                for row in (table.columns, *table.rows)
            ]
        return "\n".join([*lines, "", self.findings.reason])


def train(
    name: str, *, seeds: int | None = None, data_dir: Path | str | None = None, download: bool = True
) -> Training:
    """Run one experiment of the course, as `gradproof train NAME` does.

    Parameters
    ----------
    name:
        One of `checks.experiments.EXPERIMENTS`: "wave", "digits", "conv-mistakes", ...
    seeds:
        Over how many seeds, for an experiment that is repeated.
    data_dir, download:
        Where Fashion-MNIST lies, and whether it may be downloaded.

    Returns
    -------
    Training
        Shown by a notebook as a page with figures.

    Raises
    ------
    ValueError
        For another name, or a number of seeds below 1.
    DataError
        The data of the experiment is missing (`DataMissing`) or damaged.
    """
    from checks.experiments import EXPERIMENTS, Options, run

    if name not in EXPERIMENTS:
        raise ValueError(f"there is no experiment {name!r}; choose from {', '.join(EXPERIMENTS)}")
    folder = None if data_dir is None else Path(data_dir)
    return Training(run(name, Options(folder, download, seeds)))
