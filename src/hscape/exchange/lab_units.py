"""How laboratories write units, and the factor from each to the one unit of the chart.

A *family* is what a column is about (platelets); each of its units leads to an analyte and a factor. The first
unit is the chart's own. `usual` is the range outside which a value is doubted, given in the chart's unit: wide
enough for failure, G-CSF and engraftment, narrow enough that a slip of a thousand falls outside.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

#: Hemoglobin, mmol/L (of the monomer) to g/dL.
HEMOGLOBIN_G_PER_DL_PER_MMOL_PER_L = 1.6114


@dataclass(frozen=True, slots=True)
class LabUnit:
    """One way to write a quantity: value in this unit times factor is the value of the analyte."""

    key: str
    analyte: str
    factor: float


@dataclass(frozen=True, slots=True)
class Family:
    """What a column is about, its units, and the usual range in the first unit."""

    name: str
    units: tuple[LabUnit, ...]
    low: float
    high: float

    def unit(self, key: str) -> LabUnit | None:
        """The unit of a normalized text, None if this family has no such unit."""
        return next((unit for unit in self.units if unit.key == key), None)


def _counts(analyte: str) -> list[tuple[str, str, float]]:
    return [
        ("10^9/L", analyte, 1.0),
        ("/uL", analyte, 0.001),
        ("10^4/uL", analyte, 10.0),
        ("10^2/uL", analyte, 0.1),
        ("10^12/L", analyte, 1000.0),
        ("10^6/L", analyte, 0.001),
    ]


def _shares(analyte: str) -> list[tuple[str, str, float]]:
    return [("1", analyte, 1.0), ("%", analyte, 0.01), ("permille", analyte, 0.001)]


def _family(name: str, low: float, high: float, units: list[tuple[str, str, float]]) -> Family:
    return Family(name, tuple(LabUnit(*unit) for unit in units), low, high)


#: Made-up analyte for a percentage of white cells; becomes an absolute count in `derive`.
WHITE_CELL_SHARE = {
    family: f"{family}_white_cell_share"
    for family in ("neutrophils", "bands", "lymphocytes", "monocytes", "eosinophils")
}


def _differential(name: str, low: float, high: float) -> Family:
    analyte = f"{name}_1e9_per_l" if name != "bands" else "bands_1e9_per_l"
    return _family(
        name,
        low,
        high,
        [*_counts(analyte), ("%", WHITE_CELL_SHARE[name], 0.01), ("1", WHITE_CELL_SHARE[name], 1.0)],
    )


FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        _family(
            "hemoglobin",
            2.5,
            20.5,
            [
                ("g/dL", "hemoglobin_g_per_dl", 1.0),
                ("g/L", "hemoglobin_g_per_dl", 0.1),
                ("mmol/L", "hemoglobin_g_per_dl", HEMOGLOBIN_G_PER_DL_PER_MMOL_PER_L),
            ],
        ),
        _family("hematocrit", 0.06, 0.65, _shares("hematocrit_fraction")),
        _family(
            "red_cells",
            0.6,
            8.0,
            [
                ("10^12/L", "red_cells_1e12_per_l", 1.0),
                ("10^4/uL", "red_cells_1e12_per_l", 0.01),
                ("/uL", "red_cells_1e12_per_l", 1e-6),
                ("10^9/L", "red_cells_1e12_per_l", 0.001),
            ],
        ),
        _family(
            "mean_cell_volume",
            50,
            150,
            [("fL", "mean_cell_volume_fl", 1.0), ("um3", "mean_cell_volume_fl", 1.0)],
        ),
        _family(
            "mean_cell_hemoglobin",
            14,
            55,
            [("pg", "mean_cell_hemoglobin_pg", 1.0), ("fmol", "mean_cell_hemoglobin_pg", 16.114)],
        ),
        _family(
            "reticulocytes",
            0.0,
            500,
            [
                *_counts("reticulocytes_1e9_per_l"),
                ("%", "reticulocytes_fraction", 0.01),
                ("permille", "reticulocytes_fraction", 0.001),
                ("1", "reticulocytes_fraction", 1.0),
            ],
        ),
        _family("platelets", 1.0, 1500, _counts("platelets_1e9_per_l")),
        _family("immature_platelets", 0, 0.8, _shares("immature_platelets_fraction")),
        _family("white_cells", 0.02, 120, _counts("white_cells_1e9_per_l")),
        _differential("neutrophils", 0.0, 80),
        _differential("bands", 0.0, 40),
        _differential("lymphocytes", 0.0, 50),
        _differential("monocytes", 0.0, 20),
        _differential("eosinophils", 0.0, 30),
        *(
            _family(name, 0, 1, _shares(analyte))
            for name, analyte in (
                ("marrow_cellularity", "marrow_cellularity_fraction"),
                ("marrow_residual_hematopoietic", "marrow_residual_hematopoietic_fraction"),
                ("marrow_fat", "marrow_fat_fraction"),
                ("cd34", "cd34_fraction"),
                ("blast", "blast_fraction"),
                ("blast_blood", "blast_blood_fraction"),
                ("ring_sideroblast", "ring_sideroblast_fraction"),
                ("donor_chimerism", "donor_chimerism_fraction"),
            )
        ),
        _family(
            "ferritin",
            1,
            50_000,
            [("ng/mL", "ferritin_ng_per_ml", 1.0), ("pmol/L", "ferritin_ng_per_ml", 0.445)],
        ),
        _family(
            "lactate_dehydrogenase",
            40,
            10_000,
            [
                ("U/L", "lactate_dehydrogenase_u_per_l", 1.0),
                ("ukat/L", "lactate_dehydrogenase_u_per_l", 60.0),
            ],
        ),
        _family(
            "bilirubin",
            1,
            800,
            [("umol/L", "bilirubin_umol_per_l", 1.0), ("mg/dL", "bilirubin_umol_per_l", 17.1)],
        ),
        _family(
            "creatinine",
            10,
            2000,
            [("umol/L", "creatinine_umol_per_l", 1.0), ("mg/dL", "creatinine_umol_per_l", 88.4)],
        ),
        _family(
            "vitamin_b12",
            30,
            10_000,
            [("pg/mL", "vitamin_b12_pg_per_ml", 1.0), ("pmol/L", "vitamin_b12_pg_per_ml", 1.355)],
        ),
        _family("folate", 0.2, 80, [("ng/mL", "folate_ng_per_ml", 1.0), ("nmol/L", "folate_ng_per_ml", 0.4414)]),
        _family("copper", 0.5, 50, [("umol/L", "copper_umol_per_l", 1.0), ("ug/dL", "copper_umol_per_l", 0.1574)]),
        _family(
            "telomere_lymphocyte",
            0,
            100,
            [("centile", "telomere_lymphocyte_centile", 1.0), ("%", "telomere_lymphocyte_centile", 1.0)],
        ),
        _family(
            "thrombopoietin",
            1,
            20_000,
            [("pg/mL", "thrombopoietin_pg_per_ml", 1.0), ("ng/mL", "thrombopoietin_pg_per_ml", 1000.0)],
        ),
        _family("erythropoietin", 0.5, 100_000, [("mU/mL", "erythropoietin_mu_per_ml", 1.0)]),
        _family(
            "cyclosporine_trough",
            0,
            2500,
            [
                ("ng/mL", "cyclosporine_trough_ng_per_ml", 1.0),
                ("nmol/L", "cyclosporine_trough_ng_per_ml", 1.2026),
            ],
        ),
    )
}

_WRITTEN: dict[str, tuple[str, ...]] = {
    "10^9/L": (
        "109/l",
        "10e9/l",
        "10exp9/l",
        "e9/l",
        "g/l!",
        "gpt/l",
        "gpa/l",
        "giga/l",
        "103/ul",
        "10e3/ul",
        "103/mm3",
        "e3/ul",
        "k/ul",
        "k/mm3",
        "k/mcl",
        "tsd/ul",
        "tsd/mm3",
        "thou/ul",
        "thou/mcl",
        "thousand/ul",
        "1000/ul",
        "1000/mm3",
        "/nl",
        "k",
        "103/mcl",
        "bill/l",
        "billion/l",
        "mil/mm3",
        "miles/mm3",
        "miles/ul",
        "千/ul",
        "103/microl",
        "106/ml",
        "103",
    ),
    "/uL": ("/ul", "/mm3", "/mcl", "/microl", "ul", "mm3", "/cmm", "个/ul", "個/ul", "106/l!"),
    "10^6/L": ("106/l", "10e6/l", "m/l"),
    "10^4/uL": ("104/ul", "万/ul", "万", "10e4/ul", "万/mm3", "104/mm3", "×万/ul"),
    "10^2/uL": ("102/ul", "100/ul", "102/mm3"),
    "10^12/L": (
        "1012/l",
        "10e12/l",
        "t/l",
        "tpt/l",
        "tera/l",
        "106/ul",
        "106/mm3",
        "m/ul",
        "mio/ul",
        "million/ul",
        "m/mm3",
        "mill/mm3",
        "mill/ul",
        "10e6/ul",
    ),
    "g/dL": ("g/dl", "gm/dl", "gr/dl", "g%", "g/100ml", "gdl"),
    "g/L": ("g/l", "gm/l", "gr/l"),
    "mmol/L": ("mmol/l", "mmol"),
    "%": (
        "%",
        "percent",
        "pct",
        "prozent",
        "vol%",
        "pourcent",
        "porcentaje",
        "per100wbc",
        "%ofcells",
        "%cells",
    ),
    "permille": ("‰", "permille", "promille", "pro1000", "per1000", "/1000", "0/00", "pourmille", "pormil"),
    "1": ("1", "fraction", "l/l", "0-1", "share", "ratio", "proportion"),
    "fL": ("fl", "femtoliter", "femtolitre"),
    "um3": ("um3",),
    "pg": ("pg",),
    "fmol": ("fmol",),
    "ng/mL": ("ng/ml", "ug/l", "mcg/l"),
    "pg/mL": ("pg/ml", "ng/l"),
    "pmol/L": ("pmol/l",),
    "nmol/L": ("nmol/l",),
    "U/L": ("u/l", "iu/l", "ui/l"),
    "ukat/L": ("ukat/l",),
    "umol/L": ("umol/l", "mcmol/l"),
    "mg/dL": ("mg/dl", "mg%"),
    "ug/dL": ("ug/dl", "mcg/dl"),
    "mU/mL": ("mu/ml", "miu/ml", "u/l!", "iu/l!", "mui/ml"),
    "centile": ("centile", "percentile", "%ile", "pctl", "th centile", "th percentile"),
}
_KEYS: dict[str, str] = {text: key for key, texts in _WRITTEN.items() for text in texts if not text.endswith("!")}
_COUNT_G = {"g/l", "gpt/l"}


@functools.lru_cache(maxsize=4096)
def flatten_unit(text: str) -> str:
    """A unit as laboratories write it, without case, spaces, multiplication signs and powers."""
    flat = unicodedata.normalize("NFKC", text).strip().lower()
    flat = flat.replace("μ", "u").replace("µ", "u").replace("×", "x").replace("·", "").replace(" per ", "/")
    flat = re.sub(r"\b(cells?|zellen|cellules|celulas|platelets|plt|wbc|of)\b", "", flat)
    flat = re.sub(r"\s+", "", flat)
    flat = re.sub(r"^[x*]+(?=1?0|e)", "", flat)
    flat = re.sub(r"(?<=\d)[\^*](?=\d)", "", flat)
    flat = re.sub(r"liters?|litres?|litern?", "l", flat)
    return flat.strip("[]()")


@functools.lru_cache(maxsize=4096)
def read_unit(text: str, family: str) -> LabUnit | None:
    """The unit that a text means for a family, None if it is none of that family's."""
    flat = flatten_unit(text)
    known = FAMILIES[family]
    is_count = known.unit("/uL") is not None
    if is_count and flat in _COUNT_G:  # G/L: giga per liter
        return known.unit("10^9/L")
    if family == "erythropoietin" and flat in ("u/l", "iu/l", "ui/l"):
        return known.unit("mU/mL")
    if family == "lactate_dehydrogenase" and flat in ("u", "iu"):
        return known.unit("U/L")
    key = _KEYS.get(flat)
    if key is None and text in {unit.key for unit in known.units}:
        key = text
    return known.unit(key) if key else None


@functools.lru_cache(maxsize=4096)
def looks_like_unit(text: str) -> bool:
    """True if the text is a unit of anything."""
    return flatten_unit(text) in _KEYS
