"""Values that follow from others of the same day: neutrophils from a percentage, reticulocytes from a share.

A percentage of a manual differential is a count of about 100 cells (50 if white cells are below 1 x 10^9/L), so the
absolute count carries a binomial (Wilson) interval. A reported absolute count wins over a computed one; if the two
differ by more than a fifth, that is said.
"""

from __future__ import annotations

from hscape.exchange.issues import IssueList
from hscape.exchange.lab_units import WHITE_CELL_SHARE
from hscape.exchange.unit_fit import Value
from hscape.proportions import wilson_interval

_DISAGREEMENT = 0.20


def derive_values(values: list[Value], patient_id: str, issues: IssueList) -> list[Value]:
    """Replace percentages by absolute counts, and add absolute reticulocytes."""
    shares = {analyte: family for family, analyte in WHITE_CELL_SHARE.items()}
    has_share = any(
        value.analyte in shares or value.analyte in ("reticulocytes_fraction", "bands_1e9_per_l") for value in values
    )
    if not has_share:
        return values
    by_day: dict[float, dict[str, Value]] = {}
    for value in values:
        by_day.setdefault(value.when, {}).setdefault(value.analyte, value)
    kept = [value for value in values if value.analyte not in shares and value.analyte != "bands_1e9_per_l"]
    for day in by_day.values():
        for analyte, family in shares.items():
            if analyte in day and family != "bands":
                kept += _from_share(day, family, patient_id, issues)
        kept += _reticulocytes(day, patient_id, issues)
        if "bands_1e9_per_l" in day:
            issues.add(
                "grey",
                "bands_apart",
                day["bands_1e9_per_l"].raw.place,
                f"{day['bands_1e9_per_l'].number:g}",
                "Absolute band counts are not used; analyzers count bands among the neutrophils.",
                "",
                patient_id=patient_id,
            )
    return kept


def _from_share(day: dict[str, Value], family: str, patient_id: str, issues: IssueList) -> list[Value]:
    share, white = day[WHITE_CELL_SHARE[family]], day.get("white_cells_1e9_per_l")
    fraction = share.number
    words = f"{fraction:.3g}"
    if family == "neutrophils" and (bands := day.get(WHITE_CELL_SHARE["bands"])):
        fraction += bands.number
        words = f"({words} segments + {bands.number:.3g} bands)"
    reported = day.get(f"{family}_1e9_per_l")
    if white is None or fraction > 1.0 or white.censored != "none":
        why = (
            "there are no white cells of that day"
            if white is None
            else "the white cells are only a limit"
            if fraction <= 1
            else "the shares exceed 100 %"
        )
        if reported is None:
            issues.add(
                "amber",
                "share_unused",
                share.raw.place,
                f"{share.raw.number:g}",
                f"The percentage of {family} cannot be turned into a count: {why}.",
                "Give white cells of the same day, or the absolute count.",
                patient_id=patient_id,
            )
        return []
    number = white.number * fraction
    if reported is not None:
        if max(number, reported.number) > 0.05 and abs(number - reported.number) > _DISAGREEMENT * max(
            number, reported.number
        ):
            issues.add(
                "amber",
                "share_disagrees",
                reported.raw.place,
                f"{reported.raw.number:g}",
                f"{family.capitalize()} reported as "
                f"{reported.number:.3g} x 10^9/L, but {words} of white cells {white.number:.3g} gives "
                f"{number:.3g}. The reported count was kept.",
                "Check which is right.",
                patient_id=patient_id,
            )
        return []
    n_cells = 50 if white.number < 1 else 100
    low, high = wilson_interval(fraction * n_cells, n_cells)
    issues.add(
        "grey",
        "count_derived",
        share.raw.place,
        f"{share.raw.number:g}",
        f"{family.capitalize()} = white cells {white.number:.3g} x {words} = {number:.3g} "
        f"x 10^9/L; 95 % interval {white.number * low:.3g} to {white.number * high:.3g} for a manual "
        f"count of {n_cells} cells.",
        "Give the analyzer's absolute count if there is one.",
        patient_id=patient_id,
    )
    return [
        Value(
            share.when,
            f"{family}_1e9_per_l",
            number,
            "none",
            share.raw,
            {"derived"},
            white.number * low,
            white.number * high,
        )
    ]


def _reticulocytes(day: dict[str, Value], patient_id: str, issues: IssueList) -> list[Value]:
    share, red = day.get("reticulocytes_fraction"), day.get("red_cells_1e12_per_l")
    if share is None or "reticulocytes_1e9_per_l" in day:
        return []
    if red is None:
        issues.add(
            "amber",
            "reticulocytes_relative",
            share.raw.place,
            f"{share.raw.number:g}",
            "Reticulocytes are given as a share of red cells; without "
            "the red cell count of that day there is no absolute count, which the severity rules need.",
            "Give red cells (10^12/L) of the same day, or absolute reticulocytes.",
            patient_id=patient_id,
        )
        return []
    number = red.number * share.number * 1000
    issues.add(
        "grey",
        "count_derived",
        share.raw.place,
        f"{share.raw.number:g}",
        f"Reticulocytes = red cells {red.number:.3g} x 10^12/L x {share.number * 100:.3g} % "
        f"x 10 = {number:.3g} x 10^9/L.",
        "",
        patient_id=patient_id,
    )
    return [Value(share.when, "reticulocytes_1e9_per_l", number, share.censored, share.raw, {"derived"})]
