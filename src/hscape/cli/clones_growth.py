"""The command `clones growth`: net growth, fitness and onset of clones from serial sequencing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hscape.cli.common import (
    AsJson,
    Seed,
    Settings,
    announce_compilation,
    envelope,
    print_json,
    read_parameters,
    read_seed,
    say,
    whole,
)

_SHOWN = 60


def growth(
    file: Annotated[Path, typer.Argument(help="long table (.csv, .tsv, .xlsx), a row a variant and visit; or a chart")],
    out: Annotated[Path | None, typer.Option(help="folder for clones.csv, genes.csv and figures")] = None,
    raw_calls: Annotated[
        bool, typer.Option("--raw-calls", help="errors of sequencing were not filtered out before")
    ] = False,
    workers: Annotated[str, typer.Option(help="threads; the answer does not depend on them")] = "1",
    seed: Seed = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Fit the growth of every clone of a table of serial variant allele fractions.

    Columns: person, variant, age_years (or time_years, time_days), alt and depth (or vaf); optional gene, site, sex,
    copy_state, detection_limit_fraction, treated_from, treated_until.
    """
    from hscape.clones import fit_growth

    number, parameters = read_seed(seed), read_parameters(settings)
    n_workers = whole(workers, "--workers", 1, 64)
    if out is not None:
        from hscape.folders import check_folder

        check_folder(out)
    announce_compilation()
    fit = fit_growth(
        file, number, parameters=parameters, is_filtered=not raw_calls, workers=n_workers,
        progress=lambda text: say(f"... {text}"),
    )  # fmt: skip
    if out is not None:
        _write(fit, out)
    if as_json:
        print_json(envelope("hscape.clone_growth/1", number, parameters, fit.as_dict()))
    else:
        _describe(fit)


def _write(fit: Any, out: Path) -> None:
    from hscape.history import canonical_csv
    from hscape.plots.clone_growth import draw_growth

    for name, table in (("clones.csv", fit.clones_table()), ("genes.csv", fit.genes_table())):
        (out / name).write_text(canonical_csv(table), encoding="utf-8", newline="\n")
    written = draw_growth(fit, out)
    say(f"wrote {out}: clones.csv, genes.csv, {', '.join(written)}")


def _describe(fit: Any) -> None:
    for issue in fit.issues[:20]:
        say(f"{issue.severity}: {issue.message}")
    if len(fit.issues) > 20:
        say(f"... and {len(fit.issues) - 20} more remarks; --json holds all")
    print(
        f"{'person':12}{'variant':26}{'gene':10}{'net growth a year':>24}{'fitness a year':>24}{'onset':>16}  verdict"
    )
    for clone in fit.clones[:_SHOWN]:
        print(
            f"{clone.person[:11]:12}{clone.id[:25]:26}{clone.gene[:9]:10}{_rate(clone.net_growth_per_year):>24}"
            f"{_rate(clone.fitness_per_year):>24}{_span(clone.onset_years):>16}  {clone.verdict}"
        )
    if len(fit.clones) > _SHOWN:
        print(f"... {len(fit.clones) - _SHOWN} more clones; --out writes all")
    for gene in fit.genes:
        change = gene.treatment_change_per_year
        told = "" if change is None else f"; on less off treatment {_rate(change)}: {gene.treatment_verdict}"
        print(f"{gene.gene or '(no gene)'}: {gene.n_clones} clones, mean fitness {_rate(gene.mean_fitness_per_year)}, "
              f"{gene.n_growing} growing{told}")  # fmt: skip
    print("Medians with 95 % intervals. Research use only.")


def _rate(value: Any) -> str:
    return f"{value.median:+.3f} ({value.low:+.2f}, {value.high:+.2f})"


def _span(value: Any) -> str:
    return f"{value.median:.0f} ({value.low:.0f}-{value.high:.0f})"
