"""How many of the proved pairs have a certificate that replays, by family and procedure, with sizes and times.

    python benchmarks/certificate_coverage.py

Works through the pairs of `tests/formula_pairs` that are equal. A certificate is made from the formulas as they were
read; its size is that of the JSON text; making includes one replay, as in `gradproof equal`.
"""

import json
import sys
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

from checks.certificates import NoCertificateError, certificate_of
from checks.formulas import answer
from checks.formulas.equality import claim_of, read_both
from checks.replay import replay
from checks.verdict import Status

FOLDER = Path(__file__).parents[1] / "tests" / "formula_pairs"


def main() -> None:
    """Print the table."""
    families: dict[tuple[str, str], list[tuple[int, float, float]]] = defaultdict(list)
    proved: dict[tuple[str, str], int] = defaultdict(int)
    for name in ("calculus", "domains", "piecewise", "arrays"):
        for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found = answer(row["left"], row["right"], row["given"])
            if found.verdict.status is not Status.PROVED:
                continue
            key = (name, found.procedure.split(" (")[0])
            proved[key] += 1
            question = claim_of(read_both(row["left"], row["right"], row["given"]))
            begin = time.perf_counter()
            try:
                certificate = certificate_of(question)
            except NoCertificateError:
                continue
            made = time.perf_counter() - begin
            text = json.dumps(certificate)
            begin = time.perf_counter()
            replay(text)
            families[key].append((len(text), made, time.perf_counter() - begin))
    print(
        f"{'family':10}{'proved':>8}{'replayed':>10}{'bytes':>8}{'most':>8}{'make ms':>9}{'replay ms':>11}  procedure"
    )
    every: list[tuple[int, float, float]] = []
    for key, count in proved.items():
        rows = families[key] or [(0, 0.0, 0.0)]
        every += rows
        sizes, making, replaying = zip(*rows, strict=True)
        print(
            f"{key[0]:10}{count:8}{len(families[key]):10}{median(sizes):8.0f}{max(sizes):8}"
            f"{1000 * median(making):9.2f}{1000 * median(replaying):11.2f}  {key[1]}"
        )
    making, replaying = sorted(row[1] for row in every), sorted(row[2] for row in every)
    last = int(0.99 * len(every))
    print(
        f"all: {sum(map(len, families.values()))} of {sum(proved.values())}; making median "
        f"{1000 * median(making):.2f} ms, 99 % {1000 * making[last]:.1f} ms; replaying median "
        f"{1000 * median(replaying):.2f} ms, 99 % {1000 * replaying[last]:.1f} ms"
    )


if __name__ == "__main__":
    sys.exit(main())
