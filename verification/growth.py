"""Growth of clones: public cohorts and simulated ones, against published figures, a baseline and the known truth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hscape.clones import fit_growth
from hscape.clones.growth.fit import fit_state
from hscape.clones.growth.read_table import read_table
from hscape.clones.growth.treatment import contrast_of, pooled_change, verdict_of_change
from hscape.streams import generator
from verification import growth_data
from verification.growth_landscape import landscape
from verification.growth_lothian import lothian
from verification.growth_measures import PARAMETERS, WORKERS, Say, logit_slope, quantiles
from verification.growth_sardinia import sardinia
from verification.growth_simulated import cohort, treated_cohort

SEED = 20261122


def simulated_section(quick: bool, say: Say) -> list[str]:
    lines = ["## Growth of simulated clones with a known truth", ""]
    return [*lines, *calibration(60 if quick else 800, say), *treatment(20 if quick else 30, say)]


def lothian_section(quick: bool, say: Say) -> list[str]:
    return ["## Lothian trajectories: a negative control of clone growth", "", *_if_there(lothian, say)]


def sardinia_section(quick: bool, say: Say) -> list[str]:
    return ["## SardiNIA clones: growth by gene, and the last visit held out", "", *_if_there(sardinia, say)]


def landscape_section(quick: bool, say: Say) -> list[str]:
    return ["## Fitness landscape from one look at many people", "", *_if_there(landscape, say)]


def _if_there(part: Callable[[Say], list[str]], say: Say) -> list[str]:
    if growth_data.is_there():
        return part(say)
    return ["The public tables are not on this machine (HSCAPE_SHARED_DATA): this was not made.", ""]


def calibration(n_people: int, say: Say) -> list[str]:
    """Coverage of the 90 % interval of net growth on simulated clones with competition."""
    lines = ["### Coverage", "",
             f"{n_people} people with one to three clones each; birth and death drawn in steps of a tenth of a year with "
             "competition, fitness from a gamma distribution (mean 0.12 a year), sizes from 200 to 30,000 cells at the first "
             "visit, depth 1,000, beta-binomial concentration 300 (the fit assumes 500 within a factor of e to each side, and "
             "learns it from the table). Truth: mean net growth over the visits. Wanted: 90 % intervals that hold 90 %, 0.885 to "
             "0.915.", "",
             "| visits | clones | estimated concentration | coverage of 90 % | truth below / above | bias | RMSE | RMSE of the logit slope |",
             "|---|---|---|---|---|---|---|---|"]  # fmt: skip
    for times in (np.arange(70.0, 83.0, 3.0), np.array([70.0, 75.0])):
        table, truth = cohort(generator(SEED, "growth", "calibration", len(times)), n_people, times)
        fit = fit_growth(table, workers=WORKERS)
        rows = []
        for clone, one in zip(fit.clones, fit.trajectories, strict=True):
            _, _, net, weights, (drift, p_drift) = clone.density
            low, middle, high = quantiles(np.append(net, drift), np.append(weights, p_drift), (0.05, 0.5, 0.95))
            rows.append((low, middle, high, truth[clone.person, clone.id], logit_slope(one.years, one.vaf)[0]))
        low, middle, high, true, slope = np.array(rows).T
        inside = (low <= true) & (true <= high)
        lines.append(
            f"| {len(times)} over {times[-1] - times[0]:.0f} years | {len(true)} | {fit.learned['concentration_reads']:.0f} | "
            f"{inside.mean():.3f} | {(true < low).mean():.3f} / {(true > high).mean():.3f} | {(middle - true).mean():+.3f} | "
            f"{np.sqrt(((middle - true) ** 2).mean()):.3f} | {np.sqrt(((slope - true) ** 2).mean()):.3f} |"
        )
        say(lines[-1])
    return [*lines, ""]


def treatment(n_clones: int, say: Say) -> list[str]:
    """Power of the contrast between growth on and off treatment."""
    rng = generator(SEED, "growth", "treatment")
    lines = ["### Conditional advantage: growth on and off treatment", "",
             f"Pools of {n_clones} simulated clones of each kind; treatment from year 4 of 8 on. Escape clones: fitness 0.35 a "
             "year under attack, -0.05 on treatment; drivers: 0.15 throughout. Cohorts are drawn from the pools 200 times; "
             "called: probability of at least 0.95 that growth falls on treatment.", "",
             "| visits | depth | patients of each kind | escape called | driver called |", "|---|---|---|---|---|"]  # fmt: skip
    for n_visits, depth in ((3, 500), (5, 500), (5, 2000), (9, 2000)):
        times = np.linspace(60.0, 68.0, n_visits)
        table = treated_cohort(rng, 2 * n_clones, times, 64.0, depth=depth, concentration=1000, escape=(0.35, -0.05),
                               driver=(0.15, 0.15))  # fmt: skip
        state = fit_state(read_table(table).trajectories, PARAMETERS, workers=WORKERS)
        found: dict[str, list] = {"ESCAPE": [], "DRIVER": []}
        for member in state.members:
            contrast = contrast_of(member.group, state.setting, member.others, PARAMETERS)
            if contrast is not None:
                found[member.group[0].gene].append(contrast)
        for n in (1, 3, 5, 10, 20):
            called = {}
            for kind, contrasts in found.items():
                draws = [rng.choice(len(contrasts), n, replace=False) for _ in range(200)]
                words = [
                    verdict_of_change(pooled_change([contrasts[i] for i in draw], PARAMETERS), PARAMETERS)[1]
                    for draw in draws
                ]
                called[kind] = np.mean([word == "falls on treatment" for word in words])
            lines.append(f"| {n_visits} | {depth} | {n} | {called['ESCAPE']:.2f} | {called['DRIVER']:.2f} |")
        say(lines[-1])
    return [*lines, ""]
