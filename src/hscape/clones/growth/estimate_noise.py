"""How much the reads of a table scatter, estimated from the table itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm, t

from hscape.clones.growth.evidence import FINE, Setting, evidence_of
from hscape.clones.growth.readings import Trajectory
from hscape.parameters import Parameters

#: Scatters and depths that are tried, against the assumed ones; variants that are asked. Numerical.
CONCENTRATION_FOLDS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
DEPTH_FOLDS = (1.0, 2.0, 4.0)
_ASKED, _LEAST = 24, 8
_LOG_SD = 1.0


def estimate_noise(trajectories: Sequence[Trajectory], setting: Setting, parameters: Parameters) -> Setting:
    """The setting with the scatter that makes the readings most probable; unchanged for fewer than 8 variants.

    The largest variants are asked, half of them, and others spread over the table. Where no depths were given the
    effective depth is estimated as well.
    """
    several = [one for one in trajectories if one.years.size > 1 and one.was_seen]
    if len(several) < _LEAST:
        return setting
    ranked = sorted(several, key=lambda one: (-float(one.vaf.mean()), one.person, one.id))
    half = _ASKED // 2
    spread = np.unique(np.linspace(half, len(ranked) - 1, half).astype(int)) if len(ranked) > half else []
    asked = [*ranked[:half], *(ranked[i] for i in spread)]
    has_depth = all(one.has_depth for one in asked)
    best = setting
    for fold in (1.0,) if has_depth else DEPTH_FOLDS:
        best = _climb(asked, replace(best, noise=replace(best.noise, depth_fold=fold)), best, setting, parameters)
    return replace(best, cache={})


def _climb(asked, start: Setting, best: Setting, setting: Setting, parameters: Parameters) -> Setting:
    """The better of `best` and the best concentration at the depth of `start`, searched from the one in force."""
    base = setting.noise.concentration_reads
    folds = list(CONCENTRATION_FOLDS)
    at = int(np.argmin([abs(math.log(fold * base / start.noise.concentration_reads)) for fold in folds]))
    scores: dict[int, float] = {}

    def score(i: int) -> float:
        if i not in scores:
            noise = replace(start.noise, concentration_reads=folds[i] * base)
            told = _log_probability(asked, replace(start, noise=noise, cache={}), parameters)
            scores[i] = told + float(norm.logpdf(math.log(folds[i]), 0.0, _LOG_SD))
        return scores[i]

    while True:
        around = [i for i in (at - 1, at, at + 1) if 0 <= i < len(folds)]
        better = max(around, key=score)
        if better == at:
            break
        at = better
    found = replace(start, noise=replace(start.noise, concentration_reads=folds[at] * base))
    if best.noise == start.noise:
        return found if scores[at] >= score(at) else best
    base_score = _log_probability(asked, replace(best, cache={}), parameters)
    base_score += float(norm.logpdf(math.log(best.noise.concentration_reads / base), 0.0, _LOG_SD))
    return found if scores[at] > base_score else best


def _log_probability(asked: Sequence[Trajectory], setting: Setting, parameters: Parameters) -> float:
    """Log density of the readings, over what each variant may be, with the assumed shares."""
    mean, wide = parameters["clone_growth_mean_per_year"], parameters["clone_growth_gene_spread_per_year"]
    prior = t.logpdf((FINE - mean) / wide, 4.0)
    prior -= logsumexp(prior)
    drift, error = parameters["clone_growth_drift_share"], parameters["clone_growth_filtered_error_share"]
    total = 0.0
    for one in asked:
        told = evidence_of([one], setting)
        classes = [
            math.log(1.0 - drift - error) + logsumexp(prior + told.selected),
            math.log(drift) + told.drift,
            math.log(error) + logsumexp(told.error) - math.log(told.error.size),
        ]
        total += logsumexp(classes)
        if not one.has_depth:  # a deeper assumed depth counts in finer steps; compare densities of the VAF
            total += one.years.size * math.log(setting.noise.depth_fold)
    return float(total)
