"""From the draft of a patient to the chart: day zero, units, doubts, flags, events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from hscape.chart import ANALYTES, Chart, Event, HlaLocus, Measurement, Transfusion, Treatment
from hscape.chart.chart import Sex
from hscape.exchange.cells import read_cell, round_sig
from hscape.exchange.clone_records import read_clone_records
from hscape.exchange.derive import derive_values
from hscape.exchange.doubts import Setting, doubt_values
from hscape.exchange.draft import Draft
from hscape.exchange.facts import read_hla
from hscape.exchange.issues import IssueList, Place
from hscape.exchange.resolve import resolve_values, value_key
from hscape.exchange.transfusion_records import read_transfusions
from hscape.exchange.traps import check_clones, flag_values
from hscape.exchange.treatment_records import read_treatments
from hscape.exchange.unit_fit import Value
from hscape.units import DAYS_PER_YEAR

_SEX = {
    **dict.fromkeys(
        (
            "f",
            "female",
            "w",
            "weiblich",
            "frau",
            "femme",
            "feminin",
            "mujer",
            "femenino",
            "woman",
            "女",
            "女性",
            "2",
        ),
        "female",
    ),
    **dict.fromkeys(
        (
            "m",
            "male",
            "h",
            "mannlich",
            "männlich",
            "mann",
            "homme",
            "masculin",
            "hombre",
            "masculino",
            "man",
            "男",
            "男性",
            "1",
        ),
        "male",
    ),
}
_EVENT_DATES = {
    "diagnosis_date": "diagnosis",
    "transplant_date": "transplant",
    "death_date": "death",
    "last_follow_up_date": "last_follow_up",
}
_LOCI = {"hla_a": "A", "hla_b": "B", "hla_c": "C", "hla_drb1": "DRB1", "hla_dqb1": "DQB1", "hla_dpb1": "DPB1"}


def assemble_chart(draft: Draft, answers: Mapping[str, str], issues: IssueList) -> Chart | None:
    """The chart of a patient; None if nothing can be placed in time."""
    if draft.has_dates and draft.has_days:
        issues.add(
            "red",
            "dates_and_days",
            Place(),
            draft.patient_id,
            f"Patient {draft.patient_id} has calendar dates in one place and day numbers in another; "
            "they cannot be put on one time axis.",
            "Use one of the two for the whole file.",
            patient_id=draft.patient_id,
        )
        return None
    zero, meaning = _day_zero(draft)
    if zero is None:
        return None

    def to_day(when: float) -> float:
        return when - zero

    treatments = read_treatments(draft, to_day, issues)
    transfusions = read_transfusions(draft, to_day, issues)
    events = _events(draft, to_day, treatments)
    setting = _setting(treatments, transfusions, events, zero)
    values = resolve_values(draft, answers, issues)
    values = _without_duplicates(values, draft.patient_id, answers, issues)
    values = derive_values(values, draft.patient_id, issues)
    values = doubt_values(values, setting, draft.patient_id, answers, issues)
    flag_values(values, setting, draft.patient_id, issues)
    hla = _hla(draft, issues)
    clones = read_clone_records(draft, to_day, answers, issues)
    neutrophils = sorted(
        (to_day(value.when), value.number) for value in values if value.analyte == "neutrophils_1e9_per_l"
    )
    check_clones(clones, hla, neutrophils, draft.patient_id, issues)
    chart = Chart(
        patient_id=draft.patient_id,
        sex=cast("Sex | None", _sex(draft, issues)),
        age_years=_age(draft, zero, issues),
        day_zero_meaning=meaning,  # type: ignore[arg-type]
        measurements=tuple(_measurements(values, to_day, issues)),
        clone_measurements=tuple(clones),
        treatments=tuple(treatments),
        transfusions=tuple(transfusions),
        hla_typing=tuple(hla),
        events=tuple(events),
    )
    _check_ends(chart, issues)
    return chart


def _day_zero(draft: Draft) -> tuple[float | None, str]:
    if draft.has_days:
        return 0.0, str(draft.facts["day_zero"][0]) if "day_zero" in draft.facts else "as in the file"
    if "diagnosis_date" in draft.dates:
        return draft.dates["diagnosis_date"], "diagnosis"
    days = [value.when for value in draft.values]
    days += [
        record.when for group in (draft.clones, draft.treatments, draft.doses, draft.transfusions) for record in group
    ]
    days += [day for name, day in draft.dates.items() if name in _EVENT_DATES]
    return (min(days), "first date in the file") if days else (None, "")


def _events(draft: Draft, to_day: Any, treatments: list[Treatment]) -> list[Event]:
    events = [
        Event(day=to_day(draft.dates[name]), kind=kind) for name, kind in _EVENT_DATES.items() if name in draft.dates
    ]
    known = {event.day for event in events if event.kind == "transplant"}
    events += [
        Event(day=item.start_day, kind="transplant", detail=item.detail)
        for item in treatments
        if item.name == "transplant" and item.start_day not in known
    ]
    return events


def _setting(treatments: list[Treatment], transfusions: list[Transfusion], events: list[Event], zero: float) -> Setting:
    setting = Setting()
    for item in transfusions:
        setting.transfusions.setdefault(item.product, []).append(item.day + zero)
    for drug in treatments:
        if drug.name == "g_csf":
            end = drug.start_day + 30 if drug.end_day is None else drug.end_day
            setting.g_csf.append((drug.start_day + zero, end + zero))
    setting.transplants = [event.day + zero for event in events if event.kind in ("transplant", "second_transplant")]
    return setting


def _without_duplicates(
    values: list[Value], patient_id: str, answers: Mapping[str, str], issues: IssueList
) -> list[Value]:
    """Equal values of one day once; different ones both, and asked."""
    seen: dict[tuple[float, str], Value] = {}
    kept: list[Value] = []
    for value in values:
        key = (value.when, value.analyte)
        first = seen.setdefault(key, value)
        if first is value:
            kept.append(value)
            continue
        if first.censored == value.censored and abs(first.number - value.number) <= 1e-9 * max(abs(first.number), 1e-9):
            issues.add(
                "grey",
                "value_repeated",
                value.raw.place,
                f"{value.raw.number:g}",
                f"Patient {patient_id}: the same value of {value.raw.column} stands twice on one day; it "
                "was read once.",
                "",
                patient_id=patient_id,
            )
            continue
        if answers.get(value_key(value.raw)) == "exclude":
            continue
        kept.append(value)
        if answers.get(value_key(value.raw)) == "keep":
            continue
        issues.add(
            "amber",
            "value_twice",
            value.raw.place,
            f"{value.raw.number:g}",
            f"Patient {patient_id}: two values of {value.raw.column} on one day, {first.number:.4g} (row "
            f"{first.raw.row}) and "
            f"{value.number:.4g}. Both were kept.",
            "Answer exclude to leave this one out, or keep.",
            key=value_key(value.raw),
            patient_id=patient_id,
        )
    return kept


def _measurements(values: list[Value], to_day: Any, issues: IssueList) -> list[Measurement]:
    found = []
    for value in values:
        analyte = ANALYTES.get(value.analyte)
        if analyte is None:
            continue
        if not 0 <= value.number <= analyte.high:
            issues.add(
                "red",
                "value_impossible",
                value.raw.place,
                f"{value.raw.number:g}",
                f"{value.number:.4g} {analyte.unit} is not possible for {analyte.label.lower()}. It was left out.",
                "Correct the value or its unit.",
                key=value_key(value.raw),
            )
            continue
        raw = value.raw
        found.append(
            Measurement(
                day=to_day(value.when),
                analyte=value.analyte,
                value=round_sig(value.number),
                censored=value.censored,  # type: ignore[arg-type]
                low=value.low,
                high=value.high,
                flags=tuple(value.flags),
                source=f"{raw.sheet}!{raw.row} {raw.column}",
            )
        )
    return found


def _sex(draft: Draft, issues: IssueList) -> str | None:
    if "sex" not in draft.facts:
        return None
    text, place = draft.facts["sex"]
    sex = _SEX.get(str(text).strip().lower().removesuffix(".0"))
    if sex is None:
        issues.add(
            "amber",
            "sex_unknown",
            place,
            text,
            f"The sex '{text}' of patient {draft.patient_id} is not known; X-linked genes cannot be converted.",
            "Write female or male.",
            patient_id=draft.patient_id,
        )
    elif str(text).strip()[:1] in "12":
        issues.add(
            "amber",
            "sex_coded",
            place,
            text,
            f"The sex of patient {draft.patient_id} is a number; it was read as 1 = male, 2 = female: {sex}.",
            "Write female or male.",
            patient_id=draft.patient_id,
        )
    return sex


def _age(draft: Draft, zero: float, issues: IssueList) -> float | None:
    if "birth_date" in draft.dates and draft.has_dates:
        years = (zero - draft.dates["birth_date"]) / DAYS_PER_YEAR
        if 0 <= years <= 115:
            return float(int(years))
        issues.add(
            "red",
            "birth_impossible",
            Place(),
            "(not shown)",
            f"The birth date of patient {draft.patient_id} gives an impossible age. It was left out.",
            "Give the age instead.",
            patient_id=draft.patient_id,
        )
        return None
    if "age" not in draft.facts:
        return None
    text, place = draft.facts["age"]
    cell = read_cell(text)
    if cell.state == "number" and cell.number is not None and cell.number <= 115:
        return cell.number
    if cell.state != "missing":
        issues.add(
            "red",
            "age_impossible",
            place,
            text,
            f"'{text}' is not an age in years. It was left out.",
            "Write years, for example 24.",
            patient_id=draft.patient_id,
        )
    return None


def _hla(draft: Draft, issues: IssueList) -> list[HlaLocus]:
    found = []
    for field, locus in _LOCI.items():
        if field not in draft.facts:
            continue
        text, place = draft.facts[field]
        alleles = read_hla(str(text), locus)
        if alleles is None:
            if read_cell(text).state != "missing":
                issues.add(
                    "amber",
                    "hla_unreadable",
                    place,
                    text,
                    f"'{text}' is not two alleles of HLA-{locus}. It was left out.",
                    "Write both, for example A*02:01, A*24:02; twice the same if homozygous.",
                    patient_id=draft.patient_id,
                )
            continue
        found.append(HlaLocus(locus=locus, alleles=alleles))
    return found


def _check_ends(chart: Chart, issues: IssueList) -> None:
    deaths = chart.events_of("death")
    if not deaths:
        return
    death = deaths[0].day
    late = [entry for entry in chart.measurements if entry.day > death]
    late_events = [event for event in chart.events if event.day > death]
    if late or late_events:
        day = late[0].day if late else late_events[0].day
        issues.add(
            "amber",
            "after_death",
            Place(),
            chart.patient_id,
            f"Patient {chart.patient_id} has entries on day {day:g}, after the death on day {death:g}. "
            "They were kept as written.",
            "Correct one of the dates.",
            patient_id=chart.patient_id,
        )
