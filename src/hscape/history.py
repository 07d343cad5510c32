"""History: what happened in one simulated patient, as tables with the unit in each column name."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from hscape.biology.balance import one_row
from hscape.biology.clone_kinds import CloneKind, clone_label
from hscape.biology.influence import compile_influences
from hscape.biology.readout import read_rows, reticulocytes_1e9_per_l
from hscape.biology.state import POOLS
from hscape.patient import Patient
from hscape.units import DAYS_PER_YEAR, TICKS_PER_DAY

if TYPE_CHECKING:  # a third of a second to load, which `explain` does not need
    import pandas as pd

#: Digits that every real number keeps in files and digests; beyond them platforms may differ.
DIGITS = 9
#: The blood is that of an adult; below this age it is not given.
ADULT_YEARS = 18.0
#: Below this share of its normal cells a marrow has nothing to plate, and colonies per cell are not given.
FEWEST_MARROW_CELLS = 1.0e-4
LINES = ("granulocyte", "monocyte", "lymphocyte", "platelet", "reticulocyte", "red_cell")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a history was made."""

    days: float
    seed: int
    number: int
    kernel: str
    with_blood: bool
    output_every_days: float
    clones_every_days: float
    calendar_days: float
    report_fraction: float


@dataclass(frozen=True, kw_only=True)
class History:
    """What happened.

    Args:
        patient: who.
        run: how it was simulated.
        constants: record of constants in force.
        days: day of each row, shape (n_rows,).
        states: blood state of each row relative to health, shape (n_rows, n_states).
        stem_cells: all stem cells in each row, shape (n_rows,).
        factors: splenic-pool factor, circulating-share factor, mean output of early progenitors; shape (n_rows, 3).
        clone_rows: clone table as the loop wrote it.
        clone_facts: per reported clone: kind, birth day, fitness, vulnerability, address, parent.
    """

    patient: Patient
    run: Run
    constants: np.void
    days: np.ndarray
    states: np.ndarray
    stem_cells: np.ndarray
    factors: np.ndarray
    clone_rows: np.ndarray
    clone_facts: pd.DataFrame
    last_clones: Any = field(repr=False, default=None)

    @classmethod
    def from_run(cls, patient: Patient, run: Run, constants: np.void, output: Any, clones: Any) -> History:
        """Build from the arrays that the loop filled."""
        import pandas as pd

        n = int(output.n_serials[0])
        slot, value = output.serial_slot[:n], output.serial_value[:n]
        facts = pd.DataFrame(
            {
                "serial": np.arange(n),
                "kind": slot[:, 4],
                "birth_day": slot[:, 5] / TICKS_PER_DAY,
                "fitness_per_year": value[:, 0] * DAYS_PER_YEAR,
                "vulnerability_fraction": value[:, 1],
                "address": slot[:, 0] + (slot[:, 1] << 32),
                "parent_address": slot[:, 2] + (slot[:, 3] << 32),
            }
        )
        return cls(
            patient=patient,
            run=run,
            constants=constants,
            days=output.tick / TICKS_PER_DAY,
            states=output.state,
            stem_cells=output.stem_cells,
            factors=output.channel,
            clone_rows=output.clone_row[: int(output.n_clone_rows[0])].copy(),
            clone_facts=facts,
            last_clones=clones,
        )

    def pool(self, name: str) -> np.ndarray:
        """Amount of a pool relative to health (mean over its stages), shape (n_rows,)."""
        pool = POOLS[name]
        return self.states[:, pool.start : pool.stop].mean(axis=1)

    @functools.cached_property
    def counts(self) -> pd.DataFrame:
        """Blood counts, signals and marrow; empty below 18 years, since the blood is an adult's.

        ``ltc_ic_relative_fraction`` and ``cfu_gm_relative_fraction``: stem cells, and cells that have just entered the
        granulocytic line, per nucleated marrow cell, relative to health, as colony assays give them.
        """
        import pandas as pd

        c = self.constants
        columns: dict[str, np.ndarray] = {"day": self.days}
        columns["age_years"] = np.array([self.patient.age_at(day) for day in self.days])
        if self.run.with_blood:
            child = columns["age_years"] < ADULT_YEARS
            columns |= {name: np.where(child, np.nan, values) for name, values in self._blood_columns(c).items()}
        columns["stem_cells_count"] = self.stem_cells
        return pd.DataFrame(columns)

    def _blood_columns(self, c: np.void) -> dict[str, np.ndarray]:
        volume = self.pool("blood_volume")
        red = c["blood_reticulocyte_share"] * self.pool("blood_reticulocytes") + (
            1.0 - c["blood_reticulocyte_share"]
        ) * self.pool("red_cells")
        ages = np.array([self.patient.age_at(day) for day in self.days])
        derived = read_rows(self.states, self.factors[:, 0].copy(), ages, self._signal_channels(), one_row(c))
        platelets, spleen, cellularity, g_csf, marrow = derived.T
        plated = np.where(marrow < FEWEST_MARROW_CELLS, np.nan, marrow)
        neutrophils = c["neutrophils_normal_1e9_per_l"] * self.pool("neutrophils") / volume * self.factors[:, 1]
        lymphocytes = c["lymphocytes_normal_1e9_per_l"] * self.pool("lymphocytes")  # they recirculate: no dilution
        monocytes = c["monocytes_normal_1e9_per_l"] * self.pool("monocytes") / volume
        return {
            "hemoglobin_g_per_dl": c["hemoglobin_normal_g_per_dl"] * red / volume,
            "red_cells_1e12_per_l": c["red_cells_normal_1e12_per_l"] * red / volume,
            "reticulocytes_1e9_per_l": reticulocytes_1e9_per_l(self.pool("blood_reticulocytes"), volume, c),
            "white_cells_1e9_per_l": neutrophils + lymphocytes + monocytes,
            "neutrophils_1e9_per_l": neutrophils,
            "lymphocytes_1e9_per_l": lymphocytes,
            "monocytes_1e9_per_l": monocytes,
            "platelets_1e9_per_l": c["platelets_normal_1e9_per_l"] * platelets / volume * spleen,
            "hemoglobin_mass_g": c["hemoglobin_mass_normal_g"] * red,
            "blood_volume_liters": c["blood_volume_normal_liters"] * volume,
            "erythropoietin_mu_per_ml": c["erythropoietin_normal_mu_per_ml"] * self.pool("erythropoietin"),
            "thrombopoietin_pg_per_ml": c["thrombopoietin_normal_pg_per_ml"] * self.pool("thrombopoietin"),
            "g_csf_pg_per_ml": c["g_csf_normal_pg_per_ml"] * g_csf,
            "iron_stores_mg": c["iron_stores_normal_mg"] * self.pool("iron_stores"),
            "marrow_cellularity_fraction": cellularity,
            "early_progenitors_count": c["early_progenitor_count_cells"] * self.pool("early_progenitors"),
            "ltc_ic_relative_fraction": self.stem_cells / c["stem_cell_niche_capacity_cells"] / plated,
            "cfu_gm_relative_fraction": self.states[:, POOLS["neutrophil_mitotic"].start] / plated,
        }

    def _signal_channels(self) -> np.ndarray:
        """Channels in force in each row, for signals that are an algebraic balance."""
        program = compile_influences(self.patient.influences, self.patient.context(self.run.days))
        rows = np.searchsorted(program.change_tick, np.round(self.days * TICKS_PER_DAY), side="right") - 1
        return program.addition[rows] * program.factor[rows]

    @functools.cached_property
    def clones(self) -> pd.DataFrame:
        """Clones over time: stem cells, shares of stem cells, of early progenitors and of six blood lines."""
        import pandas as pd

        rows = self.clone_rows
        days, serials = rows[:, 0] / TICKS_PER_DAY, rows[:, 1].astype(int)
        found, place = np.unique(serials, return_inverse=True)
        columns: dict[str, Any] = {"day": days}
        columns["clone"] = np.array([self.clone_name(serial) for serial in found], dtype=object)[place]
        columns["stem_cells_count"] = rows[:, 2]
        columns["stem_cell_fraction"] = rows[:, 2] / _at_days(self.days, self.stem_cells, days)
        if self.run.with_blood:
            early = np.interp(days, self.days, self.pool("early_progenitors"))
            columns["early_progenitor_fraction"] = rows[:, 3] / np.maximum(early, 1e-300)
            columns |= {f"{line}_fraction": rows[:, column] for column, line in enumerate(LINES, start=5)}
        columns["divisions_count"] = rows[:, 4]
        return pd.DataFrame(columns)

    def clone_name(self, serial: int) -> str:
        """Label: ``ordinary``, the founder's name, or the driver with a number (`unassigned driver`: no known gene)."""
        if serial < 0:
            return "ordinary"
        if serial < len(self.patient.clones):
            return self.patient.clones[serial].name
        kind = int(self.clone_facts["kind"].iloc[serial])
        return f"{clone_label(self._kinds[kind])} #{serial + 1}"

    @functools.cached_property
    def _kinds(self) -> tuple[CloneKind, ...]:
        return self.patient.clone_kinds

    def digest(self) -> str:
        """SHA-256 over the canonical values of both tables."""
        return hashlib.sha256((canonical_csv(self.counts) + canonical_csv(self.clones)).encode()).hexdigest()


def _at_days(days: np.ndarray, values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Values on wanted days: of the row where there is one, interpolated between rows elsewhere; above zero."""
    row = np.minimum(np.searchsorted(days, wanted), len(days) - 1)
    return np.maximum(np.where(days[row] == wanted, values[row], np.interp(wanted, days, values)), 1.0e-300)


def canonical_csv(table: pd.DataFrame) -> str:
    """The one text form of a table: comma-separated, nine significant digits, line feeds."""
    return table.to_csv(index=False, float_format=f"%.{DIGITS}g", lineterminator="\n")
