"""What can be measured in a chart, each with its one unit and the limits of what a living person can have.

An analyte's name ends in its unit, and every value in a chart is in that unit; conversion happens only in
`hscape.exchange`. The limits here are of possibility, not of health: a value outside them is a slip of
the pen or of the unit. Telomere length is a centile of *lymphocytes* for the age (flow-FISH) and is named so.
"""

from __future__ import annotations

from dataclasses import dataclass

from hscape.errors import unknown_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyte:
    """One thing that a laboratory reports.

    Args:
        name: name in a chart, ending in the unit.
        label: words for a page or a picture.
        unit: UCUM code.
        low: smallest possible value in a living person, in the unit.
        high: largest possible value, in the unit.
        loinc: LOINC code of the unspecified method, empty where none was found.
    """

    name: str
    label: str
    unit: str
    low: float
    high: float
    loinc: str = ""

    @property
    def is_fraction(self) -> bool:
        """True for a share between 0 and 1."""
        return self.name.endswith("_fraction")


_TABLE: tuple[tuple[str, str, str, float, float, str], ...] = (
    ("hemoglobin_g_per_dl", "Hemoglobin", "g/dL", 1.5, 25.0, "718-7"),
    ("hematocrit_fraction", "Hematocrit", "1", 0.04, 0.80, "20570-8"),
    ("red_cells_1e12_per_l", "Red cells", "10*12/L", 0.4, 9.0, "26453-1"),
    ("mean_cell_volume_fl", "Mean cell volume", "fL", 45.0, 160.0, "30428-7"),
    ("mean_cell_hemoglobin_pg", "Mean cell hemoglobin", "pg", 12.0, 60.0, "28539-5"),
    ("reticulocytes_1e9_per_l", "Reticulocytes", "10*9/L", 0.0, 900.0, "14196-0"),
    ("reticulocytes_fraction", "Reticulocytes, share of red cells", "1", 0.0, 0.5, "4679-7"),
    ("platelets_1e9_per_l", "Platelets", "10*9/L", 0.0, 3000.0, "26515-7"),
    ("immature_platelets_fraction", "Immature platelets", "1", 0.0, 0.9, ""),
    ("white_cells_1e9_per_l", "White cells", "10*9/L", 0.0, 500.0, "26464-8"),
    ("neutrophils_1e9_per_l", "Neutrophils", "10*9/L", 0.0, 150.0, "26499-4"),
    ("lymphocytes_1e9_per_l", "Lymphocytes", "10*9/L", 0.0, 300.0, "26474-7"),
    ("monocytes_1e9_per_l", "Monocytes", "10*9/L", 0.0, 100.0, "742-7"),
    ("eosinophils_1e9_per_l", "Eosinophils", "10*9/L", 0.0, 100.0, "711-2"),
    ("marrow_cellularity_fraction", "Marrow cellularity", "1", 0.0, 1.0, ""),
    (
        "marrow_residual_hematopoietic_fraction",
        "Blood-forming share of residual marrow cells",
        "1",
        0.0,
        1.0,
        "",
    ),
    ("marrow_fat_fraction", "Marrow fat (MRI)", "1", 0.0, 1.0, ""),
    ("cd34_fraction", "CD34-positive marrow cells", "1", 0.0, 1.0, ""),
    ("blast_fraction", "Blasts in marrow", "1", 0.0, 1.0, ""),
    ("blast_blood_fraction", "Blasts in blood", "1", 0.0, 1.0, ""),
    ("ring_sideroblast_fraction", "Ring sideroblasts", "1", 0.0, 1.0, ""),
    ("donor_chimerism_fraction", "Donor chimerism", "1", 0.0, 1.0, ""),
    ("ferritin_ng_per_ml", "Ferritin", "ng/mL", 0.5, 100_000.0, "2276-4"),
    ("lactate_dehydrogenase_u_per_l", "Lactate dehydrogenase", "U/L", 20.0, 30_000.0, "14804-9"),
    ("bilirubin_umol_per_l", "Bilirubin", "umol/L", 0.5, 1000.0, ""),
    ("creatinine_umol_per_l", "Creatinine", "umol/L", 8.0, 2500.0, ""),
    ("vitamin_b12_pg_per_ml", "Vitamin B12", "pg/mL", 20.0, 20_000.0, ""),
    ("folate_ng_per_ml", "Folate", "ng/mL", 0.1, 100.0, ""),
    ("copper_umol_per_l", "Copper", "umol/L", 0.2, 60.0, ""),
    (
        "telomere_lymphocyte_centile",
        "Telomere length of lymphocytes, centile for age",
        "{centile}",
        0.0,
        100.0,
        "",
    ),
    ("thrombopoietin_pg_per_ml", "Thrombopoietin", "pg/mL", 1.0, 20_000.0, ""),
    ("erythropoietin_mu_per_ml", "Erythropoietin", "mU/mL", 0.5, 100_000.0, ""),
    ("cyclosporine_trough_ng_per_ml", "Cyclosporine trough", "ng/mL", 0.0, 3000.0, ""),
)

#: Name -> analyte, in the order in which a page lists them.
ANALYTES: dict[str, Analyte] = {
    name: Analyte(name=name, label=label, unit=unit, low=low, high=high, loinc=loinc)
    for name, label, unit, low, high, loinc in _TABLE
}


def find_analyte(name: str, where: str = "analyte") -> Analyte:
    """The analyte of a name.

    Raises:
        InputError: no such analyte; the message lists the nearest.
    """
    analyte = ANALYTES.get(name)
    if analyte is None:
        raise unknown_name(where, name, ANALYTES, kind="analyte")
    return analyte
