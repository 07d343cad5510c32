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


def estimate_noise(
    trajectories: Sequence[Trajectory], setting: Setting, parameters: Parameters, *, is_filtered: bool = True
) -> Setting:
    """The setting with the scatter that makes the readings most probable.

    Asked are variants with two visits or more: even two tell scatter from growth when there are many, because growth
    moves small and large clones alike and scatter the small ones more. With fewer than 8 of these the setting is
    unchanged. Those asked are spread evenly over the sizes; among raw calls, of which most small ones are errors, half
    are the largest. Where no depths were given the effective depth is estimated as well.
    """
    several = [one for one in trajectories if one.years.size > 1 and one.was_seen]
    if len(several) < _LEAST:
        return setting
    ranked = sorted(several, key=lambda one: (-float(one.vaf.mean()), one.person, one.id))
    first = 0 if is_filtered else _ASKED // 2
    rest = ranked[first:]
    even = np.unique(np.linspace(0, max(len(rest) - 1, 0), _ASKED - first).astype(int))
    asked = [*ranked[:first], *(rest[i] for i in even if rest)]
    has_depth = all(one.has_depth for one in asked)
    climbs: list[_Climb] = []
    for fold in (1.0,) if has_depth else DEPTH_FOLDS:
        climbs.append(_Climb(asked, fold, setting, parameters))
        climbs[-1].climb(climbs[-2].at if len(climbs) > 1 else len(CONCENTRATION_FOLDS) // 2)
    best = max(climbs, key=lambda one: one.score(one.at))
    concentration, log_sd = best.spread()
    noise = replace(
        setting.noise, concentration_reads=concentration, concentration_log_sd=log_sd, depth_fold=best.depth_fold
    )
    return replace(setting, noise=noise, cache={})


class _Climb:
    """The search for the concentration at one depth; a concentration is the place of its fold."""

    def __init__(
        self, asked: Sequence[Trajectory], depth_fold: float, setting: Setting, parameters: Parameters
    ) -> None:
        self.asked, self.depth_fold, self.setting, self.parameters = asked, depth_fold, setting, parameters
        self.scores: dict[int, float] = {}
        self.at = 0

    def score(self, i: int) -> float:
        """Log probability of a concentration, up to a constant; minus infinity beyond those that are tried."""
        if not 0 <= i < len(CONCENTRATION_FOLDS):
            return -math.inf
        if i not in self.scores:
            noise, fold = self.setting.noise, CONCENTRATION_FOLDS[i]
            noise = replace(noise, concentration_reads=fold * noise.concentration_reads, concentration_log_sd=0.0,
                            depth_fold=self.depth_fold)  # fmt: skip
            told = _log_probability(self.asked, replace(self.setting, noise=noise, cache={}), self.parameters)
            away = math.log(fold) / self.parameters["clone_growth_concentration_log_sd"]
            self.scores[i] = told - 0.5 * away**2
        return self.scores[i]

    def climb(self, start: int) -> None:
        """Go to the best concentration."""
        self.at = start
        while (better := max((self.at, self.at - 1, self.at + 1), key=self.score)) != self.at:
            self.at = better

    def spread(self) -> tuple[float, float]:
        """The concentration and the standard deviation of its logarithm.

        By the parabola through the best and its neighbors: with many variants the answer is much narrower than the
        distance of those that are tried. At either end of these, the end itself.
        """
        at = self.at
        below, top, above = self.score(at - 1), self.score(at), self.score(at + 1)
        step = math.log(CONCENTRATION_FOLDS[1] / CONCENTRATION_FOLDS[0])
        bend = 2.0 * top - below - above
        is_inside = math.isfinite(bend) and bend > 0.0
        away = 0.5 * step * (above - below) / bend if is_inside else 0.0
        log_sd = step / math.sqrt(bend) if is_inside else self.parameters["clone_growth_concentration_log_sd"]
        found = self.setting.noise.concentration_reads * CONCENTRATION_FOLDS[at] * math.exp(away)
        return found, min(log_sd, self.parameters["clone_growth_concentration_log_sd"])


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
