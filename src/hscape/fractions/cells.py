"""The cell fraction of every clone measurement of a chart, with formula, interval and what is odd about it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from hscape.chart import Chart, CloneMeasurement
from hscape.errors import InputError
from hscape.fractions.convert import (
    Copies,
    baf_formula,
    cell_fraction_from_baf,
    cell_fraction_from_vaf,
    choose_copies,
    vaf_formula,
)
from hscape.genome.genes import find_gene
from hscape.proportions import wilson_interval

#: Relative half-width of a 95 % interval for a fraction without a count of cells or reads.
_FLOW_RELATIVE_HALF_WIDTH = 0.10
_VAF_WITHOUT_DEPTH = 500
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFraction:
    """How much of a specimen a clone is.

    Args:
        clone: name of the clone.
        day: day of the chart.
        kind: kind of clone.
        specimen: cells that were measured.
        status: as measured: not_tested, not_assessable, negative or positive.
        fraction: share of cells; above one if the numbers say so; None if there is none.
        low: lower end of a 95 % interval.
        high: upper end; the detection limit as a share of cells for a negative result.
        formula: the formula with its numbers, or why there is none.
        remarks: assumptions, and what may explain an impossible share.
        is_possible: False if the share exceeds one beyond its interval.
        measurement: what was measured.
    """

    clone: str
    day: float
    kind: str
    specimen: str
    status: str
    fraction: float | None
    low: float | None
    high: float | None
    formula: str
    remarks: tuple[str, ...] = ()
    is_possible: bool = True
    measurement: CloneMeasurement = field(repr=False, compare=False)

    def as_dict(self) -> dict[str, object]:
        """The fraction as the command line prints it with ``--json``."""
        return {
            "clone": self.clone,
            "day": self.day,
            "fraction": self.fraction,
            "low": self.low,
            "high": self.high,
            "status": self.status,
            "specimen": self.specimen,
            "formula": self.formula,
            "remarks": list(self.remarks),
            "is_possible": self.is_possible,
        }


def cell_fractions(chart: Chart) -> tuple[CellFraction, ...]:
    """The cell fraction of every clone measurement, in order of day."""
    return tuple(cell_fraction(measurement, chart.sex) for measurement in chart.clone_measurements)


def cell_fraction(measurement: CloneMeasurement, sex: str | None) -> CellFraction:
    """The cell fraction of one measurement.

    Args:
        measurement: what was measured.
        sex: of the patient; needed for genes on X.
    """
    if measurement.status in ("not_tested", "not_assessable"):
        return _made(measurement, None, None, None, measurement.status.replace("_", " "))
    if measurement.status == "negative":
        return _negative(measurement, sex)
    if measurement.cell_fraction is not None:
        return _from_cells(measurement)
    if measurement.measured_vaf_fraction is not None:
        return _from_vaf(measurement, sex)
    if measurement.baf is not None:
        return _from_baf(measurement)
    return _made(measurement, None, None, None, "positive, without a number")


def _made(
    measurement: CloneMeasurement,
    fraction: float | None,
    low: float | None,
    high: float | None,
    formula: str,
    remarks: tuple[str, ...] = (),
    *,
    is_possible: bool = True,
) -> CellFraction:
    return CellFraction(
        clone=measurement.clone,
        day=measurement.day,
        kind=measurement.kind,
        specimen=measurement.specimen,
        status=measurement.status,
        fraction=fraction,
        low=low,
        high=high,
        formula=formula,
        remarks=remarks,
        is_possible=is_possible,
        measurement=measurement,
    )


def _from_cells(measurement: CloneMeasurement) -> CellFraction:
    fraction = measurement.cell_fraction
    assert fraction is not None
    remarks: list[str] = []
    if measurement.n_cells:
        low, high = wilson_interval(fraction * measurement.n_cells, measurement.n_cells)
        counted = round(fraction * measurement.n_cells)
        formula = f"cells counted directly: {counted} of {measurement.n_cells} cells by {measurement.assay}"
    else:
        half = _FLOW_RELATIVE_HALF_WIDTH * min(fraction, 1 - fraction)
        low, high = fraction - half, fraction + half
        formula = f"cells counted directly by {measurement.assay}: {fraction:.4g}"
        remarks.append("no number of cells given; interval of +-10 % of the share is assumed")
    if measurement.kind == "pnh" and measurement.specimen == "red_cells":
        remarks.append(
            "PNH red cells: a lower limit of the clone, since hemolysis and transfusion remove or dilute them"
        )
        high = 1.0
    if measurement.censored == "above":
        remarks.append(f"reported as more than {fraction:.4g}")
        high = 1.0
    return _scaled(measurement, fraction, low, high, formula, remarks)


def _normal_copies(measurement: CloneMeasurement, sex: str | None, remarks: list[str]) -> int:
    gene = find_gene(measurement.gene) if measurement.gene else None
    if gene is None:
        if measurement.copy_state == "hemizygous":
            return 1
        remarks.append(f"{measurement.gene or 'the gene'} is not in the gene table; two copies assumed")
        return 2
    copies = gene.n_copies(sex)
    if copies is None:
        remarks.append(
            f"{gene.symbol} is on X and the sex is not known; two copies assumed (female); in a male the "
            "share is half of this"
        )
        return 2
    if copies == 1:
        remarks.append(f"{gene.symbol} is on X ({gene.arm}), male: one copy")
    return copies


def _from_vaf(measurement: CloneMeasurement, sex: str | None) -> CellFraction:
    vaf = measurement.measured_vaf_fraction
    assert vaf is not None
    remarks: list[str] = []
    try:
        copies = choose_copies(measurement.copy_state, _normal_copies(measurement, sex, remarks))
    except InputError as error:
        return _made(measurement, None, None, None, "no formula", (str(error),), is_possible=False)
    depth = measurement.depth or _VAF_WITHOUT_DEPTH
    alt = measurement.alt if measurement.alt is not None and measurement.depth else vaf * depth
    low_vaf, high_vaf = wilson_interval(alt, depth)
    if not measurement.depth:
        remarks.append(f"no read depth given; interval as for a depth of {_VAF_WITHOUT_DEPTH}")
    formula = vaf_formula(vaf, copies)
    if measurement.alt is not None:
        formula = f"VAF = {measurement.alt}/{measurement.depth} = {vaf:.4g}; {formula}"
    if measurement.kind == "hla_loss" and not measurement.is_allele_aware:
        remarks.append("VAF in an HLA gene without allele-aware alignment: not reliable")
    if measurement.specimen in ("blood", "unknown"):
        remarks.append("share of all nucleated cells of the sample; in neutropenia mostly lymphocytes")
    fraction = cell_fraction_from_vaf(vaf, copies)
    low, high = cell_fraction_from_vaf(low_vaf, copies), cell_fraction_from_vaf(high_vaf, copies)
    return _scaled(measurement, fraction, low, high, formula, remarks, vaf=vaf, copies=copies)


def _from_baf(measurement: CloneMeasurement) -> CellFraction:
    baf = measurement.baf
    assert baf is not None
    remarks = ["copy-neutral loss of heterozygosity assumed"] if measurement.copy_state == "unknown" else []
    try:
        fraction = cell_fraction_from_baf(baf, measurement.copy_state)
        formula = baf_formula(baf, measurement.copy_state)
    except InputError as error:
        return _made(measurement, None, None, None, "no formula", (str(error),), is_possible=False)
    ends = [
        cell_fraction_from_baf(min(1.0, max(0.5, 0.5 + abs(baf - 0.5) + step)), measurement.copy_state)
        for step in (-0.01, 0.01)
    ]
    remarks.append("interval for +-0.01 of the BAF")
    return _scaled(measurement, fraction, max(0.0, ends[0]), ends[1], formula, remarks)


def _scaled(
    measurement: CloneMeasurement,
    fraction: float,
    low: float,
    high: float,
    formula: str,
    remarks: list[str],
    *,
    vaf: float | None = None,
    copies: Copies | None = None,
) -> CellFraction:
    """Divide by the purity of the sample and the recipient's share, and explain what is impossible."""
    for share, words in (
        (measurement.purity_fraction, "purity"),
        (measurement.recipient_fraction, "recipient share"),
    ):
        if share is None:
            continue
        if share == 0:
            return _made(
                measurement,
                None,
                None,
                None,
                f"{formula}; no {words}",
                (f"{words} is zero: nothing can be said",),
                is_possible=False,
            )
        formula += f"; / {words} {share:.3g} = {fraction / share:.4g}"
        fraction, low, high = fraction / share, low / share, high / share
    is_possible = low <= 1 + _TOLERANCE
    if fraction > 1 + _TOLERANCE:
        remarks.append(_explain(measurement, fraction, low, vaf, copies))
    shown = None if math.isinf(fraction) else fraction
    return _made(
        measurement,
        shown,
        None if math.isinf(low) else low,
        None if math.isinf(high) else high,
        formula,
        tuple(remarks),
        is_possible=is_possible,
    )


def _explain(
    measurement: CloneMeasurement, fraction: float, low: float, vaf: float | None, copies: Copies | None
) -> str:
    if low <= 1:
        return f"{fraction:.3g} is above one, but its interval reaches {low:.3g}: the clone may be all of the cells"
    reasons = []
    if vaf is not None and copies is not None:
        if 0.4 <= vaf <= 0.6 or vaf >= 0.9:
            reasons.append("a germline variant (near 0.5 or 1)")
        if copies.mutant == 1 and copies.total == 2:
            reasons.append(
                "loss of the other copy: CN-LOH would give "
                f"{cell_fraction_from_vaf(vaf, choose_copies('cn_loh', 2)):.3g}, "
                f"a deletion {cell_fraction_from_vaf(vaf, choose_copies('deletion', 2)):.3g}"
            )
        gene = find_gene(measurement.gene) if measurement.gene else None
        if gene and gene.is_x_linked and copies.normal == 2:
            reasons.append(f"a wrong or missing sex: in a male it would be {vaf:.3g}")
    if measurement.purity_fraction is not None or measurement.recipient_fraction is not None:
        reasons.append("a purity or recipient share that is too low")
    return f"{fraction:.3g} of the cells is impossible and was not cut to 1; it may be " + (
        ", or ".join(reasons) or "a slip of the number"
    )


def _negative(measurement: CloneMeasurement, sex: str | None) -> CellFraction:
    limit = measurement.detection_limit_fraction
    remarks: list[str] = []
    if limit is None and measurement.depth and measurement.alt == 0:
        limit = wilson_interval(0, measurement.depth)[1]
        remarks.append(f"limit from the depth of {measurement.depth}")
    if limit is None:
        return _made(
            measurement,
            None,
            0.0,
            None,
            "negative; the detection limit is not known",
            ("a negative result without a limit excludes little",),
        )
    if measurement.assay in ("sequencing", "sanger", "ddpcr"):
        if not measurement.gene and measurement.copy_state == "cn_loh":
            return _negative_imbalance(measurement, min(limit, 0.5))
        copies = choose_copies("unknown", _normal_copies(measurement, sex, remarks))
        high = cell_fraction_from_vaf(min(limit, 1.0), copies)
        return _made(
            measurement,
            None,
            0.0,
            high,
            f"negative; limit of the VAF {limit:.4g}, as a share of cells {vaf_formula(limit, copies)}",
            tuple(remarks),
        )
    return _made(measurement, None, 0.0, limit, f"negative; fewer than {limit:.4g} of the cells", tuple(remarks))


def _negative_imbalance(measurement: CloneMeasurement, limit: float) -> CellFraction:
    """A loss of heterozygosity looked for by reads: the limit is one of the imbalance, and no gene is meant."""
    high = cell_fraction_from_baf(0.5 + limit, "cn_loh")
    words = f"negative; limit of |BAF - 0.5| {limit:.4g}, as a share of cells 2 x {limit:.4g} = {high:.4g} (CN-LOH)"
    return _made(measurement, None, 0.0, high, words)
