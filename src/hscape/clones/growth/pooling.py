"""Clones of one gene teach each other: fitness around a site, sites around a gene, genes around a common mean.

What a clone is (selected, made by chance, an error) and how fitness is spread is estimated from the whole table
(empirical Bayes); sums over the means of genes and sites are exact on a grid, and every clone meets a prior made
without its own readings.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from hscape.clones.growth.error_law import ErrorLaw
from hscape.clones.growth.evidence import FINE, Evidence
from hscape.clones.growth.posteriors import ClonePosterior, GenePosterior, Pooled
from hscape.parameters import Parameters

#: Means of genes that are weighed, per year; spreads of clones relative to the assumed one; rounds of estimation.
MEANS = np.linspace(-0.4, 1.0, 141)
_SPREAD_FOLDS = np.array([0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0])
_ROUNDS, _SHARE_ROUNDS = 5, 30
_CENTERS = np.linspace(-0.1, 0.4, 26)


def pool(
    evidence: Sequence[Evidence],
    genes: Sequence[str],
    sites: Sequence[str],
    parameters: Parameters,
    *,
    is_filtered: bool = True,
    learned: Pooled | None = None,
) -> Pooled:
    """Pool clones by gene and site.

    Args:
        evidence: one a clone.
        genes: symbol of each; clones without one are pooled together.
        sites: site of each, empty for none of its own.
        parameters: numbers in force.
        is_filtered: True if errors of sequencing were removed before: their share is then the assumed small one, since
            a flat clone and an error look alike; False estimates the shares from the table.
        learned: an earlier answer whose shares, spreads and errors are taken as they are; None estimates them.
    """
    pooling = _Pooling(evidence, genes, sites, parameters, is_filtered)
    if learned is None:
        pooling.estimate()
    else:
        pooling.take(learned)
    return pooling.tell()


class _Pooling:
    """The state of the estimation."""

    def __init__(
        self,
        evidence: Sequence[Evidence],
        genes: Sequence[str],
        sites: Sequence[str],
        parameters: Parameters,
        is_filtered: bool,
    ) -> None:
        self.selected = np.array([one.selected for one in evidence])
        self.drift = np.array([one.drift for one in evidence])
        self.error = np.array([one.error.ravel() for one in evidence])
        self.genes, self.p = list(genes), parameters
        self.groups: dict[str, dict[str, list[int]]] = {}
        for i, (gene, site) in enumerate(zip(genes, sites, strict=True)):
            self.groups.setdefault(gene or f"clone {i}", {}).setdefault(site or f"clone {i}", []).append(i)
        self.site_keys = [(gene, site) for gene, group in self.groups.items() for site in group]
        self.site_of = np.empty(len(self.selected), int)
        for row, (gene, site) in enumerate(self.site_keys):
            self.site_of[self.groups[gene][site]] = row
        self.gene_names = list(self.groups)
        self.gene_of = np.array([self.gene_names.index(gene) for gene, _ in self.site_keys]) if len(
            self.gene_names) < len(self.site_keys) else np.arange(len(self.site_keys))  # fmt: skip
        self.base = parameters["clone_growth_clone_spread_per_year"]
        self.spread = self.base
        self.freedom = parameters["clone_growth_tail_freedom"]
        self.mean = parameters["clone_growth_mean_per_year"]
        self.is_filtered = is_filtered
        drift = parameters["clone_growth_drift_share"]
        error = parameters[f"clone_growth_{'filtered' if is_filtered else 'unfiltered'}_error_share"]
        self.assumed = np.array([1.0 - drift - error, drift, error])
        self.shares = self.assumed.copy()
        self.errors = ErrorLaw.assumed(parameters)
        self.log_kinds = self.errors.log_kinds()
        self.top = self.selected.max(axis=1)
        self.tables = {fold: self._table(fold * self.base) for fold in _SPREAD_FOLDS}

    def _table(self, spread: float) -> np.ndarray:
        """Log probability of the readings of each selected clone at each mean, shape (clones, means)."""
        around = _around(spread, self.freedom)
        with np.errstate(divide="ignore"):
            return np.log(np.exp(self.selected - self.top[:, None]) @ around) + self.top[:, None]

    def estimate(self) -> None:
        """Spreads, shares and errors from the table."""
        for _ in range(_ROUNDS):
            self._estimate_spread()
            priors = self._means_of_clones()[0]
            self._estimate_shares(self._log_selected(priors))

    def take(self, learned: Pooled) -> None:
        """Spreads, shares and errors of another table."""
        self.spread, self.mean = learned.spread_per_year, learned.mean_per_year
        self.shares, self.errors = learned.shares, learned.errors
        self.log_kinds = self.errors.log_kinds()

    def tell(self) -> Pooled:
        """Every clone and gene with what was estimated or taken."""
        priors, genes = self._means_of_clones()
        classes = self._classes(self._log_selected(priors))
        every = priors @ _around(self.spread, self.freedom).T
        clones = tuple(self._clone(i, every[i], told) for i, told in enumerate(classes))
        return Pooled(clones, genes, self.shares, float(self.spread), float(self.mean), self.errors)

    def _fold(self) -> float:
        return float(_SPREAD_FOLDS[np.argmin(abs(_SPREAD_FOLDS * self.base - self.spread))])

    def _log_selected(self, priors: np.ndarray) -> np.ndarray:
        """Log probability of each clone's readings if selected, over its prior of means."""
        return _log_sum(self.tables[self._fold()] + np.log(np.maximum(priors, 1e-300)))

    def _log_error(self) -> np.ndarray:
        return _log_sum(self.error + self.log_kinds)

    def _mixed(self, table: np.ndarray) -> np.ndarray:
        """Log probability of each clone's readings at each mean, whatever the clone is."""
        with np.errstate(divide="ignore"):
            log_shares = np.log(self.shares)
        rest = np.logaddexp(log_shares[1] + self.drift, log_shares[2] + self._log_error())
        return np.logaddexp(log_shares[0] + table, rest[:, None])

    def _sites(self, mixed: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Log probability of each site at its own mean and at each mean of its gene; the kernel between them."""
        kernel = np.exp(_log_bell(MEANS[:, None], MEANS[None, :], self.p["clone_growth_site_spread_per_year"]))
        kernel /= kernel.sum(axis=0)
        own = np.zeros((len(self.site_keys), MEANS.size))
        np.add.at(own, self.site_of, mixed)
        top = own.max(axis=1, keepdims=True)
        return own, np.log(np.maximum(np.exp(own - top) @ kernel, 1e-300)) + top, kernel

    def _genes(self, of_sites: np.ndarray) -> np.ndarray:
        """Log probability of each gene at each of its means."""
        found = np.zeros((len(self.gene_names), MEANS.size))
        np.add.at(found, self.gene_of, of_sites)
        return found

    def _log_gene_prior(self) -> np.ndarray:
        prior = _log_bell(MEANS, self.mean, self.p["clone_growth_gene_spread_per_year"])
        return prior - _log_sum(prior)

    def _estimate_spread(self) -> None:
        """The spread of clones and the mean of genes that make the table most probable, with their priors."""
        best = -np.inf
        for fold in _SPREAD_FOLDS:
            genes = self._genes(self._sites(self._mixed(self.tables[fold]))[1])
            total = float(_log_bell(np.log(fold), 0.0, self.p["clone_growth_clone_spread_log_sd"]))
            total += float(_log_sum(self._log_gene_prior() + genes).sum())
            if total > best:
                best, self.spread, chosen = total, fold * self.base, genes
        width = self.p["clone_growth_gene_spread_per_year"]
        scores = []
        for center in _CENTERS:
            prior = _log_bell(MEANS, center, width)
            prior -= _log_sum(prior)
            score = _log_bell(center, self.p["clone_growth_mean_per_year"], 0.5 * width)
            scores.append(score + _log_sum(prior + chosen).sum())
        self.mean = float(_CENTERS[int(np.argmax(scores))])

    def _means_of_clones(self) -> tuple[np.ndarray, tuple[GenePosterior, ...]]:
        """For each clone the probability of the mean of its site without its own readings; the genes."""
        mixed = self._mixed(self.tables[self._fold()])
        own, of_sites, kernel = self._sites(mixed)
        log_genes = self._log_gene_prior() + self._genes(of_sites)
        without = _normal(log_genes[self.gene_of] - of_sites)
        log_sites = np.log(np.maximum(without @ kernel.T, 1e-300)) + own
        priors = _normal(log_sites[self.site_of] - mixed)
        found = []
        for name, density in zip(self.gene_names, _normal(log_genes), strict=True):
            size = self.genes.count(name)
            if size:
                found.append(GenePosterior(name, density, size))
        return priors, tuple(sorted(found, key=lambda one: one.gene))

    def _classes(self, log_selected: np.ndarray) -> np.ndarray:
        """Probability that each clone is selected, by chance, an error; shape (clones, 3)."""
        logs = np.stack([log_selected, self.drift, self._log_error()], axis=1) + np.log(np.maximum(self.shares, 1e-300))
        return np.exp(logs - _log_sum(logs)[:, None])

    def _estimate_shares(self, log_selected: np.ndarray) -> None:
        weight = self.p["clone_growth_share_weight_count"]
        for _ in range(_SHARE_ROUNDS):
            told = self._classes(log_selected)
            if not self.is_filtered:
                self.shares = (told.sum(axis=0) + weight * self.assumed) / (len(told) + weight)
            of_kind = self.error + self.log_kinds
            of_kind = np.exp(of_kind - _log_sum(of_kind)[:, None]) * told[:, 2:]
            self.errors = self.errors.learn(of_kind.sum(axis=0), weight * self.assumed[2], weight, self.p)
            self.log_kinds = self.errors.log_kinds()

    def _clone(self, i: int, prior: np.ndarray, classes: np.ndarray) -> ClonePosterior:
        density = prior * np.exp(self.selected[i] - self.top[i])
        return ClonePosterior(density / density.sum(), prior / prior.sum(), *(float(one) for one in classes))


@functools.lru_cache(maxsize=16)
def _around(spread: float, freedom: float) -> np.ndarray:
    """Fitness of clones around each mean: Student's t with heavy tails, (fitnesses, means); columns sum to one."""
    away = (FINE[:, None] - MEANS[None, :]) / spread
    found = (1.0 + away**2 / freedom) ** (-0.5 * (freedom + 1.0))
    return found / found.sum(axis=0)


def _log_sum(logs: np.ndarray) -> np.ndarray:
    """Log of the sum of exponentials along the last axis."""
    top = logs.max(axis=-1, keepdims=True)
    return np.log(np.exp(logs - top).sum(axis=-1)) + top[..., 0]


def _log_bell(x: np.ndarray | float, center: float | np.ndarray, spread: float) -> np.ndarray:
    """Log of the normal density."""
    return -0.5 * ((x - center) / spread) ** 2 - np.log(spread * np.sqrt(2.0 * np.pi))


def _normal(logs: np.ndarray) -> np.ndarray:
    """Probabilities from logarithms, along the last axis."""
    return np.exp(logs - _log_sum(logs)[..., None])
