"""Time to derive and prove every entry of the catalogue in one process, from nothing.

Run as `python benchmarks/derivations.py`. Prints, for each entry, the seconds to derive it, to decide every step, the
textbook forms and the claims for all sizes, and the number of steps; then the total.
"""

import platform
import time
from importlib.metadata import version


def main() -> None:
    """Measure and print."""
    start = time.perf_counter()
    from checks.activation_regions import check_regions
    from checks.derivations import check_all_sizes, check_steps, check_textbook
    from derive import catalogue
    from derive.entry import ArrayEntry

    imported = time.perf_counter() - start
    print(f"Python {platform.python_version()}, sympy {version('sympy')}, python-flint {version('python-flint')}")
    print(f"{'entry':24} {'steps':>6} {'derive s':>9} {'prove s':>9}")
    total, steps = imported, 0
    for name in catalogue.names():
        begin = time.perf_counter()
        entry = catalogue.load(name)
        count = sum(len(chain.steps) for chain in entry.derivations)
        derived = time.perf_counter() - begin
        verdicts = [check_steps(entry), check_textbook(entry)]
        if isinstance(entry, ArrayEntry):
            verdicts.append(check_all_sizes(entry))
            if entry.selection is not None:
                verdicts.append(check_regions(entry))
        proved = time.perf_counter() - begin - derived
        if any(str(verdict.status) != "proved" for verdict in verdicts):
            raise SystemExit(f"{name} is not proved: {[verdict.reason for verdict in verdicts]}")
        print(f"{name:24} {count:6} {derived:9.3f} {proved:9.3f}")
        total += derived + proved
        steps += count
    print(f"{'all':24} {steps:6} {total:19.3f}   (imports {imported:.3f})")


if __name__ == "__main__":
    main()
