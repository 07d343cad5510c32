"""Public serial readings of clones that also have a phylogeny; read in place, skipped where absent."""

import os
from pathlib import Path

import pandas as pd
import pytest

from hscape.clones import fit_growth

SHARED = Path(os.environ.get("HSCAPE_SHARED_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
FOLDER = SHARED / "clonerate_hsc_phylogenies"


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"public data not found at {FOLDER}; set HSCAPE_SHARED_DATA")
def test_growth_from_readings_agrees_with_the_phylogeny_of_the_same_clone():
    """The published tree estimate of each clone must lie in the 95 % interval of fitness from its VAFs.

    Trees see the rate before crowding, as fitness does. Two trees of three is the least that chance allows to ask: the
    trees have intervals of their own.
    """
    readings = pd.read_csv(FOLDER / "longitudinal_vaf_matched.csv")
    trees = pd.read_csv(FOLDER / "baseline_logistic_fits_of_matched_vaf.csv").dropna(subset=["il_r_tree"])
    table = pd.DataFrame({
        "person": readings["Sample.ID"], "variant": readings["Gene"] + " " + readings["Protein"],
        "age_years": readings["Age"], "vaf": readings["VAF"],
    })  # fmt: skip
    fits = {clone.person: clone for clone in fit_growth(table).clones}
    assert len(fits) == 16
    inside = []
    for tree in trees.itertuples():
        fitness = fits[tree.individual].fitness_per_year
        print(tree.individual, fitness, tree.il_r_tree, tree.ml_r_tree)
        inside.append(
            fitness.low <= max(tree.il_r_tree, tree.ml_r_tree) and min(tree.il_r_tree, tree.ml_r_tree) <= fitness.high
        )
    assert sum(inside) >= 2
    assert fits["PD9478"].verdict == fits["PD41276"].verdict == "growing"
