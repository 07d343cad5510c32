"""From rows about clones to clone measurements; keeps not tested, not assessable, negative and positive apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from hscape.chart import ASSAYS, CLONE_KINDS, COPY_STATES, SPECIMENS, CloneMeasurement
from hscape.errors import InputError
from hscape.exchange.cells import REMARKS, read_cell, round_sig
from hscape.exchange.draft import Draft, RawRecord
from hscape.exchange.headers import flatten
from hscape.exchange.issues import IssueList, Place
from hscape.exchange.karyotype_rows import is_karyotype_only, read_karyotype_row
from hscape.exchange.lab_units import flatten_unit
from hscape.exchange.status_words import status_of

_SPECIMENS: dict[str, str] = {
    **dict.fromkeys(
        ("whole blood", "peripheral blood", "pb", "vollblut", "blut", "sang", "sangre", "末梢血", "血液"),
        "blood",
    ),
    **dict.fromkeys(("bone marrow", "bm", "knochenmark", "moelle", "medula", "骨髄"), "marrow"),
    **dict.fromkeys(
        ("neutrophils", "granulocyte", "pmn", "granulozyten", "granuleux", "granulocitos", "顆粒球"),
        "granulocytes",
    ),
    **dict.fromkeys(("rbc", "erythrocytes", "red blood cells", "erythrozyten", "赤血球"), "red_cells"),
    **dict.fromkeys(("monocyte", "monozyten", "単球"), "monocytes"),
    **dict.fromkeys(("t cell", "cd3", "t zellen"), "t_cells"),
    **dict.fromkeys(("mnc", "pbmc", "bmmnc", "mononuclear"), "mononuclear_cells"),
    **dict.fromkeys(("cd34", "cd34 cell"), "cd34_cells"),
    **dict.fromkeys(("saliva", "buccal swab", "cheek", "口腔粘膜"), "buccal"),
    **dict.fromkeys(("skin", "fibroblast", "skin fibroblasts"), "fibroblasts"),
}
_ASSAYS: dict[str, str] = {
    **dict.fromkeys(("ngs", "panel", "wes", "wgs", "exome", "targeted sequencing", "amplicon"), "sequencing"),
    **dict.fromkeys(("flow cytometry", "flaer", "facs", "durchflusszytometrie", "cytometrie"), "flow"),
    **dict.fromkeys(("snp", "array", "cma", "sna a", "snp a"), "snp_array"),
    **dict.fromkeys(("digital pcr", "dd pcr"), "ddpcr"),
    **dict.fromkeys(("cytogenetics", "g banding", "karyotyping"), "karyotype"),
    **dict.fromkeys(("str", "str pcr"), "chimerism"),
}
_WIDE = {
    "pnh_granulocytes": ("PNH", "pnh", "granulocytes"),
    "pnh_monocytes": ("PNH", "pnh", "monocytes"),
    "pnh_red_cells": ("PNH", "pnh", "red_cells"),
    "pnh_unknown": ("PNH", "pnh", "unknown"),
    "hla_lacking": ("HLA-lacking", "hla_loss", "granulocytes"),
}
_FRACTIONS = {
    "detection_limit": "detection_limit_fraction",
    "vaf": "vaf_fraction",
    "cell_fraction": "cell_fraction",
    "recipient_fraction": "recipient_fraction",
    "purity": "purity_fraction",
    "baf": "baf",
}


def read_clone_records(
    draft: Draft, to_day: Callable[[float], float], answers: Mapping[str, str], issues: IssueList
) -> list[CloneMeasurement]:
    """Every clone measurement of a patient."""
    scales = _scales(draft.clones, answers, issues)
    found = []
    for record in draft.clones:
        try:
            if is_karyotype_only(record):
                found += read_karyotype_row(record, to_day(record.when), issues)
                continue
            made = (_from_wide if "role" in record.cells else _from_row)(record, to_day(record.when), scales, issues)
        except InputError as error:
            issues.row_left_out("clone_impossible", record.place, error, draft.patient_id)
            continue
        if made is not None:
            found.append(made)
    return found


def _scales(
    records: list[RawRecord], answers: Mapping[str, str], issues: IssueList
) -> dict[tuple[str, str], float | None]:
    """Factor to a fraction for each column: from its unit, an answer, or values above one; None while it is asked."""
    seen: dict[tuple[str, str], list[tuple[float, RawRecord]]] = {}
    units: dict[tuple[str, str], str] = {}
    for record in records:
        for column, cell, unit in _fraction_cells(record):
            key = (record.place.sheet, column)
            units.setdefault(key, unit)
            read = read_cell(cell)
            if read.number is not None:
                seen.setdefault(key, []).append((read.number, record))
                if read.unit == "%":
                    units[key] = units[key] or "%"
    scales: dict[tuple[str, str], float | None] = {}
    for key, pairs in seen.items():
        answer = answers.get(f"unit:{key[0]}:{key[1]}", "")
        flat = flatten_unit(answer or units[key])
        if flat in ("%", "percent", "prozent"):
            scales[key] = 0.01
        elif flat in ("1", "fraction", "0-1"):
            scales[key] = 1.0
        elif max(number for number, _ in pairs) > 1:
            scales[key] = 0.01
            issues.add(
                "grey",
                "unit_inferred",
                pairs[0][1].place,
                f"{pairs[0][0]:g}",
                f"No unit is written for '{key[1]}'; values above 1 are percentages.",
                "",
            )
        elif all(number in (0.0, 1.0) for number, _ in pairs) or key[1] in (
            "baf",
            "recipient_fraction",
            "purity",
        ):
            scales[key] = 1.0
        else:
            scales[key] = None
            issues.add(
                "amber",
                "unit_missing",
                Place(sheet=key[0], row=pairs[0][1].place.row, column=key[1]),
                f"{pairs[0][0]:g}",
                f"No unit is written for '{key[1]}' and no value is above 1: a fraction or a percentage? "
                "These values were left out until you answer.",
                "Answer 1 for a fraction from 0 to 1, or %.",
                key=f"unit:{key[0]}:{key[1]}",
            )
    return scales


def _fraction_cells(record: RawRecord) -> list[tuple[str, Any, str]]:
    if "role" in record.cells:
        return [(record.place.column, record.cells["cell"], record.cells["unit"])]
    units = record.cells.get("units", {})
    return [
        (field, record.cells[field], units.get(field, ""))
        for field in _FRACTIONS
        if record.cells.get(field) not in (None, "")
    ]


def _from_wide(
    record: RawRecord, day: float, scales: Mapping[tuple[str, str], float | None], issues: IssueList
) -> CloneMeasurement | None:
    field, cell, place = record.cells["field"], record.cells["cell"], record.place
    if record.cells["role"] == "gene_vaf":
        gene, _, variant = field.partition(" ")
        base: dict[str, Any] = {
            "clone": field,
            "kind": "hla_loss" if gene.startswith("HLA") else "gene",
            "assay": "sequencing",
            "specimen": "unknown",
            "gene": gene,
            "variant": variant,
        }
        target = "vaf_fraction"
    else:
        field, *told = field.split(" ")
        clone, kind, specimen = _WIDE[field]
        base = {"clone": clone, "kind": kind, "assay": "flow", "specimen": specimen}
        if told:
            base |= {"clone": f"HLA-{told[0]} lacking", "hla_allele": told[0], "specimen": told[1]}
        target = "cell_fraction"
    status = status_of(cell)
    if status in ("not_tested", "not_assessable", "negative") and not isinstance(cell, (int, float)):
        return CloneMeasurement(day=day, status=status, source=_source(place), **base)  # type: ignore[arg-type]
    read = read_cell(cell)
    if read.note:
        _remark(read.note, place, cell, issues)
    if read.state == "missing":
        return CloneMeasurement(day=day, status="not_tested", source=_source(place), **base)
    scale = scales.get((place.sheet, place.column))
    if read.number is None or read.state == "bad" or scale is None:
        return None
    return _with_fraction(
        base, day, target, round_sig(read.number * (0.01 if read.unit == "%" else scale)), read.censored, place
    )


def _with_fraction(
    base: dict[str, Any], day: float, target: str, number: float, censored: str, place: Place
) -> CloneMeasurement:
    """A number as positive, zero and '<limit' as negative."""
    source = _source(place)
    if censored == "below":
        limit = base.pop("detection_limit_fraction", None) or number
        return CloneMeasurement(day=day, status="negative", detection_limit_fraction=limit, source=source, **base)
    if number == 0 and base.get("status", "negative") == "negative":
        base.pop("status", None)
        return CloneMeasurement(day=day, status="negative", source=source, **base)
    base.pop("status", None)
    return CloneMeasurement(
        day=day,
        status="positive",
        censored="above" if censored == "above" else "none",
        source=source,
        **(base | {target: number}),
    )


def _from_row(
    record: RawRecord, day: float, scales: Mapping[tuple[str, str], float | None], issues: IssueList
) -> CloneMeasurement | None:
    cells, place = record.cells, record.place
    made: dict[str, Any] = {}
    censored = {"vaf": "none", "cell_fraction": "none"}
    for field, name in _FRACTIONS.items():
        read = read_cell(cells.get(field))
        if read.note:
            _remark(read.note, Place(sheet=place.sheet, row=place.row, column=field), cells.get(field), issues)
        if read.number is None or read.state == "bad":
            continue
        scale = scales.get((place.sheet, field))
        if scale is None:
            return None
        made[name] = round_sig(read.number * (0.01 if read.unit == "%" else scale))
        if field in censored:
            censored[field] = read.censored
    for field in ("alt", "depth", "n_cells"):
        read = read_cell(cells.get(field))
        if read.number is not None and read.state == "number":
            if read.number != int(read.number):
                raise InputError(f"{field}: {read.number:g} is not a whole number of reads or cells.")
            made[field] = int(read.number)
        elif read.state == "bad":
            _remark(read.note, Place(sheet=place.sheet, row=place.row, column=field), cells.get(field), issues)
    for field in ("gene", "variant", "hla_allele", "karyotype"):
        made[field] = _text(cells.get(field))
    made["gene"] = made["gene"].upper()
    aware = _text(cells.get("allele_aware")).lower()
    made["is_allele_aware"] = (
        True
        if aware in ("yes", "ja", "oui", "si", "true", "y", "1")
        else False
        if aware in ("no", "nein", "non", "false", "n", "0")
        else None
    )
    made["clone"] = (
        _text(cells.get("clone"))
        or " ".join(part for part in (made["gene"], made["variant"]) if part)
        or made["hla_allele"]
    )
    if not made["clone"]:
        raise InputError("clone: the row names neither a clone nor a gene.")
    made["assay"] = _word(cells.get("assay"), ASSAYS, _ASSAYS, "assay", place, issues) or _guess_assay(made)
    made["specimen"] = _word(cells.get("specimen"), SPECIMENS, _SPECIMENS, "specimen", place, issues) or "unknown"
    made["copy_state"] = (
        _word(
            cells.get("copy_state"),
            COPY_STATES,
            {"loh": "cn_loh", "cnloh": "cn_loh", "het": "heterozygous"},
            "copy_state",
            place,
            issues,
        )
        or "unknown"
    )
    made["kind"] = _word(cells.get("kind"), CLONE_KINDS, {}, "kind", place, issues) or _guess_kind(made)
    return _row_status(made, censored, status_of(cells.get("status")), day, place)


def _row_status(
    made: dict[str, Any], censored: dict[str, str], status: str, day: float, place: Place
) -> CloneMeasurement:
    numbers = ("alt", "vaf_fraction", "cell_fraction")
    if status in ("not_tested", "not_assessable"):
        if any(made.get(name) for name in numbers):
            raise InputError(f"status: '{status.replace('_', ' ')}' stands beside a number.")
        return CloneMeasurement(day=day, status=status, source=_source(place), **made)  # type: ignore[arg-type]
    for field, name in (("vaf", "vaf_fraction"), ("cell_fraction", "cell_fraction")):
        if name in made and censored[field] != "none":
            number = made.pop(name)
            return _with_fraction(made, day, name, number, censored[field], place)
    if not status:
        has_number = any(made.get(name) is not None for name in (*numbers, "baf"))
        has_positive = (
            any(made.get(name) for name in numbers) or (made.get("baf") not in (None, 0.5)) or bool(made["karyotype"])
        )
        status = "positive" if has_positive else "negative" if has_number else "not_tested"
    if status == "negative" and any(made.get(name) for name in ("vaf_fraction", "cell_fraction")):
        raise InputError("status: 'negative' stands beside a number above zero; write positive, or <limit.")
    return CloneMeasurement(day=day, status=status, source=_source(place), **made)  # type: ignore[arg-type]


def _word(cell: Any, known: Any, synonyms: Mapping[str, str], field: str, place: Place, issues: IssueList) -> str:
    flat = flatten(_text(cell))
    if not flat:
        return ""
    if flat.replace(" ", "_") in known:
        return flat.replace(" ", "_")
    if flat in synonyms:
        return synonyms[flat]
    issues.add(
        "amber",
        "word_unknown",
        Place(sheet=place.sheet, row=place.row, column=field),
        cell,
        f"The {field.replace('_', ' ')} '{_text(cell)}' is not known; it was taken as not written.",
        f"Use one of {', '.join(known)}.",
    )
    return ""


def _guess_assay(made: Mapping[str, Any]) -> str:
    if made.get("alt") is not None or made.get("vaf_fraction") is not None:
        return "sequencing"
    if made.get("baf") is not None:
        return "snp_array"
    return "karyotype" if made.get("karyotype") else "flow" if made.get("cell_fraction") is not None else "other"


def _guess_kind(made: Mapping[str, Any]) -> str:
    clone, gene = made["clone"].upper(), made["gene"]
    if gene.startswith("HLA") or made["hla_allele"] or clone.startswith("HLA") or "6P" in clone:
        return "hla_loss"
    if gene:
        return "gene"
    if "PNH" in clone or "GPI" in clone or "HPN" in clone:
        return "pnh"
    return "chromosome" if made["karyotype"] or re.search(r"MONOSOMY|TRISOMY|DEL\(|-7|\+8", clone) else "other"


def _remark(note: str, place: Place, value: Any, issues: IssueList) -> None:
    severity, message, fix = REMARKS[note]
    issues.add(severity, note, place, value, message, fix)  # type: ignore[arg-type]


def _text(cell: Any) -> str:
    return "" if cell is None else " ".join(str(cell).split())


def _source(place: Place) -> str:
    return f"{place.sheet}!{place.row}" + (f" {place.column}" if place.column else "")
