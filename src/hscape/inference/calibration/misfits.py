"""Worlds that are not the model's: faults planted in the patient or the chart, to see whether an alarm tells.

The truth is that of the changed world. A fault that cannot be noticed in a chart need not be noticed; what counts is
the share of alarms among those patients whose answer is seriously wrong.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from hscape.biology.channels import Channel
from hscape.biology.clone_kinds import CloneKind
from hscape.biology.failure import ImmuneAttack
from hscape.biology.influence import Change, Context, Influence
from hscape.care import Case
from hscape.chart import Chart, CloneMeasurement, Measurement
from hscape.errors import unknown_name
from hscape.inference.calibration.design import TestPatient, life_seed, make_patient
from hscape.inference.calibration.relive import relive
from hscape.streams import generator

_COUNTS = ("hemoglobin_g_per_dl", "platelets_1e9_per_l", "neutrophils_1e9_per_l", "reticulocytes_1e9_per_l",
           "lymphocytes_1e9_per_l")  # fmt: skip


@cache
def sizes() -> dict[str, float]:
    """Numbers of `misfits.toml`."""
    text = resources.files("hscape.inference.calibration").joinpath("misfits.toml").read_text(encoding="utf-8")
    return {name: float(table["value"]) for name, table in tomllib.loads(text).items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgenitorKill(Influence):
    """An arm of the attack that the model does not have: progenitors give less, from the first day on."""

    factor: float

    def changes(self, context: Context) -> Iterable[Change]:
        """Output of early progenitors."""
        return [Change(channel=Channel.PROGENITOR_OUTPUT, start_day=0.0, factor=self.factor)]


def _progenitor_kill(case: Case) -> Case:
    arm = ProgenitorKill(factor=sizes()["progenitor_output_factor"])
    return _with_influences(case, (*case.patient.influences, arm))


def _hidden_clone(case: Case) -> Case:
    hidden = CloneKind(
        name="hidden", rate_per_year=sizes()["hidden_clone_rate_per_year"], shown_as="other",
        vulnerability_fraction=sizes()["hidden_clone_vulnerability_fraction"],
    )  # fmt: skip
    return dataclasses.replace(case, patient=dataclasses.replace(case.patient, kinds=(*case.patient.kinds, hidden)))


def _with_influences(case: Case, influences: tuple[Influence, ...]) -> Case:
    return dataclasses.replace(case, patient=dataclasses.replace(case.patient, influences=influences))


def _wrong_date(chart: Chart, seed: int, number: int) -> Chart:
    late = sizes()["wrong_date_days"]
    moved = tuple(
        dataclasses.replace(
            item, start_day=item.start_day + late, end_day=None if item.end_day is None else item.end_day + late,
            taper=tuple(dataclasses.replace(step, day=step.day + late) for step in item.taper),
        )
        for item in chart.treatments
    )  # fmt: skip
    return dataclasses.replace(chart, treatments=moved)


def _no_transfusions(chart: Chart, seed: int, number: int) -> Chart:
    """Transfusions are not in the record, and counts after them are not marked."""
    plain = tuple(
        dataclasses.replace(m, flags=tuple(flag for flag in m.flags if flag != "after_transfusion"))
        for m in chart.measurements
    )
    return dataclasses.replace(chart, measurements=plain, transfusions=())


def _biased_assay(chart: Chart, seed: int, number: int) -> Chart:
    middle = 0.5 * max(m.day for m in chart.measurements)
    return _with_counts(
        chart, lambda m: sizes()["assay_factor"] if m.day >= middle else 1.0, ("neutrophils_1e9_per_l",)
    )


def _outliers(chart: Chart, seed: int, number: int) -> Chart:
    random, s = generator(seed, "calibration", "outliers", number), sizes()

    def fold(m: Measurement) -> float:
        if m.day <= 0.0 or random.random() >= s["outlier_probability"]:
            return 1.0
        return s["outlier_fold"] if random.random() < 0.5 else 1.0 / s["outlier_fold"]

    return _with_counts(chart, fold, _COUNTS)


def _with_counts(chart: Chart, fold: Callable[[Measurement], float], names: tuple[str, ...]) -> Chart:
    from hscape.chart import find_analyte

    changed = []
    for m in chart.measurements:
        if m.analyte in names:
            kind = find_analyte(m.analyte)
            m = dataclasses.replace(m, value=float(min(max(m.value * fold(m), kind.low), kind.high)))
        changed.append(m)
    return dataclasses.replace(chart, measurements=tuple(changed))


def _loss_of_heterozygosity(chart: Chart, seed: int, number: int) -> Chart:
    """Cells that have lost the normal copy, called heterozygous: every clone reads twice as large."""
    return dataclasses.replace(chart, clone_measurements=tuple(_doubled(m) for m in chart.clone_measurements))


def _doubled(m: CloneMeasurement) -> CloneMeasurement:
    if m.status != "positive":
        return m
    if m.alt is not None and m.depth:
        return dataclasses.replace(m, alt=min(m.depth, 2 * m.alt))
    if m.cell_fraction is not None:
        return dataclasses.replace(m, cell_fraction=min(0.99, 2.0 * m.cell_fraction))
    return m


@dataclass(frozen=True, kw_only=True)
class Misfit:
    """A fault of the world.

    Args:
        words: what the model does not know.
        case: change of the person, before the life.
        chart: change of the chart, after it.
        is_flare: True for the attack that flares after diagnosis.
    """

    words: str
    case: Callable[[Case], Case] | None = None
    chart: Callable[[Chart, int, int], Chart] | None = None
    is_flare: bool = False


MISFITS: dict[str, Misfit] = {
    "progenitor kill": Misfit(words="the attack also lowers what progenitors give", case=_progenitor_kill),
    "hidden clone": Misfit(words="an escape clone that no assay names", case=_hidden_clone),
    "wrong date": Misfit(words="treatment dated four months too late", chart=_wrong_date),
    "transfusions unmarked": Misfit(words="transfusions missing from the record", chart=_no_transfusions),
    "biased assay": Misfit(words="neutrophils 1.5 times too high from the middle of the chart on", chart=_biased_assay),
    "loss of heterozygosity": Misfit(words="clones read twice as large as they are", chart=_loss_of_heterozygosity),
    "relapse": Misfit(words="the attack flares without any change of treatment", is_flare=True),
    "outliers": Misfit(words="one count in eight six times too high or too low", chart=_outliers),
}


def make(name: str, seed: int, number: int, study: str) -> TestPatient:
    """The patient of a number in a world with a fault.

    Raises:
        InputError: no such fault.
    """
    if name not in MISFITS:
        raise unknown_name("misfit", name, MISFITS, kind="misfit")
    misfit = MISFITS[name]
    plain = make_patient(seed, number, study, change=misfit.case)
    if misfit.is_flare and plain.chart is not None:
        plain = make_patient(seed, number, study, change=_flaring(plain, seed))
    if misfit.chart is None or plain.chart is None:
        return plain
    return dataclasses.replace(plain, chart=misfit.chart(plain.chart, seed, number))


def _flaring(plain: TestPatient, seed: int) -> Callable[[Case], Case]:
    course = relive(plain.case, seed=life_seed(seed, plain.number), number=plain.number)
    assert course is not None
    day = course.diagnosis_day + sizes()["flare_share_of_chart"] * plain.last_day

    def change(case: Case) -> Case:
        influences = tuple(
            dataclasses.replace(item, flare_day=day, flare_fold=sizes()["flare_fold"])
            if isinstance(item, ImmuneAttack)
            else item
            for item in case.patient.influences
        )
        return _with_influences(case, influences)

    return change
