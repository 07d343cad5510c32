"""The same patient on the same draws with one thing changed: what a clone, its escape, or a treatment brought."""

from hscape.counterfactuals.attribution import Attribution, attribute, largest_clone
from hscape.counterfactuals.changes import Changes
from hscape.counterfactuals.compare import Counterfactual, counterfactual
from hscape.counterfactuals.many import ManyAttributions, attribute_many

__all__ = [
    "Attribution",
    "Changes",
    "Counterfactual",
    "ManyAttributions",
    "attribute",
    "attribute_many",
    "counterfactual",
    "largest_clone",
]
