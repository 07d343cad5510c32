"""Growth of clones from serial sequencing: net growth, fitness, onset, and what treatment changes."""

from hscape.clones.growth.fit import fit_growth
from hscape.clones.growth.results import CloneGrowth, Estimate, GeneGrowth, GrowthFit

__all__ = ["CloneGrowth", "Estimate", "GeneGrowth", "GrowthFit", "fit_growth"]
