"""Growth of clones from phylogenies of single-cell colonies, and phylogenies of simulated people."""

from hscape.clones.phylogeny.bottleneck import Engrafted, Window, engrafted_cells, window_of
from hscape.clones.phylogeny.clades import Clone, chosen_clade, whole_tree
from hscape.clones.phylogeny.estimate import CloneGrowth, estimate_growth
from hscape.clones.phylogeny.files import read_clades, read_trees
from hscape.clones.phylogeny.fractions import Series, read_series
from hscape.clones.phylogeny.newick import read_newick, write_newick
from hscape.clones.phylogeny.tree import Tree
from hscape.clones.phylogeny.ultrametric import check_ultrametric

__all__ = [
    "Clone",
    "CloneGrowth",
    "Engrafted",
    "Series",
    "Tree",
    "Window",
    "check_ultrametric",
    "chosen_clade",
    "engrafted_cells",
    "estimate_growth",
    "read_clades",
    "read_newick",
    "read_series",
    "read_trees",
    "whole_tree",
    "window_of",
    "write_newick",
]
