"""Certificates beside a page or a notebook: the scripts, and a mark for each formula that has one."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FOLDER = "proofs"


@dataclass(frozen=True)
class Mark:
    """What stands beside a formula that has a certificate.

    Attributes
    ----------
    address:
        Where its script lies, seen from the page.
    words:
        Whether Coq's kernel has accepted it.
    accepted:
        The same for programs.
    """

    address: str
    words: str
    accepted: bool


Marks = dict[tuple[str, str], Mark]
"""Marks by entry and target."""


def write_proofs(entries: Iterable[str], folder: Path) -> Marks:
    """Write the certificates of entries into `folder/proofs`, and say what is known of them.

    Coq does not run: `accepted` is what an earlier `gradproof prove --check` found for these very scripts.
    """
    from checks.kernel import remembered
    from checks.verdict import Status
    from derive import catalogue
    from derive.certificates import certificate, write_folder

    made = [certificate(catalogue.load(name)) for name in entries]
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    write_folder(made, folder / FOLDER)
    proved = {row.theorem: row for row in remembered(made) if row.verdict.status is Status.PROVED}
    return {
        (one.name, theorem.target): Mark(
            f"{FOLDER}/Catalogue/{one.name}.v",
            "accepted by Coq's kernel" if theorem.name in proved else "certificate, not checked here",
            theorem.name in proved,
        )
        for one in made
        for theorem in one.theorems
        if theorem.target
    }
