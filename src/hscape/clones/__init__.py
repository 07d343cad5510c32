"""Growth and escape of clones from serial sequencing and from phylogenies."""

from hscape.clones.growth import fit_growth

__all__ = ["fit_growth"]
