"""Marrow biopsy: cellularity, karyotype and SNP array.

A karyotype shows gains, losses and structural changes in metaphases, and calls a clone from two of them on, from three
for a lost chromosome. It cannot show copy-neutral loss of heterozygosity, which a SNP array tells from germline
heterozygous places: a share c of cells gives them a B-allele fraction of (1 + c)/2, or 1/(2 - c) for a deletion.
A change is named from the day on which it was first found.

Left out: gains by array, failed culture in an empty marrow, cells of a clone that divide better in culture.
"""

from __future__ import annotations

import math

from scipy.special import betaincinv

from hscape.chart import CloneMeasurement, Measurement
from hscape.observation.assays import Karyotype, Marrow, SnpArray
from hscape.observation.chance import count_cells
from hscape.observation.findings import Change, chromosome_change, imbalance_of_6p, is_loss_of_6p
from hscape.observation.subject import Subject

_CELLULARITY = "marrow_cellularity_fraction"
_NORMAL = {"female": "46,XX", "male": "46,XY"}
_SEXES = {"female": "XX", "male": "XY"}
_LOSS_6P = "6p CN-LOH"


def read_cellularity(subject: Subject, assay: Marrow, day: float) -> list[Measurement]:
    """Cellularity of a biopsy, as the pathologist reads it; none if the history has none."""
    truth = subject.true_count(_CELLULARITY, day)
    if math.isnan(truth):
        return []
    value = min(max(truth, 1e-6), 1.0 - 1e-6)
    if assay.reading_variation_logit:
        shift = assay.reading_variation_logit * subject.chance("cellularity", day).standard_normal()
        value = 1.0 / (1.0 + (1.0 - value) / value * math.exp(-shift))
    step = assay.step_fraction
    if not step:
        return [Measurement(day=day, analyte=_CELLULARITY, value=float(min(max(truth, 0.0), 1.0)))]
    shown = round(round(value / step) * step, 6)
    if shown <= 0:
        return [Measurement(day=day, analyte=_CELLULARITY, value=step, censored="below")]
    return [Measurement(day=day, analyte=_CELLULARITY, value=min(shown, 1.0))]


def _groups(subject: Subject) -> dict[Change, list[str]]:
    groups: dict[Change, list[str]] = {}
    for clone, traits in subject.traits.items():
        change = chromosome_change(traits)
        if change is not None:
            groups.setdefault(change, []).append(clone)
    return groups


def make_karyotype(
    subject: Subject, assay: Karyotype, day: float, known: dict[str, str], *, is_exact: bool
) -> list[CloneMeasurement]:
    """The karyotype of one biopsy: an entry a change found now or before; one normal entry if none is.

    Args:
        subject: who.
        assay: metaphases and how many make a clone.
        day: of the chart.
        known: changes found so far; grows.
        is_exact: True for expectations in place of draws.
    """
    n = assay.metaphases_count
    if subject.chance("karyotype", day, "culture").random() < assay.failure_probability:
        return [_karyotype(day, "karyotype", "not_assessable", karyotype="failed: no metaphases")]
    found, is_called = [], False
    for change, clones in _groups(subject).items():
        if not change.iscn:
            continue
        source = subject.chance("karyotype", day, change.label)
        n_clone = count_cells(source, n, subject.true_share(clones, "marrow", day), is_exact=is_exact)
        needed = assay.loss_cells_count if change.chromosome_change < 0 else assay.gain_cells_count
        if n_clone >= needed:
            known[change.label] = change.label
            is_called = True
            text = _iscn(change, n_clone, n, subject.sex)
            found.append(
                _karyotype(day, change.label, "positive", karyotype=text, cell_fraction=n_clone / n, n_cells=n)
            )
        elif change.label in known:
            found.append(_negative(day, change.label, needed, n))
    if not is_called:
        text = f"{_NORMAL[subject.sex]}[{n}]"
        found.append(_negative(day, "karyotype", assay.gain_cells_count, n, karyotype=text))
    return found


def _karyotype(day: float, label: str, status: str, **entry: object) -> CloneMeasurement:
    return CloneMeasurement(
        day=day, clone=label, kind="chromosome", assay="karyotype", specimen="marrow", status=status, **entry  # type: ignore[arg-type]
    )  # fmt: skip


def _negative(day: float, label: str, needed: int, n: int, **entry: object) -> CloneMeasurement:
    return _karyotype(day, label, "negative", n_cells=n, detection_limit_fraction=surely_seen(needed, n), **entry)


def surely_seen(needed: int, n: int) -> float:
    """Share of cells that n metaphases show in at least `needed` of them 19 times of 20.

    Example:
        >>> round(surely_seen(2, 20), 3)
        0.216
    """
    return round(float(betaincinv(needed, n - needed + 1, 0.95)), 6)


def _iscn(change: Change, n_clone: int, n: int, sex: str) -> str:
    sexes = _SEXES[sex]
    number = 46 + change.chromosome_change
    if change.chromosome_change < 0 and change.iscn[1:] in sexes:
        sexes = sexes.replace(change.iscn[1:], "", 1)
    abnormal = f"{number},{sexes},{change.iscn}[{n_clone}]"
    return abnormal if n_clone == n else f"{abnormal}/{_NORMAL[sex]}[{n - n_clone}]"


def read_snp_array(subject: Subject, assay: SnpArray, day: float, known: dict[str, str]) -> list[CloneMeasurement]:
    """Loss of heterozygosity by SNP array: always an entry for 6p, and one for every other change found now or before.

    Args:
        subject: who.
        assay: limit and scatter.
        day: of the chart.
        known: changes found so far; grows.
    """
    found = [_array_entry(subject, assay, day, _LOSS_6P, "hla_loss", "cn_loh", _share_6p(subject, assay, day))]
    for change, clones in _groups(subject).items():
        if change.copy_state not in ("cn_loh", "deletion") or is_loss_of_6p(subject.traits[clones[0]]):
            continue
        share = subject.true_share(clones, assay.specimen, day)
        kind = subject.traits[clones[0]].shown_as
        kind = kind if kind == "reversion" else "chromosome"
        entry = _array_entry(subject, assay, day, change.label, kind, change.copy_state, share)
        if entry.status == "positive" or change.label in known:
            known[change.label] = change.label
            found.append(entry)
    if len(found) == 1:
        found.append(
            CloneMeasurement(
                day=day,
                clone="SNP array",
                kind="chromosome",
                assay="snp_array",
                specimen=assay.specimen,
                status="negative",
                detection_limit_fraction=assay.limit_fraction,
            )
        )
    return found


def _share_6p(subject: Subject, assay: SnpArray, day: float) -> float:
    return abs(imbalance_of_6p(subject, assay.specimen, day))


def _array_entry(
    subject: Subject, assay: SnpArray, day: float, label: str, kind: str, copy_state: str, share: float
) -> CloneMeasurement:
    truth = 1.0 / (2.0 - share) if copy_state == "deletion" else 0.5 + share / 2.0
    noise = subject.chance("snp_array", day, label).standard_normal() * assay.baf_variation_fraction
    baf = min(1.0, 0.5 + abs(truth + noise - 0.5))
    baf = round(baf, 3) if assay.baf_variation_fraction else round(baf, 12)
    read = 2.0 - 1.0 / baf if copy_state == "deletion" else 2.0 * (baf - 0.5)
    is_seen = read > 0 and read >= assay.limit_fraction
    return CloneMeasurement(
        day=day, clone=label, kind=kind, assay="snp_array", specimen=assay.specimen, copy_state=copy_state,
        status="positive" if is_seen else "negative", baf=baf if is_seen else None,
        detection_limit_fraction=None if is_seen else assay.limit_fraction,
    )  # fmt: skip
