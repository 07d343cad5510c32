"""Experiments on a shaken marrow: blood loss, cytotoxic drug, ablation, destruction, aplasia."""

from __future__ import annotations

import math

import numpy as np

from hscape.biology.channels import Channel
from hscape.biology.influence import Change, Context, Influence, Jump
from hscape.biology.influences import Bleeding, CytotoxicPulse, PlateletDestruction, RedCellAplasia
from hscape.dynamics.simulate import simulate
from hscape.history import History
from hscape.parameters import Parameters
from hscape.patient import Patient
from hscape.validation.steady import ProductionStop, first_day

EVENT_DAY = 7.0
MEASUREMENT_ERROR_FRACTION = 0.01  # carbon monoxide rebreathing tells 1 to 2 percent of hemoglobin mass
IRON_POOR_STORES_MG = 100.0  # ferritin of at most 26 ng/mL, at 8 to 10 mg of stores per ng/mL


class ConstantChange(Influence):
    """One channel changed from the event day on."""

    def __init__(self, channel: Channel, *, factor: float = 1.0, addition: float = 0.0) -> None:
        self.channel, self.factor, self.addition = channel, factor, addition

    def changes(self, context: Context) -> list[Change]:
        """The change."""
        return [Change(channel=self.channel, start_day=EVENT_DAY, factor=self.factor, addition=self.addition)]


def _run(
    parameters: Parameters,
    influences: Influence | list[Influence],
    days: float,
    *,
    sex: str = "male",
    every: float = 1.0,
) -> History:
    """Expectations are enough here: chance is invisible in 1e5 stem cells."""
    listed = influences if isinstance(influences, list) else [influences]
    patient = Patient(age_years=35, sex=sex, parameters=parameters, influences=listed)
    return simulate(patient, days=days, seed=0, kernel="mean", output_every_days=every)


def donation(parameters: Parameters, seed: int) -> dict[str, dict[str, float]]:
    """550 mL from an iron-replete man."""
    history = _run(parameters, Bleeding(day=EVENT_DAY, volume_ml=550.0), 210.0)
    mass = history.counts["hemoglobin_mass_g"].to_numpy()
    days, start = history.days - EVENT_DAY, mass[0]
    lowest = int(mass.argmin())
    recovery = first_day(days, mass / start, 1.0 - MEASUREMENT_ERROR_FRACTION, below=False, after=lowest)
    left = start * (1.0 - 0.55 / float(history.constants["blood_volume_normal_liters"]))
    regained = {f"week_{w}": float((np.interp(7.0 * w, days, mass) - left) / (start - left)) for w in (1, 2, 3, 4)}
    return {"5": {"recovery_days": recovery}, "5b": regained}


class EmptiedStores(Influence):
    """Iron stores that earlier donations have used up."""

    def __init__(self, left_fraction: float) -> None:
        self.left_fraction = left_fraction

    def jumps(self, context: Context) -> list[Jump]:
        """The stores fall on the event day; losses stay those of the healthy person."""
        return [Jump(day=EVENT_DAY, target="iron_stores", factor=self.left_fraction)]


def donation_with_iron(parameters: Parameters, seed: int) -> dict[str, dict[str, float]]:
    """500 mL from an iron-poor woman, without and with 37.5 mg of iron a day for 24 weeks."""
    left = EmptiedStores(IRON_POOR_STORES_MG / parameters["iron_stores_female_mg"])
    found = []
    for iron in (0.0, 37.5):
        event = Bleeding(day=EVENT_DAY, volume_ml=500.0, iron_mg_per_day=iron, iron_days=168.0)
        history = _run(parameters, [left, event], 735.0, sex="female")
        hemoglobin = history.counts["hemoglobin_g_per_dl"].to_numpy()
        start, lowest = hemoglobin[0], int(hemoglobin[:30].argmin())
        level = hemoglobin[lowest] + 0.8 * (start - hemoglobin[lowest])
        found.append(first_day(history.days - EVENT_DAY, hemoglobin, level, below=False, after=lowest))
    ratio = found[0] / found[1] if all(math.isfinite(x) for x in found) else math.inf
    return {"6": {"without_iron_days": found[0], "with_iron_days": found[1], "ratio": ratio}}


def docetaxel(parameters: Parameters, seed: int) -> dict[str, dict[str, float]]:
    """180 mg once."""
    history = _run(parameters, CytotoxicPulse(day=EVENT_DAY, dose_mg=180.0), 56.0, every=0.25)
    share = history.counts["neutrophils_1e9_per_l"].to_numpy() / history.counts["neutrophils_1e9_per_l"].iloc[0]
    days, nadir = history.days - EVENT_DAY, int(share.argmin())
    top = nadir + int(share[nadir:].argmax())
    return {
        "7": {
            "nadir_day": float(days[nadir]),
            "depth_fraction": float(share[nadir]),
            "half_recovery_day": first_day(days, share, 0.5, below=False, after=nadir),
            "recovery_day": first_day(days, share, 0.95, below=False, after=nadir),
            "overshoot_day": float(days[top]),
            "overshoot_fold": float(share[top]),
        }
    }


def ablation(parameters: Parameters, seed: int) -> dict[str, dict[str, float]]:
    """All that divides, and megakaryocytes, are gone in a day; what has ripened lives on."""
    pools = (
        "early_progenitors",
        "erythroid_progenitors",
        "erythroblasts",
        "neutrophil_mitotic",
        "megakaryocyte_progenitors",
        "megakaryocytes",
        "monocyte_precursors",
        "stem_cells",
    )
    history = _run(parameters, ProductionStop(EVENT_DAY, pools), 49.0, every=0.25)
    table, days = history.counts, history.days - EVENT_DAY
    neutrophils = table["neutrophils_1e9_per_l"].to_numpy() / table["neutrophils_1e9_per_l"].iloc[0]
    platelets = table["platelets_1e9_per_l"].to_numpy() / table["platelets_1e9_per_l"].iloc[0]
    hemoglobin = table["hemoglobin_g_per_dl"].to_numpy()
    fall = (np.interp(7.0, days, hemoglobin) - np.interp(35.0, days, hemoglobin)) / 4.0
    return {
        "8": {
            "neutrophils_kept_days": first_day(days, neutrophils, 0.9, below=True),
            "platelets_gone_day": first_day(days, platelets, 0.1, below=True),
            "hemoglobin_fall_g_per_dl_per_week": float(fall),
        }
    }


def _level_at(parameters: Parameters, influences: list[Influence], column: str, wanted: float, signal: str) -> float:
    """Signal (relative to its first value) where the resting count equals what is wanted, between influences."""
    counts, levels = [], []
    for influence in influences:
        table = _run(parameters, influence, 1099.0, every=7.0).counts
        counts.append(float(table[column].iloc[-1]))
        levels.append(float(table[signal].iloc[-1] / table[signal].iloc[0]))
    order = np.argsort(counts)
    if not counts[order[0]] <= wanted <= counts[order[-1]]:
        return math.inf
    return float(np.exp(np.interp(wanted, np.array(counts)[order], np.log(np.array(levels)[order]))))


def thrombopoietin(parameters: Parameters, seed: int) -> dict[str, dict[str, float]]:
    """Thrombopoietin at 25e9/L platelets: too few made, or too many destroyed."""
    failing: list[Influence] = [
        ConstantChange(Channel.PROGENITOR_OUTPUT, factor=f) for f in (0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.06, 0.1)
    ]
    destroyed: list[Influence] = [
        PlateletDestruction(day=EVENT_DAY, destruction_per_day=k) for k in (0.4, 0.8, 1.0, 1.2, 1.4, 1.8, 2.5, 4.0)
    ]
    args = ("platelets_1e9_per_l", 25.0, "thrombopoietin_pg_per_ml")
    return {
        "9": {
            "failing_marrow_fold": _level_at(parameters, failing, *args),
            "immune_destruction_fold": _level_at(parameters, destroyed, *args),
        }
    }


def erythropoietin(parameters: Parameters, seed: int) -> dict[str, dict[str, float]]:
    """Erythropoietin at Hb 8: on the way down in aplasia, and at rest in hemolysis."""
    table = _run(parameters, RedCellAplasia(day=EVENT_DAY, duration_days=400.0), 250.0).counts
    hemoglobin = table["hemoglobin_g_per_dl"].to_numpy()
    aplasia = (
        float(np.interp(-8.3, -hemoglobin, table["erythropoietin_mu_per_ml"])) if hemoglobin.min() < 8.3 else math.inf
    )
    hemolysis: list[Influence] = [
        ConstantChange(Channel.RED_CELL_DESTRUCTION_PER_DAY, addition=k)
        for k in (0.03, 0.05, 0.06, 0.07, 0.08, 0.1, 0.14, 0.2)
    ]
    fold = _level_at(parameters, hemolysis, "hemoglobin_g_per_dl", 8.0, "erythropoietin_mu_per_ml")
    hyperplasia = fold * float(table["erythropoietin_mu_per_ml"].iloc[0])
    return {"11": {"aplasia_mu_per_ml": aplasia, "hyperplasia_mu_per_ml": hyperplasia, "ratio": aplasia / hyperplasia}}
