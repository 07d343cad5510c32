"""The public tables that the growth section reads in place."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

SHARED = Path(os.environ.get("HSCAPE_SHARED_DATA", Path(__file__).resolve().parent.parent.parent / "shared" / "data"))


def is_there() -> bool:
    return SHARED.is_dir()


def sardinia() -> pd.DataFrame:
    table = pd.read_csv(SHARED / "fabre2022_sardinia_longitudinal_vaf" / "fabre2022_table2_long.csv")
    change = table.chromosome.astype(str) + ":" + table.start.astype(str) + table.wt + ">" + table.mt
    table["variant"] = table.gene + " " + change
    table = table.rename(columns={"sample_id": "person", "protein": "site"})
    return table[["person", "sex", "age_years", "variant", "gene", "site", "vaf"]]


def lothian() -> pd.DataFrame:
    """Trajectories without gene and person: each is taken as a person of its own; classes are kept aside."""
    table = pd.read_csv(SHARED / "robertson2022_lbc_fitness" / "lbc_vaf_trajectories_unlabelled.csv")
    table["person"] = "t" + table.trajectory.astype(str)
    return table.rename(columns={"trajectory": "variant"})


def watson() -> pd.DataFrame:
    return pd.read_csv(SHARED / "watson2020_ch_fitness_landscape" / "all_studies_snvs_trimmed.csv")
