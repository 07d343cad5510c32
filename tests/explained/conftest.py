"""An engine of tiny effort: what is tested here is what becomes of an explanation, not how good its draws are."""

import functools

import pytest

from hscape.chart import Chart, CloneMeasurement, Measurement, Transfusion, Treatment
from hscape.inference import alarms, engines, odds, reference
from hscape.inference import explain as explain_module
from hscape.inference.sampler import Effort

TINY = Effort(particles=8, rounds=2, last_rounds=2, first=16, effective_share=0.3)


@pytest.fixture(scope="session", autouse=True)
def tiny_effort():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "PREVIEW", TINY)
        patch.setattr(engines, "ANSWER", TINY)
        patch.setattr(alarms, "LARGEST_TAIL", float("inf"))  # so few draws always have a heavy tail
        few = functools.partial(_few, reference.prior_reference)
        patch.setattr(explain_module, "prior_reference", few)
        patch.setattr(odds, "prior_reference", few)
        yield


def _few(prior_reference, problem, seed, draws=24):
    return prior_reference(problem, seed, 24)


COUNTS = ("hemoglobin_g_per_dl", "neutrophils_1e9_per_l", "platelets_1e9_per_l", "reticulocytes_1e9_per_l")
LOW, BACK = (7.9, 0.3, 12.0, 15.0), (11.5, 1.8, 110.0, 60.0)


def counts(day, values, **more):
    return [Measurement(day=float(day), analyte=a, value=v, **more) for a, v in zip(COUNTS, values, strict=True)]


@pytest.fixture(scope="session")
def make_chart():
    def make(patient_id="T-1", days=(0, 60, 180, 365), clones=(), treatments=None, age_years=30.0, flags=(), **more):
        measured = []
        for index, day in enumerate(days):
            share = index / max(len(days) - 1, 1)
            measured += counts(day, [low + share * (b - low) for low, b in zip(LOW, BACK, strict=True)], flags=flags)
        if treatments is None:
            treatments = (Treatment(name="horse_atg", start_day=14.0), Treatment(name="cyclosporine", start_day=14.0))
        return Chart(patient_id=patient_id, sex="female", age_years=age_years, measurements=tuple(measured),
                     clone_measurements=tuple(clones), treatments=tuple(treatments), **more)  # fmt: skip

    return make


@pytest.fixture(scope="session")
def pnh():
    return tuple(
        CloneMeasurement(day=float(day), clone="PNH", kind="pnh", assay="flow", specimen="granulocytes",
                         status="positive", cell_fraction=share)
        for day, share in ((0, 0.02), (365, 0.35))
    )  # fmt: skip


@pytest.fixture(scope="session")
def found(make_chart, pnh, tiny_effort):
    from hscape.report.explained import explain

    return explain(
        make_chart(clones=pnh, transfusions=(Transfusion(day=20.0, product="red_cells", units=2.0),)), seed=1
    )
