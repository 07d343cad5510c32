"""From posteriors to what the user reads: medians, intervals, onset, verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from hscape.clones.growth.evidence import FINE, sizes_given
from hscape.clones.growth.grid import visits_of
from hscape.clones.growth.onset import onset_density
from hscape.clones.growth.pooling import MEANS
from hscape.clones.growth.posteriors import ClonePosterior, GenePosterior
from hscape.clones.growth.readings import Trajectory
from hscape.clones.growth.results import Band, CloneGrowth, Estimate, GeneGrowth, GrowthFit
from hscape.clones.growth.tell_treatment import Treated, tell_treatment
from hscape.exchange import Issue

if TYPE_CHECKING:
    from hscape.clones.growth.fit import Member, State

_ENDS = (0.5, 0.025, 0.975)
_SLICES = (0.05, 0.25, 0.5, 0.75, 0.95)
_HIDDEN_STEPS = 40


def estimate(values: np.ndarray, weights: np.ndarray) -> Estimate:
    """Median and 95 % interval of weighted values, with straight lines between them."""
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    below = np.cumsum(weights) - 0.5 * weights
    return Estimate(*(float(np.interp(end * weights.sum(), below, values)) for end in _ENDS))


def tell(state: State, issues: Sequence[Issue], seed: int | None) -> GrowthFit:
    """The answer for a fitted table."""
    assert state.pooled is not None
    treated = tell_treatment(state)
    told: dict[int, CloneGrowth] = {}
    for some in state.map(lambda member: _tell_member(state, member, treated), state.members):
        told |= some
    clones = tuple(told[i] for i in sorted(told))
    noise = state.setting.noise
    learned = {
        "concentration_reads": noise.concentration_reads,
        "assumed_depth_fold": noise.depth_fold,
        "detection_limit_fraction": state.setting.limit_fraction,
        "selected_share": float(state.pooled.shares[0]),
        "drift_share": float(state.pooled.shares[1]),
        "error_share": float(state.pooled.shares[2]),
        "clone_spread_per_year": state.pooled.spread_per_year,
        "gene_mean_per_year": state.pooled.mean_per_year,
    }
    genes = tuple(_gene(state, gene, clones, treated) for gene in state.pooled.genes)
    return GrowthFit(
        clones=clones, genes=genes, issues=tuple(issues), learned=learned, trajectories=state.trajectories, seed=seed
    )


def _tell_member(state: State, member: Member, treated: Treated) -> dict[int, CloneGrowth]:
    teller = _Teller(state, member, treated)
    return {i: teller.clone(i) for i in member.variants}


def _gene(state: State, gene: GenePosterior, clones: tuple[CloneGrowth, ...], treated: Treated) -> GeneGrowth:
    own = [clone for clone in clones if clone.gene == gene.gene]
    change, falls, words = treated.genes.get(gene.gene, (None, None, ""))
    return GeneGrowth(
        gene=gene.gene,
        n_clones=gene.n_clones,
        mean_fitness_per_year=estimate(MEANS, gene.density),
        median_net_growth_per_year=float(np.median([clone.net_growth_per_year.median for clone in own])),
        n_growing=sum(clone.verdict == "growing" for clone in own),
        treatment_change_per_year=change,
        p_falls_on_treatment=falls,
        treatment_verdict=words,
    )


class _Teller:
    """Puts one clone into words and numbers."""

    def __init__(self, state: State, member: Member, treated: Treated) -> None:
        assert member.posterior is not None
        self.state, self.member, self.treated = state, member, treated
        self.p: ClonePosterior = member.posterior
        self.setting = state.setting
        self.years = visits_of(member.group)
        self._sizes()

    def _sizes(self) -> None:
        """Sizes at the visits, averaged over slices of the fitness."""
        ends = np.searchsorted(np.cumsum(self.p.density), _SLICES)
        self.slices = FINE[np.minimum(ends, FINE.size - 1)]
        edges = np.array([0.0, *(0.5 * (a + b) for a, b in pairwise(_SLICES)), 1.0])
        self.weights = np.diff(edges)
        self.sizes = np.zeros(1)
        for s, weight in zip(self.slices, self.weights, strict=True):
            self.cells, told = sizes_given(self.member.group, self.setting, float(s), self.member.others)
            self.sizes = self.sizes + weight * told

    def clone(self, i: int) -> CloneGrowth:
        one = self.state.trajectories[i]
        capacity = self.setting.capacity_cells
        share = self.sizes @ self.cells / capacity
        gaps = np.diff(self.years)
        span = gaps.sum()
        own = float((0.5 * (share[1:] + share[:-1]) * gaps).sum() / span) if span > 0 else float(share[0])
        others = float((self.member.others * gaps).sum() / span) if span > 0 else 0.0
        net = FINE * (1.0 - min(own, 1.0)) - others
        p = self.p
        real = max(p.p_selected + p.p_drift, 1e-12)
        selected, drift = p.p_selected / real, p.p_drift / real
        p_up = float(p.density[net > 0].sum())
        told = [estimate(self.cells, at) for at in (self.sizes[0], self.sizes[-1])]
        prior_variance, variance = (_variance(density) for density in (p.prior, p.density))
        learnt = float(np.clip(1.0 - variance / prior_variance, 0.0, 1.0))
        if not one.was_seen:
            learnt = 0.0
        group, parent = self._names()
        return CloneGrowth(
            person=one.person,
            id=one.id,
            gene=one.gene,
            net_growth_per_year=estimate(np.append(net, -others), np.append(selected * p.density, drift)),
            fitness_per_year=self._fitness(selected, drift),
            onset_years=self._onset(one, selected, drift),
            size_first=told[0],
            size_last=told[1],
            p_growing=p.p_selected * p_up,
            p_drift=p.p_drift,
            p_error=p.p_error,
            learnt=learnt,
            verdict=self._verdict(one, p_up),
            group=group,
            p_same_group=self.member.p_same,
            parent=parent,
            mean_fitness_others_per_year=others,
            prior_fitness_per_year=estimate(FINE, p.prior),
            n_visits=one.years.size,
            band=self._band(),
            density=(p.density, p.prior, net, selected * p.density, np.array([-others, drift])),
            remarks=self._remarks(one, learnt),
            **self.treated.of(self.member, own, others),
        )

    def _names(self) -> tuple[str, str]:
        def name(member: Member) -> str:
            return self.state.trajectories[member.variants[0]].id

        return name(self.member), name(self.member.parent) if self.member.parent is not None else ""

    def _fitness(self, selected: float, drift: float) -> Estimate:
        """Fitness with the mean fitness of clones that nobody sees added to that of the seen ones."""
        hidden = self.state.parameters["clone_growth_hidden_fitness_per_year"]
        steps = -hidden * np.log1p(-(np.arange(_HIDDEN_STEPS) + 0.5) / _HIDDEN_STEPS)
        values = np.concatenate([(FINE[:, None] + steps[None, :]).ravel(), [0.0]])
        weights = np.concatenate([np.repeat(selected * self.p.density / _HIDDEN_STEPS, _HIDDEN_STEPS), [drift]])
        return estimate(values, weights)

    def _onset(self, one: Trajectory, selected: float, drift: float) -> Estimate:
        hidden = self.state.parameters["clone_growth_hidden_fitness_per_year"]
        fitness = np.append(self.slices + hidden, 0.0)
        weights = np.append(self.weights * selected, drift)
        age = max(float(self.years[0]), 1.0) if one.has_age else self.setting.assumed_age_years
        law = (self.setting.turnover_per_year, self.setting.capacity_cells)
        ago, told = onset_density(self.cells, self.sizes[0], fitness, weights, age, *law)
        return estimate(np.asarray(self.years[0] - ago), told)

    def _band(self) -> Band:
        shares = self.cells / self.setting.capacity_cells
        told = [estimate(shares, self.sizes[k]) for k in range(len(self.sizes))]
        return Band(
            years=self.years,
            median=np.array([one.median for one in told]),
            low=np.array([one.low for one in told]),
            high=np.array([one.high for one in told]),
        )

    def _verdict(self, one: Trajectory, p_up: float) -> str:
        called = self.state.parameters["clone_growth_call_probability"]
        if one.years.size < 2 or not one.was_seen:
            return "not learnt"
        if self.p.p_selected * p_up >= called:
            return "growing"
        if self.p.p_selected * (1.0 - p_up) >= called:
            return "shrinking"
        return "drift, not selection" if self.p.p_drift >= 0.5 else "not learnt"

    def _remarks(self, one: Trajectory, learnt: float) -> tuple[str, ...]:
        found = []
        if not one.was_seen:
            found.append("never seen: the numbers are the assumption")
        if one.years.size == 1:
            found.append("a single time point: growth is not learnt")
        elif learnt < self.state.parameters["clone_growth_learnt_share"]:
            found.append("the readings add little to what was assumed")
        if self.p.p_error > 0.5:
            found.append("more likely an error of sequencing at this place than a clone")
        if not one.has_depth:
            found.append("no read depth given; scatter as the table shows it")
        if self.treated.of(self.member, 0.0, 0.0):
            found.append("net growth is one rate over all visits; growth on and off treatment is told apart beside it")
        if len(self.member.variants) > 1:
            found.append(f"in the same cells as {len(self.member.variants) - 1} other variants")
        return tuple(found)


def _variance(density: np.ndarray) -> float:
    mean = (FINE * density).sum()
    return float(((FINE - mean) ** 2 * density).sum())
