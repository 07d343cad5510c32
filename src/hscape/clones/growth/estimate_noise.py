"""How much the reads of a table scatter, estimated from the table itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import logsumexp
from scipy.stats import t

from hscape.clones.growth.evidence import FINE, evidence_of
from hscape.clones.growth.grid import Setting
from hscape.clones.growth.readings import Trajectory
from hscape.parameters import Parameters

#: Scatters and depths that are tried, against the assumed ones; variants that are asked. Numerical.
CONCENTRATION_FOLDS = tuple(2.0 ** (step / 2.0) for step in range(-6, 7))
DEPTH_FOLDS = (1.0, 2.0, 4.0)
_ASKED, _LEAST = 96, 8
_FAR = 4.0


def estimate_noise(trajectories: Sequence[Trajectory], setting: Setting, parameters: Parameters) -> Setting:
    """The setting with the scatter that makes the readings most probable.

    Asked are variants with two visits or more: even two tell scatter from growth when there are many, because growth
    moves small and large clones alike and scatter the small ones more. With fewer than 8 of these the setting is
    unchanged. The largest variants are asked, half of them, and others spread over the table. Where no depths were
    given the effective depth is estimated as well.
    """
    several = [one for one in trajectories if one.years.size > 1 and one.was_seen]
    if len(several) < _LEAST:
        return setting
    ranked = sorted(several, key=lambda one: (-float(one.vaf.mean()), one.person, one.id))
    half = _ASKED // 2
    rest = ranked[half:]
    spread = np.unique(np.linspace(0, max(len(rest) - 1, 0), half).astype(int))
    asked = [*ranked[:half], *(rest[i] for i in spread if rest)]
    has_depth = all(one.has_depth for one in asked)
    tried: list[tuple[float, float, float, float]] = []
    for fold in (1.0,) if has_depth else DEPTH_FOLDS:
        start = tried[-1][1] if tried else setting.noise.concentration_reads
        tried.append((*_climb(asked, fold, start, setting, parameters), fold))
    _, concentration, log_sd, fold = max(tried)
    noise = replace(setting.noise, concentration_reads=concentration, concentration_log_sd=log_sd, depth_fold=fold)
    return replace(setting, noise=noise, cache={})


def _climb(
    asked: Sequence[Trajectory], depth_fold: float, start: float, setting: Setting, parameters: Parameters
) -> tuple[float, float, float]:
    """Log probability of the best concentration at a depth, with mean and spread of its logarithm around it.

    Climbs from `start`; mean and spread are weighed by probability over all that come near the best.
    """
    base, log_sd = setting.noise.concentration_reads, parameters["clone_growth_concentration_log_sd"]
    tried = [fold * base for fold in CONCENTRATION_FOLDS]
    scores: dict[int, float] = {}

    def score(i: int) -> float:
        if i not in scores:
            noise = replace(
                setting.noise, concentration_reads=tried[i], concentration_log_sd=0.0, depth_fold=depth_fold
            )
            told = _log_probability(asked, replace(setting, noise=noise, cache={}), parameters)
            scores[i] = told - 0.5 * (math.log(tried[i] / base) / log_sd) ** 2
        return scores[i]

    at = int(np.argmin([abs(math.log(one / start)) for one in tried]))
    while True:
        around = [i for i in (at - 1, at, at + 1) if 0 <= i < len(tried)]
        better = max(around, key=score)
        if better == at:
            break
        at = better
    for way in (-1, 1):  # as far as the concentration may lie
        i = at + way
        while 0 <= i < len(tried) and score(i) > scores[at] - _FAR:
            i += way
    around = sorted(i for i in scores if scores[i] > scores[at] - _FAR)
    weights, logs = np.exp([score(i) - score(at) for i in around]), np.log([tried[i] for i in around])
    mean = float((weights * logs).sum() / weights.sum())
    spread = float(np.sqrt((weights * (logs - mean) ** 2).sum() / weights.sum()))
    return scores[at], math.exp(mean), spread


def _log_probability(asked: Sequence[Trajectory], setting: Setting, parameters: Parameters) -> float:
    """Log density of the readings over what each variant may be, averaged over how fitness may be spread.

    The spread is left open: with one that is too wide, readings would seem to scatter too little.
    """
    drift, error = parameters["clone_growth_drift_share"], parameters["clone_growth_filtered_error_share"]
    priors = _spreads(parameters)
    total = np.zeros(len(priors))
    for one in asked:
        told = evidence_of([one], setting)
        top = told.selected.max()
        selected = np.log(1.0 - drift - error) + np.log(priors @ np.exp(told.selected - top)) + top
        by_error = math.log(error) + logsumexp(told.error) - math.log(told.error.size)
        total += np.logaddexp(selected, np.logaddexp(math.log(drift) + told.drift, by_error))
        if not one.has_depth:  # a deeper assumed depth counts in finer steps; compare densities of the VAF
            total += one.years.size * math.log(setting.noise.depth_fold)
    return float(logsumexp(total) - math.log(total.size))


def _spreads(parameters: Parameters) -> np.ndarray:
    """Densities of fitness at `FINE` with several centers and widths around the assumed ones, (spreads, fitnesses)."""
    freedom = parameters["clone_growth_tail_freedom"]
    mean, wide = parameters["clone_growth_mean_per_year"], parameters["clone_growth_gene_spread_per_year"]
    found = []
    for center in (0.0, 0.5 * mean, mean, 1.5 * mean):
        for fold in (0.25, 0.5, 1.0, 2.0):
            density = t.pdf((FINE - center) / (fold * wide), freedom)
            found.append(density / density.sum())
    return np.array(found)
