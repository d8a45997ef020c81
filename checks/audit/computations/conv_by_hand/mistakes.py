"""Training with one mistake of the backward pass at a time, and the gradient check of each."""

from checks.audit.found import Found, trains

SEEDS = 20


@trains
def measured(seeds: int = SEEDS) -> Found:
    """`gradproof train conv-mistakes`: its columns and lines, the accuracies of each mistake, and what was expected."""
    from checks.experiments import Options, run

    findings = run("conv-mistakes", Options(seeds=seeds))
    table = findings.tables[0]
    value = [
        list(table.columns),
        [list(line) for line in table.rows],
        [[each.mistake, [float(one) for one in each.accuracies]] for each in findings.exhibit],
        [[row.check, str(row.verdict.status), row.verdict.reason] for row in findings.results],
    ]
    return Found(value, f"each mistake alone, over {seeds} seeds", rests_on=seeds)
